//! Who may become a role.

use iam::{Decision, Denial, Facts, Policies, Policy, Principal, Request, Source, TrustPolicy, assume_role};

use crate::policy;

const ROLE: &str = "arn:aws:iam::123456789012:role/app";
const ANN: Principal<'static> = crate::USER;
const BEN: Principal<'static> = Principal::Aws { arn: "arn:aws:iam::123456789012:user/ben", role: None };
const ROOT: Principal<'static> = Principal::Aws { arn: "arn:aws:iam::123456789012:root", role: None };
const STRANGER: Principal<'static> = Principal::Aws { arn: "arn:aws:iam::210987654321:user/ann", role: None };
const SESSION: Principal<'static> = Principal::Aws {
    arn: "arn:aws:sts::123456789012:assumed-role/deploy/s1",
    role: Some("arn:aws:iam::123456789012:role/ci/deploy"),
};
const SERVICE: Principal<'static> = Principal::Service("cognito-idp.amazonaws.com");
const TOKEN: Principal<'static> = Principal::Federated("cognito-identity.amazonaws.com");

fn trust(principal: &str) -> TrustPolicy {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole*"}}}}"#
    );
    TrustPolicy::parse(&text).unwrap_or_else(|malformed| panic!("{malformed}\n{text}"))
}

fn ask<'p>(trust: &'p TrustPolicy, identity: &'p [&'p Policy], principal: Principal<'_>) -> Decision<'p> {
    let context = Facts::new();
    let request = Request { principal, action: "sts:AssumeRole", resource: ROLE, context: &context };
    assume_role(trust, &Policies { identity, ..Policies::default() }, &request)
}

fn nobody(source: Source) -> Decision<'static> {
    Decision::Denied(Denial { source, statement: None })
}

