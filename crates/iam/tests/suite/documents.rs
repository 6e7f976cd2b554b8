//! What is no policy document, and where it stops being one.

use iam::{Malformed, Policy, TrustPolicy};

/// A document around one statement.
fn with_statement(statement: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#)
}

/// A statement that also has these members.
fn statement(members: &str) -> String {
    with_statement(&format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", {members}}}"#))
}

fn refused(text: &str) -> Malformed {
    Policy::parse(text).expect_err(text)
}

#[test]
fn documents_as_aws_writes_them_are_read() {
    for text in [
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        r#"{"Version": "2008-10-17", "Id": "mine", "Statement": [{"Sid": "", "Effect": "Deny", "NotAction": "iam:*", "NotResource": ["*"]}]}"#,
        r#" {"Statement":[{"Resource":["arn:aws:s3:::b","arn:*:ec2:*:*:instance/*","arn:aws-cn:s3:::b"],"Action":["s3:Get*","*:List?"],"Effect":"Allow","Sid":"1","Condition":{}}]} "#,
        &with_statement(
            r#"{"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/${*}"}, {"Sid": "B", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
        ),
        &statement(
            r#""Condition": {"StringEquals": {"aws:a": ["x", 1, -1.5, true]}, "Null": {"aws:b": false}}"#,
        ),
    ] {
        let policy = Policy::parse(text).unwrap_or_else(|malformed| panic!("{malformed}\n{text}"));
        assert_eq!(policy.size(), text.chars().filter(|c| !c.is_whitespace()).count());
    }
    assert_eq!(
        Policy::parse(r#"{"Id": "mine", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#)
            .expect("a policy")
            .id(),
        Some("mine")
    );
}

#[test]
fn what_the_language_does_not_know_is_refused_where_it_stands() {
    let two = |first: &str, second: &str| {
        with_statement(&format!(
            r#"{{{first}"Effect": "Allow", "Action": "*", "Resource": "*"}}, {{{second}"Effect": "Allow", "Action": "*", "Resource": "*"}}"#
        ))
    };
    const SYNTAX: &str = "Syntax errors in policy.";
    const NO_ACTIONS: &str = "Policy statement must contain actions.";
    const NO_RESOURCES: &str = "Policy statement must contain resources.";
    const VENDOR: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    const REGEXES: &str = "Resource vendor must be fully qualified and cannot contain regexes.";
    for (text, message, place) in [
        ("", SYNTAX, "the document"),
        ("null", SYNTAX, "the document"),
        ("[]", SYNTAX, "the document"),
        ("{}", SYNTAX, "the document"),
        (r#"{"Statement": []}"#, SYNTAX, "Statement"),
        (r#"{"Statement": null}"#, SYNTAX, "Statement"),
        (r#"{"Statement": "*"}"#, SYNTAX, "Statement"),
        (r#"{"Statement": [[]]}"#, SYNTAX, "Statement[0]"),
        (&format!("{} x", with_statement("{}")), SYNTAX, "the document"),
        (
            r#"{"Version": "2012-10-18", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
            SYNTAX,
            "Version",
        ),
        (
            r#"{"Version": 2012, "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
            SYNTAX,
            "Version",
        ),
        (
            r#"{"version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
            SYNTAX,
            "the document",
        ),
        (r#"{"Id": 1, "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#, SYNTAX, "Id"),
        (
            r#"{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}"#,
            SYNTAX,
            "the document",
        ),
        (
            &two(r#""Sid": "A", "#, r#""Sid": "A", "#),
            "Statement IDs (SID) in a single policy must be unique.",
            "Statement[1].Sid",
        ),
        (
            &statement(r#""Sid": "with space""#),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
            "Statement[0].Sid",
        ),
        (&statement(r#""Sid": null"#), SYNTAX, "Statement[0].Sid"),
        (&statement(r#""Comment": "why""#), SYNTAX, "Statement[0]"),
        (&statement(r#""NotAction": "*""#), SYNTAX, "Statement[0]"),
        (&statement(r#""NotResource": "*""#), SYNTAX, "Statement[0]"),
        (
            &statement(r#""Principal": "*""#),
            "Policy document should not specify a principal.",
            "Statement[0].Principal",
        ),
        (
            &statement(r#""NotPrincipal": null"#),
            "Policy document should not specify a principal.",
            "Statement[0].NotPrincipal",
        ),
        (&statement(r#""Condition": null"#), SYNTAX, "Statement[0].Condition"),
        (&statement(r#""Condition": []"#), SYNTAX, "Statement[0].Condition"),
        (&statement(r#""Condition": {"Bool": {}}"#), SYNTAX, "Statement[0].Condition.Bool"),
        (&statement(r#""Condition": {"Bool": "true"}"#), SYNTAX, "Statement[0].Condition.Bool"),
        (
            &statement(r#""Condition": {"StringEquals": {"username": "a"}}"#),
            VENDOR,
            "Statement[0].Condition.StringEquals.username",
        ),
        (
            &with_statement(r#"{"Action": "*", "Resource": "*"}"#),
            "Missing required field Effect",
            "Statement[0]",
        ),
        (
            &with_statement(r#"{"Effect": "allow", "Action": "*", "Resource": "*"}"#),
            SYNTAX,
            "Statement[0].Effect",
        ),
        (
            &with_statement(r#"{"Effect": ["Allow"], "Action": "*", "Resource": "*"}"#),
            SYNTAX,
            "Statement[0].Effect",
        ),
        (&with_statement(r#"{"Effect": "Allow", "Resource": "*"}"#), NO_ACTIONS, "Statement[0]"),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": [], "Resource": "*"}"#),
            NO_ACTIONS,
            "Statement[0].Action",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": ["*", 1], "Resource": "*"}"#),
            SYNTAX,
            "Statement[0].Action[1]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "NotAction": null, "Resource": "*"}"#),
            SYNTAX,
            "Statement[0].NotAction",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "GetUser", "Resource": "*"}"#),
            VENDOR,
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "", "Resource": "*"}"#),
            VENDOR,
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "**", "Resource": "*"}"#),
            VENDOR,
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "a:b:c", "Resource": "*"}"#),
            "Actions/Condition can contain only one colon.",
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "s3*:Get", "Resource": "*"}"#),
            "Vendor s3* is not valid",
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": ":Get", "Resource": "*"}"#),
            "Vendor  is not valid",
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "s3:", "Resource": "*"}"#),
            SYNTAX,
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "s3:${aws:username}", "Resource": "*"}"#),
            "Actions/Condition can contain only one colon.",
            "Statement[0].Action[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "s3:Get ", "Resource": "*"}"#),
            SYNTAX,
            "Statement[0].Action[0]",
        ),
        (&with_statement(r#"{"Effect": "Allow", "Action": "*"}"#), NO_RESOURCES, "Statement[0]"),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "NotResource": []}"#),
            NO_RESOURCES,
            "Statement[0].NotResource",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": {}}"#),
            SYNTAX,
            "Statement[0].Resource",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": ["*", "pool"]}"#),
            "Resource pool must be in ARN format or \"*\".",
            "Statement[0].Resource[1]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": ""}"#),
            "Resource  must be in ARN format or \"*\".",
            "Statement[0].Resource[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": "**"}"#),
            "Resource ** must be in ARN format or \"*\".",
            "Statement[0].Resource[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws"}"#),
            REGEXES,
            "Statement[0].Resource[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws::eu-west-1:1:x"}"#),
            REGEXES,
            "Statement[0].Resource[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:gcp:s3:::b"}"#),
            "Partition \"gcp\" is not valid for resource \"arn:gcp:s3:::b\".",
            "Statement[0].Resource[0]",
        ),
        (
            &with_statement(r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:${x}:s3:::b"}"#),
            "Partition \"${x}\" is not valid for resource \"arn:${x}:s3:::b\".",
            "Statement[0].Resource[0]",
        ),
        (
            &with_statement(
                r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:${aws:RequestedRegion}::b"}"#,
            ),
            SYNTAX,
            "Statement[0].Resource[0]",
        ),
    ] {
        let malformed = refused(text);
        assert_eq!(
            (malformed.message.as_str(), malformed.place.as_str()),
            (message, place),
            "{text}\n{malformed}"
        );
    }
}

#[test]
fn a_refusal_says_what_where_and_why() {
    let text = with_statement(r#"{"Effect": "Allow", "Action": ["*", "GetUser"], "Resource": "*"}"#);
    assert_eq!(
        refused(&text).to_string(),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. At Statement[0].Action[1]: \
         \"GetUser\""
    );
}

#[test]
fn documents_have_a_greatest_length_and_depth() {
    let padded = |spaces: usize| {
        format!("{}{}", " ".repeat(spaces), r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#)
    };
    let room = 131_072 - padded(0).len();
    assert!(Policy::parse(&padded(room)).is_ok());
    assert!(Policy::parse(&padded(room + 1)).is_err());
    assert!(TrustPolicy::parse(&padded(room + 1)).is_err());
    for open in ["[", r#"{"a":"#] {
        assert!(Policy::parse(&open.repeat(60_000)).is_err());
    }
}
