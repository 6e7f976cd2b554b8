//! What is read as a body, and what is not.

use serde_json::{Value, json};
use wire::{SerializationFault, parse};

#[track_caller]
fn reads(body: &[u8], expected: Value) {
    assert_eq!(parse(body).map(Value::Object), Ok(expected));
}

#[track_caller]
fn faults(body: &[u8], message: Option<&str>) {
    assert_eq!(
        parse(body),
        Err(SerializationFault(message.map(str::to_owned))),
        "{}",
        String::from_utf8_lossy(body)
    );
}

#[test]
fn an_object_is_read_as_it_stands() {
    reads(
        b" {\"B\":[1,-2,1.5,\"x\"],\"A\":{\"k\":true}}\r\n",
        json!({ "B": [1, -2, 1.5, "x"], "A": { "k": true } }),
    );
    let order: Vec<String> = parse(b"{\"B\":1,\"A\":2}").unwrap().keys().cloned().collect();
    assert_eq!(order, ["B", "A"]);
    reads("{\"a\":\"\\ud83d\\ude00\u{e9}\"}".as_bytes(), json!({ "a": "\u{1F600}\u{e9}" }));
}

#[test]
fn nothing_and_null_are_an_empty_input() {
    for body in ["", " \r\n", "{}", "null", "{\"A\":null}"] {
        reads(body.as_bytes(), json!({}));
    }
    reads(b"{\"A\":{\"b\":null,\"c\":1},\"D\":[null]}", json!({ "A": { "c": 1 }, "D": [null] }));
}

#[test]
fn other_values_are_no_input() {
    for body in ["[]", "\"text\"", "1", "true"] {
        faults(body.as_bytes(), Some("Expected map or null"));
    }
}

#[test]
fn malformed_json_is_refused() {
    for body in [
        "{",
        "{]",
        "{}}",
        "{} {}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":NaN}",
        "{\"a\":1e999}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "\u{feff}{}",
        "{\"a\":1}//",
    ] {
        faults(body.as_bytes(), None);
    }
}

#[test]
fn text_that_is_not_unicode_is_refused() {
    faults(b"\xff\xfe", None);
    faults(b"{\"a\":\"\xff\"}", None);
    faults(b"{\"\xc3\":1}", None);
    faults(b"{\"a\":\"\xed\xa0\x80\"}", None);
    for escape in ["\\ud800", "\\udc00", "\\ud800x", "\\ud800\\ud800", "\\u12"] {
        faults(format!("{{\"a\":\"{escape}\"}}").as_bytes(), None);
        faults(format!("{{\"{escape}\":1}}").as_bytes(), None);
    }
}

#[test]
fn a_member_given_twice_is_refused_at_any_depth() {
    for body in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"a":null,"a":1}"#,
        r#"{"a":1,"a":null}"#,
        r#"{"x":{"a":1,"a":2}}"#,
        r#"{"x":[[{"a":1,"b":2,"a":3}]]}"#,
    ] {
        faults(body.as_bytes(), None);
    }
    reads(br#"{"a":1,"A":2,"x":{"a":3}}"#, json!({ "a": 1, "A": 2, "x": { "a": 3 } }));
}

#[test]
fn nesting_is_bounded() {
    let nested =
        |n: usize, open: &str, close: &str| format!("{{\"a\":{}1{}}}", open.repeat(n), close.repeat(n));
    assert!(parse(nested(50, "[", "]").as_bytes()).is_ok());
    for n in [200, 500_000] {
        faults(nested(n, "[", "]").as_bytes(), None);
        faults(nested(n, "{\"a\":", "}").as_bytes(), None);
    }
}
