use serde_json::json;

use super::{NOT_FOUND, add, create, create_user, groups_of, house, members};

#[tokio::test]
async fn memberships_go_with_the_group_and_do_not_come_back() {
    let (server, pool) = house().await;
    create_user(&server, &pool, "alice").await;
    for group in ["staff", "other"] {
        create(&server, &pool, group).await.ok();
        add(&server, &pool, "alice", group).await.ok();
    }
    let named = json!({ "UserPoolId": pool, "GroupName": "staff" });
    assert_eq!(server.call("DeleteGroup", named.clone()).await.ok(), json!({}));
    server.call("GetGroup", named.clone()).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    server.call("DeleteGroup", named.clone()).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    server.call("ListUsersInGroup", named).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    create(&server, &pool, "staff").await.ok();
    assert_eq!(groups_of(&server, &pool, "alice").await, ["other"]);
    assert!(members(&server, &pool, "staff").await.is_empty());
}

/// Whatever the order, nobody is in the group that comes after the deletion.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn joining_while_the_group_is_deleted_leaves_no_member_behind() {
    let (server, pool) = house().await;
    create_user(&server, &pool, "alice").await;
    let named = json!({ "UserPoolId": pool, "GroupName": "staff" });
    for _ in 0..100 {
        create(&server, &pool, "staff").await.ok();
        let joining = tokio::spawn({
            let (server, pool) = (server.clone(), pool.clone());
            async move { add(&server, &pool, "alice", "staff").await }
        });
        let deleting = tokio::spawn({
            let (server, named) = (server.clone(), named.clone());
            async move { server.call("DeleteGroup", named).await }
        });
        let joined = joining.await.unwrap();
        if joined.status != 200 {
            joined.refused(NOT_FOUND.0, NOT_FOUND.1);
        }
        deleting.await.unwrap().ok();
        create(&server, &pool, "staff").await.ok();
        assert!(members(&server, &pool, "staff").await.is_empty());
        assert!(groups_of(&server, &pool, "alice").await.is_empty());
        server.call("DeleteGroup", named.clone()).await.ok();
    }
}
