//! No account reaches what another has, whatever its policies say.

use serde_json::json;
use testkit::{REGION, TestServer};
use wire::authorization::{Authorization, Resource};
use wire::cognito_idp::Operation;
use wire::constraints::Shape;

use super::{ACCOUNT, everything};

const OTHER: &str = "999999999999";

#[tokio::test]
async fn a_pool_of_another_account_is_not_there() {
    let server = TestServer::start_serve().await;
    let (_, owner) = server.administrator(ACCOUNT, "admin", everything()).await;
    let (_, stranger) = server.administrator(OTHER, "admin", everything()).await;
    let made = server.call_with(&owner, "CreateUserPool", json!({ "PoolName": "mine" })).await.ok();
    let (pool, arn) = (made["UserPool"]["Id"].as_str().unwrap(), made["UserPool"]["Arn"].as_str().unwrap());
    assert_eq!(arn, format!("arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool}"));
    let text = format!("User pool {pool} does not exist.");
    let before = server.snapshot().await;
    let mut asked = 0;
    for operation in Operation::ALL {
        let by_id =
            matches!(operation.input(), Shape::Structure(m) if m.iter().any(|m| m.name == "UserPoolId"));
        if operation.authorization() != Authorization::Iam || operation.resource() != Some(Resource::UserPool)
        {
            continue;
        }
        let name = operation.name();
        let input = if by_id { json!({ "UserPoolId": pool }) } else { json!({ "ResourceArn": arn }) };
        let reply = server.call_with(&stranger, name, input).await;
        if reply.body["__type"] == "OperationNotEnabledException" {
            continue;
        }
        asked += 1;
        let expected = if by_id { text.clone() } else { format!("{name} found no user pool of that ARN.") };
        reply.refused("ResourceNotFoundException", &expected);
    }
    assert!(asked > 50, "{asked}");
    assert_eq!(testkit::changed(&before, &server.snapshot().await), Vec::<String>::new());
    let list = json!({ "MaxResults": 60 });
    let of_stranger = server.call_with(&stranger, "ListUserPools", list.clone()).await.ok();
    assert_eq!(of_stranger["UserPools"], json!([]));
    let of_owner = server.call_with(&owner, "ListUserPools", list).await.ok();
    assert_eq!(of_owner["UserPools"][0]["Id"], pool);
}

#[tokio::test]
async fn names_of_one_account_are_free_in_another() {
    let server = TestServer::start_serve().await;
    let (one, _) = server.administrator(ACCOUNT, "admin", everything()).await;
    let (other, _) = server.administrator(OTHER, "admin", everything()).await;
    assert_ne!(one.id, other.id);
    assert_eq!(other.arn(), format!("arn:aws:iam::{OTHER}:user/admin"));
}
