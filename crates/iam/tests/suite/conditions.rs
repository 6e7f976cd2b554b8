//! Every condition operator, with a key that fits, one that does not, and none at all.

use iam::{Facts, Policy};

use crate::applies;

const KEY: &str = "aws:Thing";

fn facts(values: &[&str]) -> Facts {
    values.iter().fold(Facts::new(), |facts, value| facts.with(KEY, *value))
}

fn statement(effect: &str, operator: &str, operands: &str) -> String {
    format!(
        r#"{{"Effect": "{effect}", "Action": "*", "Resource": "*",
            "Condition": {{"{operator}": {{"{KEY}": {operands}}}}}}}"#
    )
}

/// Whether the condition holds, in an allow.
fn holds(operator: &str, operands: &str, values: &[&str]) -> bool {
    applies(&statement("Allow", operator, operands), &facts(values))
}

/// Whether the condition holds, in a deny.
fn holds_in_deny(operator: &str, operands: &str, values: &[&str]) -> bool {
    applies(&statement("Deny", operator, operands), &facts(values))
}

/// Operator, its operands, values that fit, values that do not.
type Case = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// The operators that hold when one operand fits. Their negations are in [`NEGATIONS`].
const POSITIVE: &[Case] = &[
    ("StringEquals", r#""Ann""#, &["Ann"], &["ann", "Anna", "", "An*", " Ann"]),
    ("StringEquals", r#"["Ann", "Ben"]"#, &["Ann", "Ben"], &["AnnBen", "Cleo"]),
    ("StringEquals", r#""A*""#, &["A*"], &["Ann", "A"]),
    ("StringEquals", r#""""#, &[""], &["a"]),
    ("StringEquals", "7", &["7"], &["07", "7.0"]),
    ("StringEquals", "true", &["true"], &["True", "1"]),
    ("StringEqualsIgnoreCase", r#""Ann É""#, &["ann é", "ANN É"], &["ann e", "annÉ"]),
    ("StringEqualsIgnoreCase", r#""A*""#, &["a*"], &["ann"]),
    ("StringLike", r#""A*n""#, &["An", "Ann", "A:/n", "A\nn"], &["ann", "Anna", "A"]),
    ("StringLike", r#""A?n""#, &["Ann", "Aén", "A?n"], &["An", "Annn"]),
    ("StringLike", r#""*""#, &["", "anything at all"], &[]),
    ("StringLike", r#"["a*b*c", "x"]"#, &["abc", "abbcc", "a-b-c", "x"], &["acb", "abcd", "xx"]),
    ("StringLike", r#""""#, &[""], &["a"]),
    ("NumericEquals", "10", &["10", "10.0", "1e1", "+10"], &["11", "ten", "", "0xA", "NaN", "1_0"]),
    ("NumericEquals", r#""9007199254740993""#, &["9007199254740993"], &["9007199254740992"]),
    ("NumericLessThan", r#""10""#, &["9", "9.99", "-1"], &["10", "11", "x", "-inf", "-1e999"]),
    ("NumericLessThanEquals", "10", &["9", "10"], &["10.01", "x"]),
    ("NumericGreaterThan", "10", &["10.5", "11"], &["10", "9", "x", "inf", "1e999"]),
    ("NumericGreaterThanEquals", "-1.5", &["-1.5", "0"], &["-2", "x"]),
    (
        "DateEquals",
        r#""2026-11-24""#,
        &["2026-11-24T00:00:00Z", "1795478400"],
        &["2026-11-24T00:00:01Z", "x", ""],
    ),
    ("DateEquals", r#""2026-11-24T01:00+01:00""#, &["2026-11-24T00:00:00.000Z"], &["2026-11-24T01:00:00Z"]),
    ("DateEquals", r#""2026""#, &["2026-01-01T00:00:00Z", "2026-01"], &["2026-01-02"]),
    (
        "DateLessThan",
        r#""2026-11-24T12:00:00Z""#,
        &["2026-11-24T11:59:59Z", "0"],
        &["2026-11-24T12:00:00Z", "x"],
    ),
    ("DateLessThanEquals", r#""2026-11-24T12:00:00Z""#, &["2026-11-24T12:00:00Z"], &["2026-11-24T12:00:01Z"]),
    (
        "DateGreaterThan",
        r#""2026-11-24T12:00:00Z""#,
        &["2026-11-24T12:00:00.5Z"],
        &["2026-11-24T12:00:00Z", "x"],
    ),
    ("DateGreaterThanEquals", r#""1795478400""#, &["2026-11-24", "2027"], &["2026-11-23T23:59:59Z", "now"]),
    ("Bool", r#""true""#, &["true", "True"], &["false", "", "1"]),
    ("Bool", "false", &["false"], &["true", "0"]),
    ("BinaryEquals", r#""QmluYXJ5""#, &["Binary"], &["QmluYXJ5", "binary"]),
    (
        "IpAddress",
        r#""203.0.113.0/24""#,
        &["203.0.113.0", "203.0.113.255", "::ffff:203.0.113.7"],
        &["203.0.114.0", "2001:db8::1", "203.0.113", "x", ""],
    ),
    ("IpAddress", r#""203.0.113.7""#, &["203.0.113.7"], &["203.0.113.8"]),
    ("IpAddress", r#""203.0.113.77/24""#, &["203.0.113.1"], &["203.0.112.255"]),
    ("IpAddress", r#""0.0.0.0/0""#, &["203.0.113.7", "0.0.0.0"], &["2001:db8::1"]),
    ("IpAddress", r#""::/0""#, &["2001:db8::1", "::"], &["203.0.113.7"]),
    (
        "IpAddress",
        r#""2001:DB8:1234:5678::/64""#,
        &["2001:db8:1234:5678::1"],
        &["2001:db8:1234:5679::1", "203.0.113.7"],
    ),
    ("IpAddress", r#""2001:db8::1""#, &["2001:db8:0::1"], &["2001:db8::2"]),
    ("IpAddress", r#""::ffff:203.0.113.0/120""#, &["203.0.113.9", "::ffff:203.0.113.9"], &["203.0.114.9"]),
    ("IpAddress", r#"["10.0.0.0/8", "192.168.0.0/16"]"#, &["10.1.2.3", "192.168.9.9"], &["192.169.0.1"]),
    (
        "ArnEquals",
        r#""arn:aws:sns:*:123456789012:topic-?""#,
        &["arn:aws:sns:eu-west-1:123456789012:topic-1"],
        &["arn:aws:sns:eu-west-1:123456789012:topic-12", "arn:aws:sns:eu:x:123456789012:topic-1"],
    ),
    (
        "ArnLike",
        r#""arn:aws:someservice:*:111122223333:finance/*""#,
        &["arn:aws:someservice:us-east-2:111122223333:finance/a:b"],
        &["arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", "x"],
    ),
    ("ArnLike", r#""*""#, &["arn:aws:sns:eu-west-1:123456789012:topic"], &[]),
    ("ArnLike", r#""arn:aws:sns:*:*:*""#, &["arn:aws:sns:::a:b:c"], &["arn:aws:sns:", "arn:aws:sqs:::a"]),
];

/// The operators that hold when no operand fits.
const NEGATIONS: &[(&str, &str)] = &[
    ("StringEquals", "StringNotEquals"),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    ("StringLike", "StringNotLike"),
    ("NumericEquals", "NumericNotEquals"),
    ("DateEquals", "DateNotEquals"),
    ("IpAddress", "NotIpAddress"),
    ("ArnEquals", "ArnNotEquals"),
    ("ArnLike", "ArnNotLike"),
];

fn negation(operator: &str) -> Option<&'static str> {
    NEGATIONS.iter().find(|(positive, _)| *positive == operator).map(|(_, negated)| *negated)
}

#[test]
fn an_operator_holds_for_what_fits_and_its_negation_for_what_does_not() {
    for (operator, operands, fit, unfit) in POSITIVE {
        for (values, expected) in [(fit, true), (unfit, false)] {
            for value in *values {
                for form in ["", "ForAllValues:", "ForAnyValue:"] {
                    for suffix in ["", "IfExists"] {
                        let name = format!("{form}{operator}{suffix}");
                        let shown = format!("{name} {operands} of {value:?}");
                        assert_eq!(holds(&name, operands, &[value]), expected, "{shown}");
                        assert_eq!(holds_in_deny(&name, operands, &[value]), expected, "deny, {shown}");
                        let Some(negated) = negation(operator) else { continue };
                        let name = format!("{form}{negated}{suffix}");
                        let shown = format!("{name} {operands} of {value:?}");
                        assert_eq!(holds(&name, operands, &[value]), !expected, "{shown}");
                        assert_eq!(holds_in_deny(&name, operands, &[value]), !expected, "deny, {shown}");
                    }
                }
            }
        }
    }
}

#[test]
fn without_the_key_only_negations_and_the_forms_for_it_hold() {
    for (operator, operands, ..) in POSITIVE {
        let negated = negation(operator);
        for holds in [holds, holds_in_deny] {
            assert!(!holds(operator, operands, &[]), "{operator}");
            for name in [Some(*operator), negated].into_iter().flatten() {
                assert!(holds(&format!("{name}IfExists"), operands, &[]), "{name}IfExists");
                assert!(holds(&format!("ForAllValues:{name}"), operands, &[]), "ForAllValues:{name}");
                assert!(!holds(&format!("ForAnyValue:{name}"), operands, &[]), "ForAnyValue:{name}");
                assert!(holds(&format!("ForAnyValue:{name}IfExists"), operands, &[]), "{name}");
            }
            if let Some(negated) = negated {
                assert!(holds(negated, operands, &[]), "{negated}");
            }
        }
    }
}

#[test]
fn null_asks_whether_the_key_is_there() {
    for holds in [holds, holds_in_deny] {
        for (operand, absent, present) in [
            (r#""true""#, true, false),
            ("true", true, false),
            ("false", false, true),
            (r#""False""#, false, true),
        ] {
            assert_eq!(holds("Null", operand, &[]), absent, "{operand}");
            assert_eq!(holds("Null", operand, &["x"]), present, "{operand}");
            assert_eq!(holds("Null", operand, &["x", "y"]), present, "{operand}");
        }
    }
}

#[test]
fn sets_are_compared_value_by_value() {
    let list = r#"["a", "b"]"#;
    for (values, all, any) in [
        (&["a"][..], true, true),
        (&["a", "b"], true, true),
        (&["a", "c"], false, true),
        (&["c", "d"], false, false),
    ] {
        for holds in [holds, holds_in_deny] {
            assert_eq!(holds("ForAllValues:StringEquals", list, values), all, "{values:?}");
            assert_eq!(holds("ForAnyValue:StringEquals", list, values), any, "{values:?}");
            assert_eq!(holds("ForAllValues:StringNotEquals", list, values), !any, "{values:?}");
            assert_eq!(holds("ForAnyValue:StringNotEquals", list, values), !all, "{values:?}");
        }
        // Without a set form several values are taken in the sense that permits less.
        assert_eq!(holds("StringEquals", list, values), all, "{values:?}");
        assert_eq!(holds_in_deny("StringEquals", list, values), any, "{values:?}");
        assert_eq!(holds("StringNotEquals", list, values), !any, "{values:?}");
        assert_eq!(holds_in_deny("StringNotEquals", list, values), !all, "{values:?}");
    }
}

#[test]
fn all_operators_and_all_keys_must_hold() {
    let statement = |condition: &str| {
        format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}"#)
    };
    let both_keys = statement(r#"{"StringEquals": {"aws:a": "1", "aws:b": "2"}}"#);
    let both_operators = statement(r#"{"StringEquals": {"aws:a": "1"}, "StringLike": {"aws:b": "2"}}"#);
    for statement in [both_keys, both_operators] {
        assert!(applies(&statement, &Facts::new().with("aws:a", "1").with("aws:b", "2")));
        assert!(!applies(&statement, &Facts::new().with("aws:a", "1").with("aws:b", "1")));
        assert!(!applies(&statement, &Facts::new().with("aws:a", "2").with("aws:b", "2")));
        assert!(!applies(&statement, &Facts::new().with("aws:a", "1")));
    }
    assert!(applies(&statement("{}"), &Facts::new()));
}

#[test]
fn keys_are_alike_in_any_case() {
    let statement = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"AWS:principaltag/Team": "blue"}}}"#;
    assert!(applies(statement, &Facts::new().with("aws:PrincipalTag/team", "blue")));
}

#[test]
fn operands_must_be_of_the_operators_type() {
    for (operator, operands) in [
        ("NumericEquals", r#""ten""#),
        ("NumericEquals", r#""""#),
        ("NumericLessThan", r#""Infinity""#),
        ("NumericLessThan", r#""1e999""#),
        ("NumericEquals", "true"),
        ("DateEquals", r#""yesterday""#),
        ("DateEquals", r#""2026-13-01""#),
        ("DateEquals", r#""2026-11-24T00:00:00""#),
        ("DateGreaterThan", r#""""#),
        ("Bool", r#""yes""#),
        ("Bool", "1"),
        ("BinaryEquals", r#""not base64""#),
        ("IpAddress", r#""203.0.113.0/33""#),
        ("IpAddress", r#""2001:db8::/129""#),
        ("IpAddress", r#""203.0.113.0/+8""#),
        ("IpAddress", r#""203.0.113.0/""#),
        ("IpAddress", r#""203.0.113.*""#),
        ("NotIpAddress", r#""""#),
        ("ArnEquals", r#""topic""#),
        ("ArnLike", r#""arn:aws:sns""#),
        ("ArnNotLike", r#""""#),
        ("Null", r#""""#),
        ("Null", r#"["true", "maybe"]"#),
        ("StringEquals", "[]"),
        ("StringEquals", "null"),
        ("StringEquals", "{}"),
        ("StringEquals", r#"["a", null]"#),
        ("StringEquals", r#"[["a"]]"#),
    ] {
        for form in ["", "ForAnyValue:"] {
            let document =
                format!(r#"{{"Statement": {}}}"#, statement("Allow", &format!("{form}{operator}"), operands));
            let malformed = Policy::parse(&document).expect_err(&document);
            assert!(
                operator == "Null"
                    || malformed
                        .place
                        .starts_with(&format!("Statement[0].Condition.{form}{operator}.aws:Thing")),
                "{malformed}"
            );
        }
    }
}

#[test]
fn there_are_no_other_operators() {
    for operator in [
        "",
        "Equals",
        "stringequals",
        "StringEqual",
        "StringEquals ",
        "NullIfExists",
        "ForAnyValue:Null",
        "ForAllValues:Null",
        "StringEqualsIfExistsIfExists",
        "ForAnyValue:ForAllValues:StringEquals",
        "ForSomeValues:StringEquals",
        "forallvalues:StringEquals",
        "IfExists",
        "ForAnyValue:",
        "NumericNotLessThan",
        "NotBool",
        "ArnEqualsIgnoreCase",
    ] {
        let document = format!(r#"{{"Statement": {}}}"#, statement("Deny", operator, r#""true""#));
        assert!(Policy::parse(&document).is_err(), "{operator}");
    }
}
