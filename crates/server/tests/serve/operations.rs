use crate::program::Place;

#[test]
fn health_and_readiness_are_for_operators() {
    let server = Place::new().start();
    for (path, status, body) in [
        ("/healthz", 200, "ok\n"),
        ("/readyz", 200, "ready\n"),
        ("/", 404, "/healthz, /readyz, /metrics\n"),
        ("/_poolhouse/inbox", 404, "/healthz, /readyz, /metrics\n"),
    ] {
        let answer = server.ask_operations(path);
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path}");
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(server.get(path).status, 404, "{path} is on the operations listener alone");
    }
}

#[test]
fn requests_are_counted_by_operation_and_outcome() {
    let server = Place::new().start();
    let sign_in = r#"{"ClientId": "1example23456789abcdefghij", "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "anna@example.com", "PASSWORD": "Correct-Horse-7!"}}"#;
    server.call("InitiateAuth", "", sign_in);
    server.call("InitiateAuth", "", sign_in);
    server.call("NoSuchOperation", "", "{}");
    server.get("/eu-west-1_none/.well-known/jwks.json");
    let scraped = server.ask_operations("/metrics");
    assert!(scraped.head.contains("content-type: text/plain; version=0.0.4"), "{}", scraped.head);
    for line in [
        r#"poolhouse_requests_total{operation="InitiateAuth",outcome="refused"} 2"#,
        r#"poolhouse_requests_total{operation="unknown",outcome="refused"} 1"#,
        r#"poolhouse_requests_total{operation="issuer document",outcome="refused"} 1"#,
        r#"poolhouse_request_seconds_count{operation="InitiateAuth"} 2"#,
        "poolhouse_hashing_waiting 0",
        r#"poolhouse_store_batches{outcome="failed"} 0"#,
    ] {
        assert!(scraped.body.lines().any(|scraped| scraped == line), "{line}: {}", scraped.body);
    }
    for name in ["poolhouse_connections ", "process_resident_memory_bytes ", "poolhouse_build_info{"] {
        assert!(scraped.body.lines().any(|line| line.starts_with(name)), "{name}");
    }
    for personal in ["anna", "127.0.0.1", "1example"] {
        assert!(!scraped.body.contains(personal) && !server.log().contains(personal), "{personal}");
    }
}
