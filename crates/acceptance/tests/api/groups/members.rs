use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{NOT_FOUND, add, create, create_user, groups_of, house, members};

const NO_USER: (&str, &str) = ("UserNotFoundException", "User does not exist.");

#[tokio::test]
async fn users_join_and_leave_however_often_it_is_said() {
    let (server, pool) = house().await;
    let sub = server.user(&pool, "alice", "Correct-Horse 7!").await;
    create_user(&server, &pool, "bob").await;
    create(&server, &pool, "staff").await.ok();
    for name in ["alice", "alice", &sub] {
        assert_eq!(add(&server, &pool, name, "staff").await.ok(), json!({}));
    }
    assert_eq!(members(&server, &pool, "staff").await, ["alice"]);
    assert_eq!(groups_of(&server, &pool, &sub).await, ["staff"]);
    assert!(groups_of(&server, &pool, "bob").await.is_empty());
    let listed =
        server.call("ListUsersInGroup", json!({ "UserPoolId": pool, "GroupName": "staff" })).await.ok();
    let user = &listed["Users"][0];
    assert_eq!((&user["UserStatus"], &user["Enabled"]), (&json!("CONFIRMED"), &json!(true)));
    assert_eq!(user["Attributes"], json!([{ "Name": "sub", "Value": sub }]));
    let remove = json!({ "UserPoolId": pool, "Username": "alice", "GroupName": "staff" });
    for _ in 0..2 {
        assert_eq!(server.call("AdminRemoveUserFromGroup", remove.clone()).await.ok(), json!({}));
        assert!(members(&server, &pool, "staff").await.is_empty());
    }
}

#[tokio::test]
async fn unknown_users_and_groups_are_refused() {
    let (server, pool) = house().await;
    create_user(&server, &pool, "alice").await;
    create(&server, &pool, "staff").await.ok();
    for operation in ["AdminAddUserToGroup", "AdminRemoveUserFromGroup"] {
        let nobody = json!({ "UserPoolId": pool, "Username": "nobody", "GroupName": "staff" });
        server.call(operation, nobody).await.refused(NO_USER.0, NO_USER.1);
        let nothing = json!({ "UserPoolId": pool, "Username": "alice", "GroupName": "nothing" });
        server.call(operation, nothing).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    }
    let nobody = json!({ "UserPoolId": pool, "Username": "nobody" });
    server.call("AdminListGroupsForUser", nobody).await.refused(NO_USER.0, NO_USER.1);
    create(&server, &pool, "nothing").await.ok();
    assert!(members(&server, &pool, "nothing").await.is_empty());
}

#[tokio::test]
async fn a_deleted_user_is_in_no_group_and_neither_is_its_successor() {
    let (server, pool) = house().await;
    create(&server, &pool, "staff").await.ok();
    for _ in 0..2 {
        create_user(&server, &pool, "alice").await;
        assert!(groups_of(&server, &pool, "alice").await.is_empty());
        add(&server, &pool, "alice", "staff").await.ok();
        server.call("AdminDeleteUser", json!({ "UserPoolId": pool, "Username": "alice" })).await.ok();
        assert!(members(&server, &pool, "staff").await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_user_is_in_a_hundred_groups_and_no_more() {
    let (server, pool) = house().await;
    create_user(&server, &pool, "alice").await;
    for i in 0..110 {
        create(&server, &pool, &format!("g{i}")).await.ok();
    }
    for i in 0..99 {
        add(&server, &pool, "alice", &format!("g{i}")).await.ok();
    }
    for _ in 0..30 {
        let mut joining = JoinSet::new();
        for i in 100..110 {
            let (server, pool) = (server.clone(), pool.clone());
            joining.spawn(async move {
                let group = format!("g{i}");
                (add(&server, &pool, "alice", &group).await, group)
            });
        }
        let (joined, refused): (Vec<_>, Vec<_>) =
            joining.join_all().await.into_iter().partition(|(reply, _)| reply.status == 200);
        assert_eq!(joined.len(), 1);
        for (reply, _) in refused {
            reply.refused("InvalidParameterException", "A user cannot belong to more than 100 groups.");
        }
        let leave = json!({ "UserPoolId": pool, "Username": "alice", "GroupName": joined[0].1 });
        server.call("AdminRemoveUserFromGroup", leave).await.ok();
    }
    add(&server, &pool, "alice", "g99").await.ok();
    add(&server, &pool, "alice", "g100").await.refused_as("InvalidParameterException");
    // One of the hundred is no new one; one given up makes room.
    add(&server, &pool, "alice", "g0").await.ok();
    let remove = json!({ "UserPoolId": pool, "Username": "alice", "GroupName": "g0" });
    server.call("AdminRemoveUserFromGroup", remove).await.ok();
    add(&server, &pool, "alice", "g0").await.ok();
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

#[tokio::test]
async fn tokens_carry_the_groups_by_precedence_and_their_roles() {
    let (server, pool) = house().await;
    let client = server.client(&pool, json!({})).await;
    server.user(&pool, "alice", "Correct-Horse 7!").await;
    let role = |name: &str| format!("arn:aws:iam::000000000000:role/{name}");
    for (group, settings) in [
        ("a", json!({})),
        ("b", json!({ "Precedence": 9, "RoleArn": role("b") })),
        ("c", json!({ "Precedence": 1, "RoleArn": role("c") })),
    ] {
        let mut input = settings;
        input["UserPoolId"] = pool.clone().into();
        input["GroupName"] = group.into();
        server.call("CreateGroup", input).await.ok();
        add(&server, &pool, "alice", group).await.ok();
    }
    let tokens = server.tokens(&client, "alice", "Correct-Horse 7!").await;
    let (id, access) = (claims(&tokens["IdToken"]), claims(&tokens["AccessToken"]));
    assert_eq!(id["cognito:groups"], json!(["c", "b", "a"]));
    assert_eq!(access["cognito:groups"], id["cognito:groups"]);
    assert_eq!(id["cognito:preferred_role"], json!(role("c")));
    assert_eq!(id["cognito:roles"].as_array().map(Vec::len), Some(2));
    for group in ["b", "c"] {
        server.call("DeleteGroup", json!({ "UserPoolId": pool, "GroupName": group })).await.ok();
    }
    let id = claims(&server.tokens(&client, "alice", "Correct-Horse 7!").await["IdToken"]);
    assert_eq!((&id["cognito:groups"], id.get("cognito:preferred_role")), (&json!(["a"]), None));
}