#[test]
fn who_is_not_named_is_not_trusted_whatever_its_policies_say() {
    let everything = policy(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#);
    let all = [&everything];
    let everybody = [ANN, BEN, ROOT, STRANGER, SESSION, SERVICE, TOKEN, Principal::Anonymous];
    for (named, trusted) in [
        (r#"{"AWS": "arn:aws:iam::123456789012:user/ann"}"#, &[ANN][..]),
        (
            r#"{"AWS": ["arn:aws:iam::123456789012:user/ann", "arn:aws:iam::210987654321:user/ann"]}"#,
            &[ANN, STRANGER],
        ),
        (r#"{"AWS": "123456789012"}"#, &[ANN, BEN, ROOT, SESSION]),
        (r#"{"AWS": "arn:aws:iam::123456789012:root"}"#, &[ANN, BEN, ROOT, SESSION]),
        (r#"{"AWS": "arn:aws:iam::123456789012:role/ci/deploy"}"#, &[SESSION]),
        (r#"{"AWS": "arn:aws:sts::123456789012:assumed-role/deploy/s1"}"#, &[SESSION]),
        (r#"{"AWS": "arn:aws:sts::123456789012:assumed-role/deploy/s2"}"#, &[]),
        (r#"{"AWS": "*"}"#, &[ANN, BEN, ROOT, STRANGER, SESSION]),
        (r#""*""#, &[ANN, BEN, ROOT, STRANGER, SESSION, SERVICE, TOKEN]),
        (r#"{"Service": "cognito-idp.amazonaws.com"}"#, &[SERVICE]),
        (r#"{"Service": "sts.amazonaws.com"}"#, &[]),
        (r#"{"Federated": "cognito-identity.amazonaws.com"}"#, &[TOKEN]),
        (r#"{"Federated": "cognito-idp.amazonaws.com"}"#, &[]),
        (r#"{"Federated": "cognito-identity.amazonaws.com", "AWS": "210987654321"}"#, &[TOKEN, STRANGER]),
    ] {
        let trust = trust(named);
        for principal in everybody {
            let expected = trusted.contains(&principal);
            let decision = ask(&trust, &all, principal);
            assert_eq!(decision.is_allowed(), expected, "{named}: {principal:?}");
            if !expected {
                assert_eq!(decision, nobody(Source::Trust));
            }
        }
    }
}

#[test]
fn only_who_is_trusted_by_name_in_its_own_account_needs_no_policy() {
    for (named, principal, enough) in [
        (r#"{"AWS": "arn:aws:iam::123456789012:user/ann"}"#, ANN, true),
        (r#"{"AWS": ["*", "123456789012", "arn:aws:iam::123456789012:user/ann"]}"#, ANN, true),
        (r#"{"AWS": "arn:aws:iam::123456789012:role/ci/deploy"}"#, SESSION, true),
        (r#"{"AWS": "123456789012"}"#, ROOT, true),
        (r#"{"AWS": "123456789012"}"#, ANN, false),
        (r#"{"AWS": "*"}"#, ANN, false),
        (r#""*""#, ANN, false),
        (r#"{"AWS": "arn:aws:iam::210987654321:user/ann"}"#, STRANGER, false),
        (r#"{"Service": "cognito-idp.amazonaws.com"}"#, SERVICE, true),
        (r#"{"Federated": "cognito-identity.amazonaws.com"}"#, TOKEN, true),
    ] {
        let trust = trust(named);
        let decision = ask(&trust, &[], principal);
        assert_eq!(decision.is_allowed(), enough, "{named}: {principal:?}");
        if !enough {
            assert_eq!(decision, nobody(Source::Identity));
        }
    }
}

#[test]
fn the_nearest_trust_counts() {
    for (first, second) in [("user/ann", "root"), ("root", "user/ann")] {
        let statement = |name: &str| {
            format!(
                r#"{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::123456789012:{name}"}}, "Action": "sts:AssumeRole"}}"#
            )
        };
        let text = format!(r#"{{"Statement": [{}, {}]}}"#, statement(first), statement(second));
        assert!(ask(&TrustPolicy::parse(&text).expect("a trust policy"), &[], ANN).is_allowed(), "{first}");
    }
}

#[test]
fn a_deny_on_either_side_outweighs_trust() {
    let named = trust(r#"{"AWS": "arn:aws:iam::123456789012:user/ann"}"#);
    let deny = policy(
        r#"{"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::123456789012:role/a*"}"#,
    );
    let own = [&deny];
    let Decision::Denied(denial) = ask(&named, &own, ANN) else { panic!("allowed") };
    assert_eq!((denial.source, denial.statement.is_some()), (Source::Identity, true));

    let barred = TrustPolicy::parse(
        r#"{"Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
            {"Sid": "NotBen", "Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ben"}, "Action": "sts:*"}]}"#,
    )
    .expect("a trust policy");
    let all = policy(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#);
    let own = [&all];
    assert!(ask(&barred, &own, ANN).is_allowed());
    let denied = ask(&barred, &own, BEN);
    let Decision::Denied(denial) = denied else { panic!("allowed") };
    assert_eq!(denial.source, Source::Trust);
    assert_eq!(denial.statement.expect("a statement").to_string(), "role trust policy NotBen");
}

#[test]
fn boundary_and_session_narrow_also_who_is_trusted_by_name() {
    let named = trust(r#"{"AWS": "arn:aws:iam::123456789012:user/ann"}"#);
    let other = policy(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
    let context = Facts::new();
    let request = Request { principal: ANN, action: "sts:AssumeRole", resource: ROLE, context: &context };
    let boundary = Policies { boundary: Some(&other), ..Policies::default() };
    assert_eq!(assume_role(&named, &boundary, &request), nobody(Source::Boundary));
    let session = Policies { session: Some(&[]), ..Policies::default() };
    assert_eq!(assume_role(&named, &session, &request), nobody(Source::Session));
}

#[test]
fn everyone_but_those_named_is_denied() {
    let trust = TrustPolicy::parse(
        r#"{"Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
            {"Effect": "Deny", "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:user/ann", "123456789012"]}, "Action": "sts:AssumeRole"}]}"#,
    )
    .expect("a trust policy");
    let all = policy(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#);
    for (principal, allowed) in [
        (ANN, true),
        (ROOT, true),
        (BEN, false),
        (SESSION, false),
        (STRANGER, false),
        (SERVICE, false),
        (TOKEN, false),
    ] {
        assert_eq!(ask(&trust, &[&all], principal).is_allowed(), allowed, "{principal:?}");
    }
}

#[test]
fn conditions_and_actions_bind_trust() {
    let trust = TrustPolicy::parse(
        r#"{"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:0000"},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}}"#,
    )
    .expect("a trust policy");
    let fits = Facts::new()
        .with("cognito-identity.amazonaws.com:aud", "eu-west-1:0000")
        .with("cognito-identity.amazonaws.com:amr", "authenticated")
        .with("cognito-identity.amazonaws.com:amr", "graph.facebook.com");
    let ask = |action, context: &Facts| {
        let request = Request { principal: TOKEN, action, resource: ROLE, context };
        assume_role(&trust, &Policies::default(), &request).is_allowed()
    };
    assert!(ask("sts:AssumeRoleWithWebIdentity", &fits));
    assert!(!ask("sts:AssumeRole", &fits));
    assert!(!ask("sts:AssumeRoleWithWebIdentity", &Facts::new()));
    let guest = Facts::new()
        .with("cognito-identity.amazonaws.com:aud", "eu-west-1:0000")
        .with("cognito-identity.amazonaws.com:amr", "unauthenticated");
    assert!(!ask("sts:AssumeRoleWithWebIdentity", &guest));
}

#[test]
fn what_is_no_trust_policy_is_refused() {
    let around = |members: &str| format!(r#"{{"Statement": {{"Effect": "Allow", {members}}}}}"#);
    const STS: &str = "AssumeRole policy may only specify STS AssumeRole actions.";
    for (members, message) in [
        (r#""Action": "sts:AssumeRole""#, "Missing required field Principal"),
        (
            r#""Action": "sts:AssumeRole", "Principal": {}"#,
            "Missing required field Principal cannot be empty!",
        ),
        (
            r#""Action": "sts:AssumeRole", "Principal": {"AWS": []}"#,
            "Missing required field Principal cannot be empty!",
        ),
        (r#""Action": "sts:AssumeRole", "Principal": null"#, "Syntax errors in policy."),
        (r#""Action": "sts:AssumeRole", "Principal": "ann""#, "Syntax errors in policy."),
        (r#""Action": "sts:AssumeRole", "Principal": {"CanonicalUser": "x"}"#, "Syntax errors in policy."),
        (
            r#""Action": "sts:AssumeRole", "Principal": "*", "NotPrincipal": {"AWS": "123456789012"}"#,
            "Syntax errors in policy.",
        ),
        (
            r#""Action": "sts:AssumeRole", "NotPrincipal": {"AWS": "123456789012"}"#,
            "Syntax errors in policy.",
        ),
        (r#""Action": "sts:AssumeRole", "Principal": "*", "Resource": "*""#, "Has prohibited field Resource"),
        (
            r#""Action": "sts:AssumeRole", "Principal": "*", "NotResource": "*""#,
            "Has prohibited field NotResource",
        ),
        (r#""Principal": "*""#, "Policy statement must contain actions."),
        (
            r#""Action": "*", "Principal": "*""#,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (r#""Action": ["sts:AssumeRole", "s3:GetObject"], "Principal": "*""#, STS),
        (r#""Action": "*:AssumeRole", "Principal": "*""#, STS),
        (r#""NotAction": "sts:AssumeRole", "Principal": "*""#, STS),
    ] {
        let text = around(members);
        assert_eq!(TrustPolicy::parse(&text).expect_err(&text).message, message, "{text}");
    }
    for (kind, value) in [
        ("AWS", "ann"),
        ("AWS", "12345678901"),
        ("AWS", "arn:aws:iam::123456789012:user/*"),
        ("AWS", "arn:aws:iam::*:root"),
        ("AWS", "arn:aws:iam::123456789012:user/"),
        ("AWS", "arn:aws:iam::123456789012:group/g"),
        ("AWS", "arn:aws:iam:eu-west-1:123456789012:user/ann"),
        ("AWS", "arn:aws:s3:::b"),
        ("AWS", "arn:aws:iam::123456789012:user/${aws:username}"),
        ("Service", "*"),
        ("Service", "cognito"),
        ("Federated", "*"),
        ("Federated", "arn:aws:iam::123456789012:oidc-provider/*"),
        ("Federated", "arn:aws:iam::123456789012:role/r"),
    ] {
        let text = around(&format!(r#""Action": "sts:AssumeRole", "Principal": {{"{kind}": "{value}"}}"#));
        let malformed = TrustPolicy::parse(&text).expect_err(&text);
        assert_eq!(malformed.message, format!("Invalid principal in policy: \"{kind}\":\"{value}\""));
        assert_eq!(malformed.place, format!("Statement[0].Principal.{kind}[0]"));
    }
    let everyone =
        r#"{"Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": "*"}}}"#;
    assert!(TrustPolicy::parse(everyone).is_err());
}
