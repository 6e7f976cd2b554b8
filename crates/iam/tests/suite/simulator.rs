//! The simulator answers as the server does, and says why.

use iam::{BadQuestion, Facts, Policies, Question, simulate};

use crate::{POOL, policy};

#[test]
fn a_report_says_what_each_statement_contributes() {
    let own = policy(
        r#"[{"Sid": "Users", "Effect": "Allow", "Action": "cognito-idp:Admin*", "Resource": "*"},
            {"Effect": "Allow", "Action": "cognito-idp:AdminGetUser", "Resource": "arn:aws:cognito-idp:*:*:userpool/other"},
            {"Sid": "Tls", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Sid": "Office", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]"#,
    )
    .named("own.json");
    let identity = [&own];
    let context = Facts::new().with("aws:SourceIp", "203.0.113.9");
    let question = Question {
        policies: Policies { identity: &identity, ..Policies::default() },
        action: "cognito-idp:AdminGetUser",
        resource: POOL,
        context: &context,
    };
    let report = simulate(&question).expect("an answer");
    assert!(report.decision.is_allowed());
    assert_eq!(
        report.to_string(),
        format!(
            "allowed: cognito-idp:AdminGetUser on {POOL}\n  by own.json Users\n\
             own.json Users (Allow): matches\n\
             own.json Statement[1] (Allow): is about other resources\n\
             own.json Tls (Deny): does not apply: Bool aws:securetransport, which the request does not have\n\
             own.json Office (Deny): does not apply: NotIpAddress aws:sourceip\n\
             own.json Statement[4] (Allow): is about other actions\n"
        )
    );
    let elsewhere = Facts::new().with("aws:SourceIp", "198.51.100.1");
    let report = simulate(&Question { context: &elsewhere, ..question }).expect("an answer");
    assert!(!report.decision.is_allowed());
    let text = report.to_string();
    assert!(
        text.starts_with(&format!(
            "denied: cognito-idp:AdminGetUser on {POOL}\n  with an explicit deny in an identity-based policy\n  by own.json Office\n"
        )),
        "{text}"
    );
}

#[test]
fn boundary_and_session_are_shown_as_such() {
    let all = policy(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#);
    let none = policy(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#).named("narrow.json");
    let (identity, session) = ([&all], [&none]);
    let question = Question {
        policies: Policies { identity: &identity, boundary: Some(&all), session: Some(&session) },
        action: "cognito-idp:ListUsers",
        resource: "*",
        context: &Facts::new(),
    };
    assert_eq!(
        simulate(&question).expect("an answer").to_string(),
        "denied: cognito-idp:ListUsers on *\n  because no session policy allows the cognito-idp:ListUsers action\n\
         Statement[0] (Allow): matches\n\
         boundary Statement[0] (Allow): matches\n\
         session narrow.json Statement[0] (Allow): is about other actions\n"
    );
}

#[test]
fn questions_are_about_one_action_and_one_resource() {
    let question =
        |action, resource| Question { policies: Policies::default(), action, resource, context: &EMPTY };
    static EMPTY: std::sync::LazyLock<Facts> = std::sync::LazyLock::new(Facts::new);
    for action in ["", "*", "cognito-idp:*", "cognito-idp:Get?ser", "GetUser", "a:b:c", ":x", "a:", "a:b c"] {
        assert_eq!(simulate(&question(action, "*")).expect_err(action), BadQuestion::Action(action.into()));
    }
    for resource in ["", "pool", "arn:aws:s3", "arn:aws:s3:::*", "arn:aws:s3:::b?", "**"] {
        assert_eq!(
            simulate(&question("s3:Get", resource)).expect_err(resource),
            BadQuestion::Resource(resource.into())
        );
    }
}
