//! Which statement decides: actions, resources, effects, and policies of several kinds together.

use iam::{Decided, Decision, Denial, Facts, Policies, Policy, Source, evaluate};

use crate::{POOL, applies, decide, policy, request};

fn allow(action: &str, resource: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
}

/// Whether a policy for one action covers another.
fn action_covers(pattern: &str, action: &str) -> bool {
    let policy = policy(&allow(pattern, "*"));
    decide(&[&policy], &request(action, POOL, &Facts::new())).is_allowed()
}

/// Whether a policy for one resource covers another.
fn resource_covers(pattern: &str, resource: &str) -> bool {
    let policy = policy(&allow("*", pattern));
    decide(&[&policy], &request("cognito-idp:AdminGetUser", resource, &Facts::new())).is_allowed()
}

#[test]
fn actions_match_in_any_case_with_wildcards() {
    for (pattern, yes, no) in [
        (
            "cognito-idp:AdminGetUser",
            &["cognito-idp:AdminGetUser", "COGNITO-IDP:admingetuser"][..],
            &["cognito-idp:AdminGetUsers", "cognito-idp:GetUser", "cognito-identity:AdminGetUser"][..],
        ),
        (
            "COGNITO-IDP:ADMINGET*",
            &["cognito-idp:AdminGetUser", "cognito-idp:AdminGet"],
            &["cognito-idp:AdminListUser"],
        ),
        ("cognito-idp:*", &["cognito-idp:x"], &["cognito-identity:x", "cognito-idpx:x"]),
        ("cognito-idp:?etUser", &["cognito-idp:GetUser", "cognito-idp:SetUser"], &["cognito-idp:etUser"]),
        ("cognito-idp:*User*", &["cognito-idp:AdminGetUser", "cognito-idp:UserX"], &["cognito-idp:Use"]),
        ("*", &["cognito-idp:x", "s3:GetObject"], &[]),
        ("*:GetUser", &["cognito-idp:GetUser"], &["cognito-idp:GetUsers"]),
    ] {
        for action in yes {
            assert!(action_covers(pattern, action), "{pattern} of {action}");
        }
        for action in no {
            assert!(!action_covers(pattern, action), "{pattern} of {action}");
        }
    }
}

#[test]
fn the_order_of_a_list_does_not_matter() {
    let list = policy(
        r#"{"Effect": "Allow", "Action": ["s3:C", "s3:A", "s3:d*", "s3:B"], "Resource": ["arn:aws:s3:::b", "*"]}"#,
    );
    for action in ["s3:A", "s3:B", "s3:C", "s3:D"] {
        assert!(decide(&[&list], &request(action, POOL, &Facts::new())).is_allowed(), "{action}");
    }
    assert!(!decide(&[&list], &request("s3:E", POOL, &Facts::new())).is_allowed());
}

#[test]
fn resources_match_part_by_part() {
    for (pattern, yes, no) in [
        (POOL, &[POOL][..], &["*"][..]),
        ("*", &[POOL, "*", "arn:aws:s3:::b"], &[]),
        (
            "arn:aws:cognito-idp:*:*:userpool/*",
            &[POOL, "arn:aws:cognito-idp:::userpool/"],
            &["arn:aws:cognito-idp:eu-west-1:123456789012:pool/x", "*"],
        ),
        (
            "arn:aws:cognito-idp:eu-west-?:*:userpool/eu-*",
            &[POOL],
            &["arn:aws:cognito-idp:eu-west-10:123456789012:userpool/eu-x"],
        ),
        (
            "arn:*:cognito-idp:*:123456789012:*",
            &[POOL],
            &["arn:aws:cognito-idp:eu-west-1:123456789013:userpool/x"],
        ),
        (
            "arn:aws:cognito-idp:*",
            &[POOL, "arn:aws:cognito-idp:a:b:c:d"],
            &["arn:aws:cognito-identity:a:b:c"],
        ),
        (
            "arn:aws:s3:::b/*",
            &["arn:aws:s3:::b/a/b:c", "arn:aws:s3:::b/"],
            &["arn:aws:s3:::b", "arn:aws:s3:::c/b/"],
        ),
        (
            "arn:aws:s3:::b/?",
            &["arn:aws:s3:::b/a", "arn:aws:s3:::b/:"],
            &["arn:aws:s3:::b/", "arn:aws:s3:::b/ab"],
        ),
        ("arn:aws:cognito-idp", &[POOL], &["arn:aws:cognito-identity:a:b:c", "arn:aws:cognito-idp"]),
        // A wildcard does not reach over the end of its part.
        ("arn:aws:s*:1:x", &[], &["arn:aws:s3:eu:1:1:x"]),
        (
            "arn:aws:someservice:*:111122223333:finance/*",
            &[],
            &["arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"],
        ),
        ("arn:aws:cognito-idp:eu-west-1:123456789012?userpool/*", &[], &[POOL]),
        ("arn:aws:cognito-idp:eu-west-1:123456789012:USERPOOL/*", &[], &[POOL]),
    ] {
        for resource in yes {
            assert!(resource_covers(pattern, resource), "{pattern} of {resource}");
        }
        for resource in no {
            assert!(!resource_covers(pattern, resource), "{pattern} of {resource}");
        }
    }
}

