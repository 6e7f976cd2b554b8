//! What the policies of whoever signs allow and deny, and in which order that is asked.

use domain::ids::AccountId;
use domain::principal::{KindName, Policy};
use flows::principals::{IamError, entities, policies};
use serde_json::{Value, json};
use testkit::{REGION, TestServer};
use wire::authorization::{Authorization, Resource};
use wire::cognito_idp::Operation;
use wire::constraints::Shape;

use super::{ACCOUNT, allow, everything, nothing, statement};

const POOL: &str = "eu-west-1_abcdefghi";

fn pool_arn(pool: &str) -> String {
    format!("arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool}")
}

fn has_member(operation: Operation, name: &str) -> bool {
    matches!(operation.input(), Shape::Structure(members) if members.iter().any(|m| m.name == name))
}

#[tokio::test]
async fn without_a_policy_every_administrative_operation_is_denied() {
    let server = TestServer::start_serve().await;
    let (_, keys) = server.administrator(ACCOUNT, "alice", nothing()).await;
    let mut asked = 0;
    for operation in Operation::ALL.into_iter().filter(|o| o.authorization() == Authorization::Iam) {
        let resource = match operation.resource().unwrap() {
            Resource::Any => "*".to_owned(),
            Resource::UserPool => pool_arn(POOL),
        };
        // Every other member is missing: what is denied is not told what else is wrong.
        let input = match has_member(operation, "UserPoolId") {
            true => json!({ "UserPoolId": POOL }),
            false => json!({ "ResourceArn": pool_arn(POOL) }),
        };
        let name = operation.name();
        server.call_with(&keys, name, input).await.refused(
            "AccessDeniedException",
            &format!(
                "User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: cognito-idp:{name} on \
                 resource: {resource} because no identity-based policy allows the cognito-idp:{name} action"
            ),
        );
        asked += 1;
    }
    assert!(asked > 100, "{asked}");
}

#[tokio::test]
async fn only_who_is_permitted_learns_whether_a_pool_exists() {
    let server = TestServer::start_serve().await;
    let (_, admin) = server.administrator(ACCOUNT, "admin", everything()).await;
    let made = server.call_with(&admin, "CreateUserPool", json!({ "PoolName": "a" })).await.ok();
    let pool = made["UserPool"]["Id"].as_str().unwrap();
    let (_, keys) =
        server.administrator(ACCOUNT, "alice", allow("cognito-idp:ListUsers", &pool_arn(POOL))).await;
    let ask = async |pool: &str| server.call_with(&keys, "ListUsers", json!({ "UserPoolId": pool })).await;
    ask(pool).await.refused_as("AccessDeniedException");
    ask("eu-west-1_other").await.refused_as("AccessDeniedException");
    ask(POOL).await.refused("ResourceNotFoundException", &format!("User pool {POOL} does not exist."));
}

#[tokio::test]
async fn an_action_on_one_pool_is_that_action_on_that_pool() {
    let server = TestServer::start_serve().await;
    let (_, admin) = server.administrator(ACCOUNT, "admin", everything()).await;
    let mut pools = Vec::new();
    for name in ["a", "b"] {
        let made = server.call_with(&admin, "CreateUserPool", json!({ "PoolName": name })).await.ok();
        pools.push(made["UserPool"]["Id"].as_str().unwrap().to_owned());
    }
    let (_, keys) =
        server.administrator(ACCOUNT, "alice", allow("cognito-idp:describe*", &pool_arn(&pools[0]))).await;
    let ask = async |operation: &str, input: Value| server.call_with(&keys, operation, input).await;
    ask("DescribeUserPool", json!({ "UserPoolId": pools[0] })).await.ok();
    ask("DescribeUserPool", json!({ "UserPoolId": pools[1] })).await.refused_as("AccessDeniedException");
    ask("DeleteUserPool", json!({ "UserPoolId": pools[0] })).await.refused_as("AccessDeniedException");
    // Evaluated on `*`, which a policy for a pool does not cover.
    ask("DescribeUserPoolDomain", json!({ "Domain": "x" })).await.refused_as("AccessDeniedException");
    ask("ListUserPools", json!({ "MaxResults": 1 })).await.refused_as("AccessDeniedException");
    ask("CreateUserPool", json!({ "PoolName": "x" })).await.refused_as("AccessDeniedException");
    // Permitted, and then the next thing that is wrong.
    ask("DescribeUserPoolClient", json!({ "UserPoolId": pools[0] }))
        .await
        .refused_as("InvalidParameterException");
    // In another region it is another pool.
    let elsewhere = testkit::Keys { region: "us-east-1".into(), ..keys.clone() };
    server
        .call_with(&elsewhere, "DescribeUserPool", json!({ "UserPoolId": pools[0] }))
        .await
        .refused_as("AccessDeniedException");
}

