//! What holds for every operation of the model, asked of each.

use serde_json::json;
use testkit::{ACCOUNT, REGION, TestServer};
use wire::authorization::Authorization;
use wire::cognito_idp::Operation;
use wire::constraints::Shape;

/// Operations that are not built. The list may only become shorter; a new one is never added to it.
const NOT_BUILT: usize = 50;

fn has_member(operation: Operation, name: &str) -> bool {
    matches!(operation.input(), Shape::Structure(members) if members.iter().any(|m| m.name == name))
}

#[tokio::test]
async fn every_administrative_operation_needs_a_signature() {
    let server = TestServer::start().await;
    let mut asked = 0;
    for operation in Operation::ALL.into_iter().filter(|o| o.authorization() == Authorization::Iam) {
        server
            .call_unsigned(operation.name(), json!({}))
            .await
            .refused("MissingAuthenticationTokenException", "Missing Authentication Token");
        asked += 1;
    }
    assert!(asked > 90, "{asked}");
}

#[tokio::test]
async fn no_operation_finds_the_pool_of_another_account_or_region() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let text = format!("User pool {pool} does not exist.");
    let mut built = 0;
    let of_pools = |o: &Operation| o.authorization() == Authorization::Iam && has_member(*o, "UserPoolId");
    for operation in Operation::ALL.into_iter().filter(of_pools) {
        for (account, region) in [("111111111111", REGION), (ACCOUNT, "us-east-1")] {
            let reply =
                server.call_as(account, region, operation.name(), json!({ "UserPoolId": pool })).await;
            if reply.body["__type"] == "OperationNotEnabledException" {
                continue;
            }
            built += 1;
            reply.refused("ResourceNotFoundException", &text);
        }
    }
    assert!(built >= 80, "{built}");
}

#[tokio::test]
async fn public_operations_take_no_signature_into_account() {
    let server = TestServer::start().await;
    for operation in Operation::ALL.into_iter().filter(|o| o.authorization() == Authorization::Public) {
        let input = json!({ "ClientId": "0123456789abcdefghijklmnop" });
        let unsigned = server.call_unsigned(operation.name(), input.clone()).await;
        let signed = server.call(operation.name(), input.clone()).await;
        let garbled = server
            .send(
                operation.name(),
                &[("authorization", "AWS4-HMAC-SHA256 garbled")],
                input.to_string().into_bytes(),
            )
            .await;
        unsigned.refused_as("ResourceNotFoundException");
        signed.refused_as("ResourceNotFoundException");
        garbled.refused_as("ResourceNotFoundException");
    }
}

#[tokio::test]
async fn the_list_of_operations_not_built_only_shrinks() {
    let server = TestServer::start().await;
    let pool = server.pool(json!({})).await;
    let mut missing = Vec::new();
    for operation in Operation::ALL {
        let input = json!({ "UserPoolId": pool });
        let reply = match operation.authorization() {
            Authorization::Iam => server.call(operation.name(), input).await,
            _ => server.call_unsigned(operation.name(), input).await,
        };
        let says_so = reply.body["message"]
            == format!("{} is not available in this version of Poolhouse.", operation.name());
        if says_so {
            missing.push(operation.name());
        }
    }
    assert_eq!(missing.len(), NOT_BUILT, "{missing:?}");
}
