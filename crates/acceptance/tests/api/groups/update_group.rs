use std::time::Duration;

use serde_json::json;

use super::{NOT_FOUND, create, house};

const ROLE: &str = "arn:aws:iam::000000000000:role/staff";

#[tokio::test]
async fn what_is_given_is_replaced_and_the_rest_stays() {
    let (server, pool) = house().await;
    create(&server, &pool, "staff").await.ok();
    server.clock.advance(Duration::from_secs(60));
    let role = json!({ "UserPoolId": pool, "GroupName": "staff", "RoleArn": ROLE, "Precedence": 7 });
    server.call("UpdateGroup", role).await.ok();
    let described = json!({ "UserPoolId": pool, "GroupName": "staff", "Description": "Us", "Precedence": 0 });
    let updated = server.call("UpdateGroup", described).await.ok()["Group"].clone();
    assert_eq!(
        (&updated["Description"], &updated["RoleArn"], &updated["Precedence"]),
        (&json!("Us"), &json!(ROLE), &json!(0))
    );
    let dates = [&updated["CreationDate"], &updated["LastModifiedDate"]].map(|date| date.as_f64().unwrap());
    assert_eq!(dates[1] - dates[0], 60.0);
    let got = server.call("GetGroup", json!({ "UserPoolId": pool, "GroupName": "staff" })).await.ok();
    assert_eq!(got["Group"], updated);
}

#[tokio::test]
async fn unknown_groups_and_impossible_values_are_refused() {
    let (server, pool) = house().await;
    create(&server, &pool, "staff").await.ok();
    let unknown = json!({ "UserPoolId": pool, "GroupName": "Staff", "Description": "x" });
    server.call("UpdateGroup", unknown.clone()).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    server.call("GetGroup", unknown).await.refused(NOT_FOUND.0, NOT_FOUND.1);
    for bad in [json!({ "Precedence": -1 }), json!({ "RoleArn": "x" })] {
        let mut input = json!({ "UserPoolId": pool, "GroupName": "staff" });
        for (name, value) in bad.as_object().unwrap() {
            input[name] = value.clone();
        }
        server.call("UpdateGroup", input).await.refused_as("InvalidParameterException");
    }
}
