//! What holds whatever is written: nothing panics, a deny only takes away, an allow never undoes a deny.

use iam::{Decision, Facts, Policy, Principal, Request, TrustPolicy};
use proptest::prelude::*;

use crate::{decide, policy};

/// Texts near the edges of the language.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".to_owned()),
        Just("${".to_owned()),
        Just("}".to_owned()),
        Just("${aws:username}".to_owned()),
        Just("${aws:x, 'd'}".to_owned()),
        Just("${*}".to_owned()),
        Just(":".to_owned()),
        Just("arn:aws:s3:::".to_owned()),
        Just("?".to_owned()),
        Just("/".to_owned()),
        "[a-c]{0,3}",
        ".{0,2}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..6).prop_map(|parts| parts.concat())
}

const OPERATORS: [&str; 30] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotLike",
    "Null",
    "StringEqualsIfExists",
    "StringNotLikeIfExists",
    "BoolIfExists",
    "ForAnyValue:StringLike",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals",
    "ForAllValues:StringNotLike",
    "ForAllValues:StringLikeIfExists",
    "ForAnyValue:IpAddress",
];

const OPERANDS: [&str; 14] = [
    "a",
    "b*",
    "*",
    "${aws:username}",
    "${aws:none}",
    "${aws:none, 'a'}",
    "1",
    "true",
    "2026-01-01T00:00:00Z",
    "YQ==",
    "10.0.0.0/8",
    "arn:aws:s3:::a*",
    "",
    "?",
];

const VALUES: [&str; 8] =
    ["a", "b", "bb", "1", "true", "2026-01-01T00:00:00Z", "10.1.1.1", "arn:aws:s3:::ab"];
const KEYS: [&str; 3] = ["aws:one", "aws:two", "aws:none"];
const ACTIONS: [&str; 5] = ["*", "s3:*", "s3:get*", "s3:GetObject", "s3:PutObject"];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::a",
    "arn:aws:s3:::${aws:username}",
    "arn:aws:s3:::${aws:none}",
    "arn:aws:s3:::b",
];