#[tokio::test]
async fn a_deny_wins_and_says_so() {
    let server = TestServer::start_serve().await;
    let (user, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    let deny = json!({ "Effect": "Deny", "Action": "cognito-idp:DeleteUserPool", "Resource": "*" });
    server.put_policy(&user, "guard", statement(deny)).await;
    server.call_with(&keys, "DeleteUserPool", json!({ "UserPoolId": POOL })).await.refused(
        "AccessDeniedException",
        &format!(
            "User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: cognito-idp:DeleteUserPool on \
             resource: {} with an explicit deny in an identity-based policy",
            pool_arn(POOL)
        ),
    );
    let terms = json!({ "Effect": "Deny", "Action": "cognito-idp:DescribeTerms", "Resource": "*" });
    let ask = json!({ "UserPoolId": POOL });
    // Permitted, and not built yet.
    let permitted = server.call_with(&keys, "DescribeTermsByClient", ask.clone()).await;
    permitted.refused_as("OperationNotEnabledException");
    server.put_policy(&user, "terms", statement(terms)).await;
    server.call_with(&keys, "DescribeTermsByClient", ask).await.refused_as("AccessDeniedException");
}

#[tokio::test]
async fn changed_policies_count_at_once_on_every_node() {
    let server = TestServer::start_serve().await;
    let (user, keys) = server.administrator(ACCOUNT, "alice", nothing()).await;
    let nodes = [server.clone(), server.another_node()];
    let ask = async |allowed: bool| {
        for node in &nodes {
            let reply = node.call_with(&keys, "ListUserPools", json!({ "MaxResults": 1 })).await;
            assert_eq!(reply.status == 200, allowed, "{}", reply.body);
        }
    };
    for _ in 0..3 {
        ask(false).await;
        server.put_policy(&user, "more", allow("cognito-idp:ListUserPools", "*")).await;
        ask(true).await;
        policies::delete(&server.services, &user, "more").await.unwrap();
    }
    ask(false).await;
}

#[tokio::test]
async fn public_and_token_operations_ignore_policies() {
    let server = TestServer::start_serve().await;
    let (user, keys) = server.administrator(ACCOUNT, "alice", everything()).await;
    let deny = json!({ "Effect": "Deny", "Action": "cognito-idp:*", "Resource": "*" });
    server.put_policy(&user, "guard", statement(deny)).await;
    let mut asked = 0;
    for operation in Operation::ALL
        .into_iter()
        .filter(|o| !matches!(o.authorization(), Authorization::Iam | Authorization::IamOrClientSecret))
    {
        let input = json!({ "ClientId": "0123456789abcdefghijklmnop", "AccessToken": "x.y.z" });
        let unsigned = server.call_unsigned(operation.name(), input.clone()).await;
        let signed = server.call_with(&keys, operation.name(), input).await;
        assert_eq!(unsigned.body, signed.body, "{}", operation.name());
        let kind = signed.body["__type"].as_str().unwrap_or_default();
        assert!(!kind.contains("AccessDenied") && !kind.contains("Signature"), "{}", operation.name());
        asked += 1;
    }
    assert!(asked > 30, "{asked}");
}

#[tokio::test]
async fn what_is_no_policy_is_not_stored() {
    let server = TestServer::start_serve().await;
    let (user, _) = server.administrator(ACCOUNT, "alice", nothing()).await;
    let before = server.snapshot().await;
    let put = async |name: &str, document: &str| {
        let policy = Policy { name: name.into(), document: document.into() };
        policies::put(&server.services, &user, &policy).await.unwrap_err().code()
    };
    for document in ["", "{", "{}", "[]", "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"allow\"}}"]
    {
        assert_eq!(put("p", document).await, "MalformedPolicyDocument", "{document}");
    }
    let good = everything().to_string();
    assert_eq!(put("", &good).await, "ValidationError");
    assert_eq!(put("a b", &good).await, "ValidationError");
    assert_eq!(
        put("p", &allow("a:b", &format!("arn:aws:s3:::{}", "x".repeat(10_300))).to_string()).await,
        "LimitExceeded"
    );
    assert_eq!(testkit::changed(&before, &server.snapshot().await), Vec::<String>::new());
    let account = AccountId::new(ACCOUNT);
    let missing = entities::find(&server.services, &account, KindName::User, "bob").await.unwrap_err();
    assert_eq!(missing, IamError::NoSuchEntity("The user with name bob cannot be found.".into()));
}
