use domain::group::Group;
use domain::ids::{AccountId, PoolId, Region};
use domain::time::Time;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{create, house};

const ROLE: &str = "arn:aws:iam::000000000000:role/staff";

#[tokio::test]
async fn a_group_is_shown_as_it_was_made() {
    let (server, pool) = house().await;
    let made = server
        .call(
            "CreateGroup",
            json!({ "UserPoolId": pool, "GroupName": "staff", "Description": "Us", "RoleArn": ROLE, "Precedence": 0 }),
        )
        .await
        .ok()["Group"]
        .clone();
    assert_eq!(
        (
            &made["GroupName"],
            &made["UserPoolId"],
            &made["Description"],
            &made["RoleArn"],
            &made["Precedence"]
        ),
        (&json!("staff"), &json!(pool), &json!("Us"), &json!(ROLE), &json!(0))
    );
    assert_eq!(made["CreationDate"], json!(1_795_521_600));
    assert_eq!(made["LastModifiedDate"], made["CreationDate"]);
    let got = server.call("GetGroup", json!({ "UserPoolId": pool, "GroupName": "staff" })).await.ok();
    assert_eq!(got["Group"], made);
    let plain = create(&server, &pool, "Staff").await.ok()["Group"].clone();
    for absent in ["Description", "RoleArn", "Precedence"] {
        assert!(plain.get(absent).is_none(), "{plain}");
    }
}

#[tokio::test]
async fn impossible_groups_are_refused() {
    let (server, pool) = house().await;
    create(&server, &pool, "staff").await.ok();
    create(&server, &pool, "staff")
        .await
        .refused("GroupExistsException", "A group with the name already exists.");
    for bad in [
        json!({ "GroupName": "" }),
        json!({ "GroupName": "two words" }),
        json!({ "GroupName": "x".repeat(129) }),
        json!({ "GroupName": null }),
        json!({ "Precedence": -1 }),
        json!({ "RoleArn": "arn:aws:iam::000000000000" }),
        json!({ "RoleArn": "not an arn but long enough" }),
        json!({ "Description": "x".repeat(2049) }),
        json!({ "Description": "a\0b" }),
    ] {
        let mut input = json!({ "UserPoolId": pool, "GroupName": "other" });
        for (name, value) in bad.as_object().unwrap() {
            input[name] = value.clone();
        }
        let reply = server.call("CreateGroup", input).await;
        assert_eq!(reply.status, 400, "{bad}: {}", reply.body);
    }
    let listed = server.call("ListGroups", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(listed["Groups"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_makers_of_the_same_group_wins() {
    let (server, pool) = house().await;
    let mut makers = JoinSet::new();
    for _ in 0..20 {
        let (server, pool) = (server.clone(), pool.clone());
        makers.spawn(async move { create(&server, &pool, "staff").await });
    }
    let replies = makers.join_all().await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for reply in replies.into_iter().filter(|reply| reply.status != 200) {
        reply.refused_as("GroupExistsException");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pool_has_ten_thousand_groups_and_no_more() {
    let (server, pool) = house().await;
    let db = &server.services.db;
    let (_, pool_ref) = storage::pools::resolve(
        db,
        &AccountId::new(testkit::ACCOUNT),
        &Region::new(testkit::REGION),
        &PoolId::new(&pool),
    )
    .await
    .unwrap()
    .unwrap();
    let group = |i: i32| Group {
        name: format!("group-{i}"),
        description: None,
        role_arn: None,
        precedence: None,
        version: 1,
        created_at: Time::default(),
        modified_at: Time::default(),
    };
    // Only the rows themselves: counting after each of so many would take minutes.
    let rows = (0..9_995).map(|i| storage::groups::insert(&pool_ref, &group(i))[1].clone());
    db.apply(rows, |_| None).await.unwrap();
    for round in 0..10 {
        let mut makers = JoinSet::new();
        for i in 0..20 {
            let (server, pool) = (server.clone(), pool.clone());
            makers.spawn(async move {
                let name = format!("late-{round}-{i}");
                (create(&server, &pool, &name).await, name)
            });
        }
        let (made, refused): (Vec<_>, Vec<_>) =
            makers.join_all().await.into_iter().partition(|(reply, _)| reply.status == 200);
        assert_eq!(made.len(), 5);
        for (reply, _) in refused {
            reply.refused("LimitExceededException", "Groups cannot exceed limit of 10000 per user pool.");
        }
        if round < 9 {
            for (_, name) in made {
                server.call("DeleteGroup", json!({ "UserPoolId": pool, "GroupName": name })).await.ok();
            }
        }
    }
    create(&server, &pool, "group-0").await.refused_as("GroupExistsException");
    let first: Value = json!({ "UserPoolId": pool, "GroupName": "group-0" });
    server.call("DeleteGroup", first).await.ok();
    create(&server, &pool, "group-0").await.ok();
}
