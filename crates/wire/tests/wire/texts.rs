//! AWS's words, one test for each kind of failure.

use serde_json::{Map, Value, json};
use wire::cognito_idp::Operation;
use wire::{SerializationFault, check_constraints, check_types};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[track_caller]
fn refused(operation: Operation, input: Value, expected: &str) {
    assert_eq!(check_constraints(operation.input(), &object(input)), Err(expected.to_owned()));
}

#[track_caller]
fn wrong_type(operation: Operation, input: Value, expected: &str) {
    let fault = check_types(operation.input(), &object(input));
    assert_eq!(fault, Err(SerializationFault(Some(expected.to_owned()))));
}

#[test]
fn json_types() {
    let auth = Operation::InitiateAuth;
    wrong_type(auth, json!({ "AuthParameters": "x" }), "Expected map or null");
    wrong_type(auth, json!({ "AuthParameters": [] }), "Expected map or null");
    wrong_type(auth, json!({ "UserContextData": 1 }), "Expected map or null");
    wrong_type(auth, json!({ "ClientId": {} }), "Start of structure or map found where not expected.");
    wrong_type(auth, json!({ "ClientId": 1 }), "NUMBER_VALUE can not be converted to a String");
    wrong_type(auth, json!({ "ClientId": 1.5 }), "DECIMAL_VALUE can not be converted to a String");
    wrong_type(auth, json!({ "ClientId": true }), "TRUE_VALUE can not be converted to a String");
    wrong_type(auth, json!({ "ClientId": false }), "FALSE_VALUE can not be converted to a String");
    wrong_type(
        auth,
        json!({ "AuthParameters": { "A": 1 } }),
        "NUMBER_VALUE can not be converted to a String",
    );
    wrong_type(
        Operation::ListUserPools,
        json!({ "MaxResults": "5" }),
        "STRING_VALUE can not be converted to an Integer",
    );
    wrong_type(
        Operation::ListUserPools,
        json!({ "MaxResults": 1.5 }),
        "DECIMAL_VALUE can not be converted to an Integer",
    );
    wrong_type(
        Operation::ListUserPools,
        json!({ "MaxResults": 2_147_483_648_i64 }),
        "NUMBER_VALUE can not be converted to an Integer",
    );
    wrong_type(
        Operation::CreateUserPoolClient,
        json!({ "GenerateSecret": "true" }),
        "STRING_VALUE can not be converted to a Boolean",
    );
    wrong_type(
        Operation::CreateUserPoolClient,
        json!({ "CallbackURLs": "https://a" }),
        "Expected list or null",
    );
    wrong_type(
        Operation::CreateUserPoolClient,
        json!({ "CallbackURLs": {} }),
        "Start of structure or map found where not expected.",
    );
    wrong_type(
        Operation::SignUp,
        json!({ "UserAttributes": [{ "Name": 1 }] }),
        "NUMBER_VALUE can not be converted to a String",
    );
    wrong_type(Operation::SignUp, json!({ "UserAttributes": ["email"] }), "Expected map or null");
    let blob = object(json!({ "ImageFile": "not base64" }));
    assert_eq!(check_types(Operation::SetUICustomization.input(), &blob), Err(SerializationFault(None)));
}

#[test]
fn members_nobody_knows_are_ignored() {
    let input = object(json!({ "MaxResults": 5, "Unknown": { "a": [1, null] } }));
    assert_eq!(check_types(Operation::ListUserPools.input(), &input), Ok(()));
    assert_eq!(check_constraints(Operation::ListUserPools.input(), &input), Ok(()));
}

const CLIENT: &str = "0123456789abcdefghijklmnop";

