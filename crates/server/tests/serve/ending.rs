use std::io::{Read, Write};
use std::net::TcpStream;

use crate::program::{Place, answer, call, eventually};

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let server = Place::new().start();
    let request = call("InitiateAuth", "", r#"{"ClientId": "x", "AuthFlow": "USER_PASSWORD_AUTH"}"#);
    let (first, rest) = request.split_at(request.len() - 5);
    let mut under_way = TcpStream::connect(server.api).unwrap();
    under_way.write_all(first.as_bytes()).unwrap();
    // Answers mean that the connection before was accepted and its headers were read.
    assert_eq!(server.get("/none").status, 404);

    server.signal("TERM");
    eventually(|| server.ask_operations("/readyz").status == 503);
    assert_eq!(server.ask_operations("/readyz").body, "draining\n");
    assert_eq!(server.ask_operations("/healthz").status, 200);
    eventually(|| TcpStream::connect(server.api).is_err());
    under_way.write_all(rest.as_bytes()).unwrap();
    let answer = answer(&mut under_way);
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("\"__type\""), "{}", answer.body);
    assert_eq!(server.wait(), 0);
}

#[test]
fn draining_has_an_end() {
    let server = Place::new().with(&["--drain-seconds", "1"]).start();
    let mut stuck = TcpStream::connect(server.api).unwrap();
    stuck.write_all(call("InitiateAuth", "", "{}").strip_suffix("}").unwrap().as_bytes()).unwrap();
    assert_eq!(server.get("/none").status, 404);
    assert_eq!(server.end(), 0);
    let mut rest = Vec::new();
    let _ = stuck.read_to_end(&mut rest);
    assert_eq!(rest, b"");
}

#[test]
fn without_requests_it_ends_at_once_and_says_so_in_json() {
    let place = Place::new();
    let server = place.start();
    let idle = TcpStream::connect(server.api).unwrap();
    assert_eq!(server.end(), 0);
    drop(idle);
    let log = std::fs::read_to_string(place.path("log")).unwrap();
    let messages: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| line["fields"]["message"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(messages.last().map(String::as_str), Some("ended"), "{log}");
}

/// A server without a certificate has nothing to read again.
#[test]
fn a_hangup_does_not_end_it() {
    let server = Place::new().start();
    server.signal("HUP");
    assert_eq!(server.ask_operations("/readyz").status, 200);
    assert_eq!(server.end(), 0);
}
