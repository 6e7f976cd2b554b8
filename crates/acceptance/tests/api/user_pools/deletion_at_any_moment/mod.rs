//! A pool may be deleted at any moment of whatever is under way in it. Each operation that writes is stopped at
//! every draw of randomness and every reading of the clock in turn, the pool is deleted there, and the operation
//! goes on: it may have been done before the deletion, and writes nothing after it.

mod devices;
mod first_factors;
mod house;
mod passkeys;
mod second_factors;
mod sessions;
mod site;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wire::cognito_idp::Operation;

use house::House;
use site::{Call, Site};

const PASSWORD: &str = "Correct-Horse 7!";

/// An InitiateAuth.
fn initiate(client: &str, flow: &str, parameters: Value) -> Call {
    let input = json!({ "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters });
    Call::unsigned("InitiateAuth", input)
}

/// A RespondToAuthChallenge.
fn respond(client: &str, challenge: &Value, responses: Value) -> Call {
    let input = json!({
        "ClientId": client, "ChallengeName": challenge["ChallengeName"], "Session": challenge["Session"],
        "ChallengeResponses": responses,
    });
    Call::unsigned("RespondToAuthChallenge", input)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_administrators_do() {
    let house = House::new().await;
    house.site().delete_under_each(&house.signed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_anybody_does() {
    let house = House::new().await;
    house.site().delete_under_each(&house.public()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_users_do() {
    let house = House::new().await;
    house.site().delete_under_each(&house.own()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_first_factors() {
    let (site, calls) = first_factors::site().await;
    site.delete_under_each(&calls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_choices_of_second_factors() {
    let site = second_factors::Factors::new().await;
    site.site.delete_under_each(&site.chosen()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_sign_ins_with_second_factors() {
    let site = second_factors::Factors::new().await;
    site.site.delete_under_each(&site.asked_for()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_the_set_up_of_second_factors() {
    let site = second_factors::Factors::new().await;
    site.site.delete_under_each(&site.set_up()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_passkeys_do() {
    let (site, calls) = passkeys::site().await;
    site.delete_under_each(&calls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_what_devices_do() {
    let (site, calls) = devices::site().await;
    site.delete_under_each(&calls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_tracked_sessions() {
    let (site, calls) = sessions::site().await;
    site.delete_under_each(&calls).await;
}

#[tokio::test]
async fn every_operation_that_writes_in_a_pool_is_tried() {
    let house = House::new().await;
    let factors = second_factors::Factors::new().await;
    let calls = [
        house.signed(),
        house.public(),
        house.own(),
        first_factors::site().await.1,
        factors.chosen(),
        factors.asked_for(),
        factors.set_up(),
        passkeys::site().await.1,
        devices::site().await.1,
        sessions::site().await.1,
    ];
    let tried: BTreeSet<_> = calls.iter().flatten().map(|call| call.operation).collect();
    let reads = |name: &str| {
        ["Describe", "List", "GetDevice", "GetGroup", "GetUser", "AdminGet", "AdminList"]
            .iter()
            .any(|p| name.starts_with(p))
    };
    for operation in Operation::ALL.into_iter().map(Operation::name) {
        let in_no_pool =
            ["CreateUserPool", "DeleteUserPool", "GetProvisionedLimit", "UpdateProvisionedLimit"];
        if tried.contains(operation) || reads(operation) || in_no_pool.contains(&operation) {
            continue;
        }
        let reply = house.server.call(operation, json!({ "UserPoolId": house.pool })).await;
        assert_eq!(reply.body["__type"], "OperationNotEnabledException", "{operation}: {}", reply.body);
    }
}