#[test]
fn one_failure() {
    refused(
        Operation::SignUp,
        json!({ "ClientId": CLIENT, "Username": "ada", "Password": " x" }),
        r"1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+",
    );
    refused(
        Operation::SignUp,
        json!({ "ClientId": CLIENT, "Username": "ada", "Password": "x".repeat(257) }),
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 256",
    );
    refused(
        Operation::ChangePassword,
        json!({ "ProposedPassword": "x" }),
        "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must not be null",
    );
    refused(
        Operation::InitiateAuth,
        json!({ "ClientId": CLIENT, "AuthFlow": "X" }),
        "1 validation error detected: Value 'X' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: \
         [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, \
         ADMIN_USER_PASSWORD_AUTH, USER_AUTH]",
    );
    refused(
        Operation::ListUserPools,
        json!({ "MaxResults": 61 }),
        "1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60",
    );
    refused(
        Operation::DescribeUserPool,
        json!({ "UserPoolId": "nowhere" }),
        r"1 validation error detected: Value 'nowhere' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+",
    );
}

#[test]
fn several_failures_in_the_order_of_the_model_length_before_pattern() {
    refused(
        Operation::SignUp,
        json!({ "ClientId": CLIENT, "Username": "", "Password": "" }),
        r"3 validation errors detected: Value at 'username' failed to satisfy constraint: Member must have length greater than or equal to 1; Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+; Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+",
    );
    refused(
        Operation::AdminGetUser,
        json!({}),
        "2 validation errors detected: Value at 'userPoolId' failed to satisfy constraint: Member must not be null; \
         Value at 'username' failed to satisfy constraint: Member must not be null",
    );
}

#[test]
fn structures_in_lists_are_numbered() {
    refused(
        Operation::SignUp,
        json!({ "ClientId": CLIENT, "Username": "ada", "UserAttributes": [{ "Name": "email" }, { "Name": "" , "Value": "x" }, {}] }),
        "3 validation errors detected: Value '' at 'userAttributes.2.member.name' failed to satisfy constraint: Member must \
         have length greater than or equal to 1; Value '' at 'userAttributes.2.member.name' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+; \
         Value at 'userAttributes.3.member.name' failed to satisfy constraint: Member must not be null",
    );
    refused(
        Operation::SignUp,
        json!({ "ClientId": CLIENT, "Username": "ada", "UserAttributes": [null] }),
        "1 validation error detected: Value at 'userAttributes.1.member' failed to satisfy constraint: Member must not be null",
    );
}

#[test]
fn texts_in_lists_and_maps_are_named_by_what_holds_them() {
    refused(
        Operation::CreateUserPoolClient,
        json!({ "UserPoolId": "eu-west-1_a", "ClientName": "c", "CallbackURLs": ["https://a", "b c"] }),
        "1 validation error detected: Value '[https://a, b c]' at 'callbackURLs' failed to satisfy constraint: Member must \
         satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or \
         equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+]",
    );
    refused(
        Operation::AdminUpdateUserAttributes,
        json!({ "UserPoolId": "eu-west-1_a", "Username": "ada", "UserAttributes": [], "ClientMetadata": { "k": "x".repeat(131_073) } }),
        &format!(
            "1 validation error detected: Value '{{k={}}}' at 'clientMetadata' failed to satisfy constraint: Map value must \
             satisfy constraint: [Member must have length less than or equal to 131072, Member must have length greater than \
             or equal to 0]",
            "x".repeat(131_073)
        ),
    );
    refused(
        Operation::TagResource,
        json!({ "ResourceArn": "arn:aws:cognito-idp:eu-west-1:0:userpool/a", "Tags": { "": "v" } }),
        "1 validation error detected: Value '{=v}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: \
         [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]",
    );
    refused(
        Operation::CreateUserPoolClient,
        json!({ "UserPoolId": "eu-west-1_a", "ClientName": "c", "ReadAttributes": ["email", null] }),
        "1 validation error detected: Value '[email, null]' at 'readAttributes' failed to satisfy constraint: Member must \
         satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or \
         equal to 1, Member must not be null]",
    );
}