/// A statement that can be read: its conditions have operands of the right type.
fn statement(effect: &'static str) -> impl Strategy<Value = String> {
    let condition = (0..OPERATORS.len(), 0..KEYS.len(), prop::collection::vec(0..OPERANDS.len(), 1..3))
        .prop_map(|(operator, key, operands)| {
            let operands: Vec<String> = operands.iter().map(|o| format!("{:?}", OPERANDS[*o])).collect();
            format!(r#"{{"{}": {{"{}": [{}]}}}}"#, OPERATORS[operator], KEYS[key], operands.join(", "))
        });
    let condition = prop_oneof![1 => Just("{}".to_owned()), 3 => condition];
    (any::<[bool; 2]>(), 0..ACTIONS.len(), 0..RESOURCES.len(), condition)
        .prop_map(move |([not_action, not_resource], action, resource, condition)| {
            let not = |not: bool| if not { "Not" } else { "" };
            format!(
                r#"{{"Effect": "{effect}", "{}Action": "{}", "{}Resource": "{}", "Condition": {condition}}}"#,
                not(not_action),
                ACTIONS[action],
                not(not_resource),
                RESOURCES[resource]
            )
        })
        .prop_filter("operands of the operator's type", |text| {
            Policy::parse(&format!(r#"{{"Version": "2012-10-17", "Statement": {text}}}"#)).is_ok()
        })
}

fn any_statement() -> impl Strategy<Value = String> {
    prop_oneof![statement("Allow"), statement("Deny")]
}

fn facts() -> impl Strategy<Value = Facts> {
    let pair = (0..2usize, 0..VALUES.len());
    (any::<bool>(), prop::collection::vec(pair, 0..4)).prop_map(|(named, pairs)| {
        let facts = if named { Facts::new().with("aws:username", "a") } else { Facts::new() };
        pairs.into_iter().fold(facts, |facts, (key, value)| facts.with(KEYS[key], VALUES[value]))
    })
}

fn answers(statements: &[String], facts: &Facts) -> Vec<(bool, bool)> {
    let policy = policy(&format!("[{}]", statements.join(", ")));
    let principal = Principal::Anonymous;
    ["s3:GetObject", "s3:PutObject", "ec2:Run"]
        .into_iter()
        .flat_map(|action| ["*", "arn:aws:s3:::a", "arn:aws:s3:::b"].map(|resource| (action, resource)))
        .map(|(action, resource)| {
            match decide(&[&policy], &Request { principal, action, resource, context: facts }) {
                Decision::Allowed(_) => (true, false),
                Decision::Denied(denial) => (false, denial.statement.is_some()),
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_reading_panic(text in "\\PC{0,200}") {
        let _ = Policy::parse(&text);
        let _ = TrustPolicy::parse(&text);
    }

    #[test]
    fn no_text_in_a_document_makes_reading_or_evaluating_panic(
        action in text(), resource in text(), key in text(), operand in text(), operator in 0..OPERATORS.len(),
        value in text(), principal in text(), version in prop_oneof![Just("2012-10-17"), Just("2008-10-17")],
    ) {
        let document = |subject: &str, action: &str| format!(
            r#"{{"Version": "{version}", "Statement": {{"Effect": "Allow", "Action": {action:?}, {subject},
                "Condition": {{"{}": {{{:?}: {:?}}}}}}}}}"#,
            OPERATORS[operator], format!("aws:{key}"), operand,
        );
        let facts = Facts::new().with(&format!("aws:{key}"), value.clone()).with("aws:username", value.clone());
        let request = Request { principal: Principal::Anonymous, action: &action, resource: &value, context: &facts };
        for action in [&*action, "s3:*"] {
            for resource in [&*resource, "*"] {
                if let Ok(policy) = Policy::parse(&document(&format!(r#""Resource": {resource:?}"#), action)) {
                    let _ = decide(&[&policy], &request);
                }
            }
        }
        let _ = TrustPolicy::parse(&document(&format!(r#""Principal": {{"AWS": {principal:?}}}"#), "sts:AssumeRole"));
    }

    #[test]
    fn a_deny_more_never_allows(statements in prop::collection::vec(any_statement(), 0..5), deny in statement("Deny"), at in 0..5usize, facts in facts()) {
        prop_assume!(!statements.is_empty());
        let mut more = statements.clone();
        more.insert(at.min(more.len()), deny);
        for ((before, _), (after, _)) in answers(&statements, &facts).into_iter().zip(answers(&more, &facts)) {
            prop_assert!(before || !after);
        }
    }

    #[test]
    fn an_allow_more_never_undoes_a_deny(statements in prop::collection::vec(any_statement(), 1..5), allow in statement("Allow"), at in 0..5usize, facts in facts()) {
        let mut more = statements.clone();
        more.insert(at.min(more.len()), allow);
        for ((before, denied), (after, still)) in answers(&statements, &facts).into_iter().zip(answers(&more, &facts)) {
            prop_assert_eq!(denied, still);
            prop_assert!(!before || after);
        }
    }

    #[test]
    fn the_order_of_statements_does_not_matter(statements in prop::collection::vec(any_statement(), 1..6), facts in facts()) {
        let reversed: Vec<String> = statements.iter().rev().cloned().collect();
        prop_assert_eq!(answers(&statements, &facts), answers(&reversed, &facts));
    }

    #[test]
    fn action_and_not_action_are_opposites(action in 0..ACTIONS.len(), facts in facts()) {
        let of = |member: &str| {
            [format!(r#"{{"Effect": "Allow", "{member}": "{}", "Resource": "*"}}"#, ACTIONS[action])]
        };
        for ((is, _), (is_not, _)) in answers(&of("Action"), &facts).into_iter().zip(answers(&of("NotAction"), &facts)) {
            prop_assert_ne!(is, is_not);
        }
    }
}