#[test]
fn what_is_excepted_is_everything_else() {
    let not_action = r#"{"Effect": "Allow", "NotAction": ["cognito-idp:Admin*", "iam:*"], "Resource": "*"}"#;
    assert!(!applies(not_action, &Facts::new()));
    let policy = policy(not_action);
    for (action, allowed) in [
        ("cognito-idp:adminX", false),
        ("IAM:GetUser", false),
        ("cognito-idp:ListUsers", true),
        ("s3:GetObject", true),
    ] {
        assert_eq!(
            decide(&[&policy], &request(action, POOL, &Facts::new())).is_allowed(),
            allowed,
            "{action}"
        );
    }
    let not_resource = |effect: &str, list: &str| {
        format!(r#"{{"Effect": "{effect}", "Action": "*", "NotResource": {list}}}"#)
    };
    for effect in ["Allow", "Deny"] {
        assert!(!applies(&not_resource(effect, &format!(r#""{POOL}""#)), &Facts::new()));
        assert!(!applies(&not_resource(effect, r#"["arn:aws:s3:::b", "*"]"#), &Facts::new()));
        assert!(applies(&not_resource(effect, r#""arn:aws:s3:::b""#), &Facts::new()));
    }
}

#[test]
fn nothing_is_allowed_by_silence() {
    let nothing = Decision::Denied(Denial { source: Source::Identity, statement: None });
    assert_eq!(decide(&[], &request("cognito-idp:ListUsers", POOL, &Facts::new())), nothing);
    let other = policy(&allow("cognito-idp:AdminGetUser", POOL));
    assert_eq!(decide(&[&other], &request("cognito-idp:ListUsers", POOL, &Facts::new())), nothing);
}

#[test]
fn a_deny_anywhere_outweighs_every_allow() {
    let facts = Facts::new();
    let asked = request("cognito-idp:ListUsers", POOL, &facts);
    let all = policy(&allow("*", "*")).named("all");
    let deny = policy(r#"[{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, {"Sid": "NoList", "Effect": "Deny", "Action": "cognito-idp:List*", "Resource": "*"}]"#).named("deny");
    let denied = |source| {
        Decision::Denied(Denial {
            source,
            statement: Some(Decided { policy: "deny", sid: Some("NoList"), index: 1 }),
        })
    };
    assert_eq!(decide(&[&all, &deny], &asked), denied(Source::Identity));
    assert_eq!(decide(&[&deny, &all], &asked), denied(Source::Identity));
    let identity = [&all];
    let boundary = Policies { identity: &identity, boundary: Some(&deny), session: None };
    assert_eq!(evaluate(&boundary, &asked), denied(Source::Boundary));
    let (both, only) = ([&all, &deny], [&deny]);
    for session in [&both[..], &only] {
        let session = Policies { identity: &identity, boundary: None, session: Some(session) };
        assert_eq!(evaluate(&session, &asked), denied(Source::Session));
    }
}

#[test]
fn boundary_and_session_only_narrow() {
    let facts = Facts::new();
    let (list, get) =
        (policy(&allow("cognito-idp:ListUsers", "*")), policy(&allow("cognito-idp:AdminGetUser", "*")));
    let all = policy(&allow("*", "*"));
    let (only_list, only_get, everything) = ([&list], [&get], [&all]);
    let asked = request("cognito-idp:ListUsers", POOL, &facts);
    let nobody = |source| Decision::Denied(Denial { source, statement: None });
    let ask = |identity, boundary, session| evaluate(&Policies { identity, boundary, session }, &asked);
    assert!(ask(&everything, Some(&list), Some(&only_list)).is_allowed());
    assert_eq!(ask(&everything, Some(&get), None), nobody(Source::Boundary));
    assert_eq!(ask(&everything, None, Some(&only_get)), nobody(Source::Session));
    assert_eq!(ask(&everything, None, Some(&[])), nobody(Source::Session));
    assert_eq!(ask(&only_get, Some(&all), Some(&everything)), nobody(Source::Identity));
    assert_eq!(ask(&only_get, Some(&list), Some(&only_list)), nobody(Source::Identity));
}

#[test]
fn the_decision_names_the_statement() {
    let text = r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "*"}]"#;
    let policy = policy(text).named("arn:aws:iam::123456789012:policy/p");
    let identity = [&policy];
    let decision = decide(&identity, &request("cognito-idp:ListUsers", POOL, &Facts::new()));
    let Decision::Allowed(decided) = decision else { panic!("{decision:?}") };
    assert_eq!(decided.to_string(), "arn:aws:iam::123456789012:policy/p Statement[1]");
}

#[test]
fn denials_have_the_reasons_of_aws() {
    let statement = Some(Decided { policy: "", sid: Some("S"), index: 0 });
    for (source, implicit, explicit) in [
        (
            Source::Identity,
            "because no identity-based policy allows the a:B action",
            "with an explicit deny in an identity-based policy",
        ),
        (
            Source::Boundary,
            "because no permissions boundary allows the a:B action",
            "with an explicit deny in a permissions boundary",
        ),
        (
            Source::Session,
            "because no session policy allows the a:B action",
            "with an explicit deny in a session policy",
        ),
        (
            Source::Trust,
            "because no role trust policy allows the a:B action",
            "with an explicit deny in the role trust policy",
        ),
    ] {
        assert_eq!(Denial { source, statement: None }.reason("a:B"), implicit);
        assert_eq!(Denial { source, statement }.reason("a:B"), explicit);
    }
}

#[test]
fn the_older_version_knows_no_variables() {
    let policy = Policy::parse(
        r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}"}}"#,
    )
    .expect("a policy");
    let facts = Facts::new().with("aws:username", "ann");
    assert!(!decide(&[&policy], &request("s3:GetObject", "arn:aws:s3:::ann", &facts)).is_allowed());
    assert!(
        decide(&[&policy], &request("s3:GetObject", "arn:aws:s3:::${aws:username}", &facts)).is_allowed()
    );
}