#[test]
fn what_is_sensitive_is_left_out_also_deep_inside() {
    let secret = "p\0ssw0rd";
    let long = "s".repeat(131_073);
    for (operation, input, path) in [
        (
            Operation::InitiateAuth,
            json!({ "AuthFlow": "USER_AUTH", "ClientId": CLIENT, "AuthParameters": { "PASSWORD": secret } }),
            "authParameters",
        ),
        (
            Operation::InitiateAuth,
            json!({ "AuthFlow": "USER_AUTH", "ClientId": CLIENT, "AuthParameters": { "PASSWORD": long } }),
            "authParameters",
        ),
        (
            Operation::RespondToAuthChallenge,
            json!({ "ChallengeName": "SMS_MFA", "ClientId": CLIENT, "ChallengeResponses": { "NEW_PASSWORD": secret } }),
            "challengeResponses",
        ),
        (Operation::SignUp, json!({ "ClientId": CLIENT, "Username": "ada", "Password": secret }), "password"),
        (
            Operation::SignUp,
            json!({ "ClientId": CLIENT, "Username": "ada", "UserContextData": { "EncodedData": long } }),
            "userContextData.encodedData",
        ),
        (
            Operation::SignUp,
            json!({ "ClientId": CLIENT, "Username": "ada", "UserAttributes": [{ "Name": "email", "Value": secret }] }),
            "userAttributes.1.member.value",
        ),
        (Operation::GetUser, json!({ "AccessToken": "a b" }), "accessToken"),
    ] {
        let text = check_constraints(operation.input(), &object(input)).unwrap_err();
        assert!(
            text.starts_with(&format!("1 validation error detected: Value at '{path}' failed")),
            "{text}"
        );
        assert!(text.len() < 400, "{path}");
        assert!(!text.contains("ssw0rd") && !text.contains("a b"), "{text}");
    }
}

#[test]
fn the_null_character_is_refused_in_every_text() {
    refused(
        Operation::CreateUserPool,
        json!({ "PoolName": "a\0b" }),
        "1 validation error detected: Value 'a\0b' at 'poolName' failed to satisfy constraint: Member must not contain the null character",
    );
    for input in [
        json!({ "UserPoolId": "eu-west-1_a", "Username": "ada", "ClientMetadata": { "k\0": "v" } }),
        json!({ "UserPoolId": "eu-west-1_a", "Username": "ada", "ClientMetadata": { "k": "v\0" } }),
        json!({ "UserPoolId": "eu-west-1_a", "Username": "ada", "MessageAction": "RESEND\0" }),
        json!({ "UserPoolId": "eu-west-1_a", "Username": "ada", "DesiredDeliveryMediums": ["SMS\0"] }),
    ] {
        let text = check_constraints(Operation::AdminCreateUser.input(), &object(input)).unwrap_err();
        assert!(text.contains("Member must not contain the null character"), "{text}");
    }
}

#[test]
fn lengths_are_counted_in_utf_16() {
    let input = |name: String| object(json!({ "UserPoolId": "eu-west-1_a", "GroupName": name }));
    let shape = Operation::CreateGroup.input();
    assert_eq!(check_constraints(shape, &input("\u{1F600}".repeat(64))), Ok(()));
    assert!(check_constraints(shape, &input("\u{1F600}".repeat(65))).is_err());
    assert_eq!(check_constraints(shape, &input("é".repeat(128))), Ok(()));
}

#[test]
fn where_the_service_departs_from_its_model() {
    let sign_up =
        |password: &str| object(json!({ "ClientId": CLIENT, "Username": "ada", "Password": password }));
    assert_eq!(check_constraints(Operation::SignUp.input(), &sign_up("correct horse battery")), Ok(()));
    assert!(check_constraints(Operation::SignUp.input(), &sign_up("correct horse ")).is_err());
    let client = object(json!({
        "UserPoolId": "eu-west-1_a", "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"]
    }));
    assert_eq!(check_constraints(Operation::CreateUserPoolClient.input(), &client), Ok(()));
    let session = |n: usize| object(json!({ "Session": "s".repeat(n) }));
    assert_eq!(check_constraints(Operation::AssociateSoftwareToken.input(), &session(4096)), Ok(()));
    assert!(check_constraints(Operation::AssociateSoftwareToken.input(), &session(4097)).is_err());
}
