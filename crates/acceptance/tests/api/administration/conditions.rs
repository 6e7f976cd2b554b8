//! Condition keys that a call fills in.

use std::net::IpAddr;

use domain::principal::{KindName, Principal};
use flows::principals::{entities, policies};
use serde_json::{Value, json};
use testkit::{Keys, REGION, TestServer};

use super::{ACCOUNT, everything, nothing, statement};

/// Whether ListUserPools is allowed under a condition.
async fn allowed(server: &TestServer, (user, keys): &(Principal, Keys), condition: Value) -> bool {
    let policy = json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition });
    server.put_policy(user, "condition", statement(policy)).await;
    let mut request = server.signed(keys, "ListUserPools", json!({ "MaxResults": 1 }));
    request.headers_mut().insert("user-agent", "tool/1.0".parse().unwrap());
    let reply = server.request_from(IpAddr::from([192, 0, 2, 7]), request).await;
    if reply.status != 200 {
        reply.refused_as("AccessDeniedException");
        return false;
    }
    true
}

#[tokio::test]
async fn keys_of_the_request_and_of_who_signs() {
    let server = TestServer::start_serve().await;
    let alice = server.administrator(ACCOUNT, "alice", nothing()).await;
    let tags = [("Team".to_owned(), "blue".to_owned())].into();
    let read = entities::find(&server.services, &alice.0.account, KindName::User, "alice").await.unwrap();
    entities::set_tags(&server.services, &read, &tags).await.unwrap();
    let id = alice.0.id.as_str();
    for (condition, expected) in [
        (json!({ "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } }), true),
        (json!({ "IpAddress": { "aws:SourceIp": "198.51.100.0/24" } }), false),
        (json!({ "NotIpAddress": { "aws:SourceIp": "192.0.2.7/32" } }), false),
        (json!({ "DateLessThan": { "aws:CurrentTime": "2026-11-24T12:00:01Z" } }), true),
        (json!({ "DateLessThan": { "aws:CurrentTime": "2026-11-24T12:00:00Z" } }), false),
        (json!({ "NumericEquals": { "aws:EpochTime": "1795521600" } }), true),
        (json!({ "Bool": { "aws:SecureTransport": "true" } }), false),
        (json!({ "Bool": { "aws:SecureTransport": "false" } }), true),
        (
            json!({ "StringEquals": { "aws:PrincipalArn": format!("arn:aws:iam::{ACCOUNT}:user/alice") } }),
            true,
        ),
        (json!({ "StringEquals": { "aws:PrincipalAccount": ACCOUNT } }), true),
        (json!({ "StringEquals": { "aws:PrincipalAccount": "999999999999" } }), false),
        (json!({ "StringEquals": { "aws:PrincipalType": "User" } }), true),
        (json!({ "StringEquals": { "aws:userid": id } }), true),
        (json!({ "StringEquals": { "aws:username": "alice" } }), true),
        (json!({ "StringEquals": { "aws:PrincipalTag/team": "blue" } }), true),
        (json!({ "StringEquals": { "aws:PrincipalTag/team": "red" } }), false),
        (json!({ "StringEquals": { "aws:PrincipalTag/other": "blue" } }), false),
        (json!({ "StringEquals": { "aws:RequestedRegion": REGION } }), true),
        (json!({ "StringEquals": { "aws:RequestedRegion": "us-east-1" } }), false),
        (json!({ "StringLike": { "aws:UserAgent": "tool/*" } }), true),
        (json!({ "Null": { "aws:TokenIssueTime": "true", "aws:MultiFactorAuthPresent": "true" } }), true),
        (json!({ "Bool": { "aws:ViaAWSService": "false" } }), true),
        (json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } }), false),
    ] {
        assert_eq!(allowed(&server, &alice, condition.clone()).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn tags_of_the_request_and_of_the_pool() {
    let server = TestServer::start_serve().await;
    let (_, admin) = server.administrator(ACCOUNT, "admin", everything()).await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "cognito-idp:CreateUserPool", "Resource": "*", "Condition": {
            "StringEquals": { "aws:RequestTag/team": "blue" },
            "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "cost"] },
        } },
        { "Effect": "Allow", "NotAction": "cognito-idp:CreateUserPool", "Resource": "*",
          "Condition": { "StringEquals": { "aws:ResourceTag/team": "blue" } } },
    ] });
    let (user, keys) = server.administrator(ACCOUNT, "alice", policy).await;
    let create = async |tags: Value| {
        server.call_with(&keys, "CreateUserPool", json!({ "PoolName": "a", "UserPoolTags": tags })).await
    };
    create(json!({})).await.refused_as("AccessDeniedException");
    create(json!({ "team": "red" })).await.refused_as("AccessDeniedException");
    create(json!({ "team": "blue", "other": "x" })).await.refused_as("AccessDeniedException");
    let made = create(json!({ "team": "blue", "cost": "1" })).await.ok();
    let (pool, arn) = (&made["UserPool"]["Id"], &made["UserPool"]["Arn"]);
    let describe = async || server.call_with(&keys, "DescribeUserPool", json!({ "UserPoolId": pool })).await;
    describe().await.ok();
    let tag = json!({ "ResourceArn": arn, "Tags": { "team": "red" } });
    server.call_with(&admin, "TagResource", tag).await.ok();
    describe().await.refused_as("AccessDeniedException");
    // A pool that is not there has no tags.
    let other = json!({ "UserPoolId": "eu-west-1_none" });
    server.call_with(&keys, "DescribeUserPool", other).await.refused_as("AccessDeniedException");

    let untag = json!({ "Effect": "Allow", "Action": "cognito-idp:UntagResource", "Resource": "*",
        "Condition": { "ForAllValues:StringEquals": { "aws:TagKeys": ["cost"] } } });
    server.put_policy(&user, "untag", statement(untag)).await;
    policies::delete(&server.services, &user, "policy").await.unwrap();
    let untag = async |keys_: Value| {
        let input = json!({ "ResourceArn": arn, "TagKeys": keys_ });
        server.call_with(&keys, "UntagResource", input).await
    };
    untag(json!(["team"])).await.refused_as("AccessDeniedException");
    untag(json!(["cost", "team"])).await.refused_as("AccessDeniedException");
    untag(json!(["cost"])).await.ok();
}
