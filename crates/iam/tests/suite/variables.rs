//! Policy variables: in resources, in conditions, with defaults, and without a value.

use iam::{Facts, Policy};

use crate::{applies, decide, policy, request};

fn resource_allows(pattern: &str, resource: &str, facts: &Facts) -> bool {
    let policy = policy(&format!(r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "{pattern}"}}"#));
    decide(&[&policy], &request("s3:GetObject", resource, facts)).is_allowed()
}

fn ann() -> Facts {
    Facts::new().with("aws:username", "ann")
}

#[test]
fn a_variable_stands_for_the_value_of_its_key() {
    let home = "arn:aws:s3:::b/home/${aws:username}/*";
    assert!(resource_allows(home, "arn:aws:s3:::b/home/ann/x/y", &ann()));
    assert!(resource_allows("arn:aws:s3:::b/home/${AWS:UserName}/*", "arn:aws:s3:::b/home/ann/x", &ann()));
    assert!(!resource_allows(home, "arn:aws:s3:::b/home/ben/x", &ann()));
    assert!(!resource_allows(home, "arn:aws:s3:::b/home/x/ann/", &ann()));
    assert!(!resource_allows(home, "arn:aws:s3:::b/home/${aws:username}/x", &ann()));
    let two = "arn:aws:s3:::${aws:PrincipalTag/team}-*-${aws:username}";
    assert!(resource_allows(two, "arn:aws:s3:::blue-x-ann", &ann().with("aws:PrincipalTag/Team", "blue")));
}

#[test]
fn values_are_taken_literally() {
    let home = "arn:aws:s3:::b/${aws:username}";
    for name in ["*", "?nn", "${aws:userid}"] {
        let facts = Facts::new().with("aws:username", name).with("aws:userid", "ann");
        assert!(!resource_allows(home, "arn:aws:s3:::b/ann", &facts), "{name}");
        assert!(resource_allows(home, &format!("arn:aws:s3:::b/{name}"), &facts), "{name}");
    }
}

#[test]
fn special_characters_can_be_written() {
    let literal = "arn:aws:s3:::b/${*}${?}${$}";
    assert!(resource_allows(literal, "arn:aws:s3:::b/*?$", &Facts::new()));
    assert!(!resource_allows(literal, "arn:aws:s3:::b/ab$", &Facts::new()));
}

#[test]
fn without_a_value_the_default_counts_or_nothing_does() {
    let with_default = "arn:aws:s3:::b/${aws:username, 'no one'}";
    assert!(resource_allows(with_default, "arn:aws:s3:::b/ann", &ann()));
    assert!(!resource_allows(with_default, "arn:aws:s3:::b/no one", &ann()));
    assert!(resource_allows(with_default, "arn:aws:s3:::b/no one", &Facts::new()));
    assert!(resource_allows("arn:aws:s3:::b/${aws:username,''}", "arn:aws:s3:::b/", &Facts::new()));
    for without in [
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:s3:::b/*${aws:username}",
        "arn:aws:s3:::*${aws:username}*",
    ] {
        assert!(!resource_allows(without, "arn:aws:s3:::b/", &Facts::new()), "{without}");
        let several = ann().with("aws:username", "ben");
        assert!(!resource_allows(without, "arn:aws:s3:::b/ann", &several), "{without}");
    }
    // A default is for who lacks the key, not for who has it twice.
    let several = ann().with("aws:username", "ben");
    assert!(!resource_allows(with_default, "arn:aws:s3:::b/no one", &several));
}

#[test]
fn an_unresolved_variable_never_loosens() {
    let nobody = Facts::new().with("aws:Thing", "x");
    let not_resource = |effect: &str| {
        format!(r#"{{"Effect": "{effect}", "Action": "*", "NotResource": "arn:aws:s3:::${{aws:username}}"}}"#)
    };
    let condition = |effect: &str, operator: &str, operands: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Action": "*", "Resource": "*", "Condition": {{"{operator}": {{"aws:Thing": {operands}}}}}}}"#
        )
    };
    assert!(!applies(&not_resource("Allow"), &nobody));
    assert!(applies(&not_resource("Deny"), &nobody));
    for variable in [r#""${aws:username}""#, r#"["${aws:username}", "y"]"#] {
        for (positive, negated) in [
            ("StringEquals", "StringNotEquals"),
            ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
            ("StringLike", "StringNotLike"),
        ] {
            for effect in ["Allow", "Deny"] {
                assert!(!applies(&condition(effect, positive, variable), &nobody), "{effect} {positive}");
            }
            assert!(!applies(&condition("Allow", negated, variable), &nobody), "{negated}");
            assert!(applies(&condition("Deny", negated, variable), &nobody), "{negated}");
        }
    }
    // What is known still counts, in whichever order.
    for operands in [r#"["${aws:username}", "x"]"#, r#"["x", "${aws:username}"]"#] {
        assert!(applies(&condition("Allow", "StringEquals", operands), &nobody), "{operands}");
        assert!(!applies(&condition("Deny", "StringNotEquals", operands), &nobody), "{operands}");
    }
}

#[test]
fn conditions_take_variables_in_texts_truth_values_and_arns() {
    let facts = ann()
        .with("aws:SourceIdentity", "ann")
        .with("aws:PrincipalArn", "arn:aws:iam::123456789012:user/ann")
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalTag/tls", "TRUE")
        .with("aws:SourceArn", "arn:aws:iam::123456789012:user/ann");
    for (condition, holds) in [
        (r#"{"StringEquals": {"aws:SourceIdentity": "${aws:username}"}}"#, true),
        (r#"{"StringEquals": {"aws:SourceIdentity": "${aws:username}x"}}"#, false),
        (r#"{"StringEqualsIgnoreCase": {"aws:SourceIdentity": "A${aws:username}"}}"#, false),
        (r#"{"StringLike": {"aws:SourceArn": "*:user/${aws:username}"}}"#, true),
        (r#"{"ArnLike": {"aws:SourceArn": "arn:aws:iam::*:user/${aws:username}"}}"#, true),
        (r#"{"ArnEquals": {"aws:SourceArn": "${aws:PrincipalArn}"}}"#, true),
        (r#"{"ArnNotEquals": {"aws:SourceArn": "${aws:PrincipalArn}"}}"#, false),
        (r#"{"Bool": {"aws:SecureTransport": "${aws:PrincipalTag/tls}"}}"#, true),
        (r#"{"Bool": {"aws:SecureTransport": "${aws:username}"}}"#, false),
    ] {
        let statement =
            format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}"#);
        assert_eq!(applies(&statement, &facts), holds, "{condition}");
    }
}

#[test]
fn what_cannot_be_a_variable_is_refused() {
    for bad in [
        "${",
        "${}",
        "${aws:username",
        "${name}",
        "${aws:${aws:x}}",
        "${aws:x, default}",
        "${aws:x, 'open}",
        "${aws:x 'y'}z${",
        "${*, 'x'}",
    ] {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::{bad}"}}}}"#
        );
        assert!(Policy::parse(&text).is_err(), "{bad}");
        assert!(Policy::parse(&text.replace("2012", "2008")).is_ok(), "{bad}");
    }
    for operator in ["NumericEquals", "DateEquals", "IpAddress", "BinaryEquals", "Null"] {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{"{operator}": {{"aws:a": "${{aws:username}}"}}}}}}}}"#
        );
        assert!(Policy::parse(&text).is_err(), "{operator}");
    }
}
