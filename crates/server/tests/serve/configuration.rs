use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use crate::program::{Place, REFUSED, poolhouse, run};

const SOUND: &str = "base_url = 'https://id.example.com'\n";

fn check(place: &Place, file: &str, flags: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let path = place.path("poolhouse.toml");
    std::fs::write(&path, file).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let mut command = poolhouse(["config", "check", "--config", path.to_str().unwrap()]);
    run(command.args(flags).envs(environment.iter().copied()))
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let place = Place::new();
    let data = place.path("data");
    let file = format!(
        "{SOUND}data = '{}'\nmax_connections = 11\nbody_seconds = 11\nheader_seconds = 11",
        data.display()
    );
    let environment = [("POOLHOUSE_BODY_SECONDS", "22"), ("POOLHOUSE_HEADER_SECONDS", "22")];
    let (status, shown, complaint) = check(&place, &file, &["--header-seconds", "33"], &environment);
    assert_eq!((status, complaint.as_str()), (0, ""));
    for line in [
        "drain_seconds = 30",
        "max_connections = 11",
        "body_seconds = 22",
        "header_seconds = 33",
        "listen = [\"127.0.0.1:9229\"]",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    assert!(!data.exists(), "looking changes nothing");
}

#[test]
fn lists_in_the_environment_are_separated_by_commas() {
    let environment = [("POOLHOUSE_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7")];
    let (status, shown, _) = check(&Place::new(), SOUND, &["--data", "d"], &environment);
    assert_eq!(status, 0);
    assert!(shown.contains("trusted_proxies = [\"10.0.0.0/8\", \"192.0.2.7/32\"]"), "{shown}");
}

#[test]
fn faults_are_named_with_their_place() {
    let place = Place::new();
    for (file, expected) in [
        ("base_url = 'https://a.example'\nlisten_on = 'x'", "poolhouse.toml:2:1: unknown field `listen_on`"),
        ("data = 'd'", "base_url: is required"),
        ("data = 'd'\nbase_url = 'http://a.example'", "base_url: https://"),
        (SOUND, "data: is required, unless store is given"),
        (
            "data = 'd'\nbase_url = 'https://a.example'\ntls_key = 'k'",
            "tls_certificate: is required with tls_key",
        ),
        (
            "data = 'd'\nbase_url = 'https://a.example'\ntls_key = 'k'\ntls_certificate = 'none.pem'",
            "tls_certificate: none.pem: ",
        ),
        ("data = 'd'\nbase_url = 'https://a.example'\nroot_key = '/dev/null'", "root_key: /dev/null: "),
    ] {
        let (status, _, complaint) = check(&place, file, &[], &[]);
        assert_eq!(status, REFUSED, "{file}");
        assert!(complaint.contains(expected), "{complaint}");
    }
    let (status, _, complaint) = run(&mut poolhouse(["config", "check", "--config", "/no/such/file"]));
    assert_eq!(status, REFUSED);
    assert!(complaint.contains("/no/such/file"), "{complaint}");
}

#[test]
fn secrets_are_not_shown() {
    let place = Place::new();
    let store = "postgres://me:hunter2@db.example/p?password=hunter2";
    for (file, environment) in [
        (format!("{SOUND}root_key = 'k'\nstore = '{store}'"), vec![]),
        (format!("{SOUND}root_key = 'k'"), vec![("POOLHOUSE_STORE", store)]),
        (format!("{SOUND}store = '{store}"), vec![]),
    ] {
        let (_, shown, complaint) = check(&place, &file, &[], &environment);
        assert!(!shown.contains("hunter2") && !complaint.contains("hunter2"), "{shown}{complaint}");
    }
    let (_, shown, _) = run(poolhouse(["serve", "--help"]).env("POOLHOUSE_STORE", store));
    assert!(shown.contains("POOLHOUSE_STORE") && !shown.contains("hunter2"));
}

#[test]
fn a_file_with_a_password_is_for_its_owner_alone() {
    let place = Place::new();
    let path = place.path("poolhouse.toml");
    for (store, is_refused) in
        [("postgres://me:hunter2@localhost/p", true), ("postgres://me@localhost/p", false)]
    {
        std::fs::write(&path, format!("{SOUND}root_key = 'k'\nstore = '{store}'")).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let (_, _, complaint) = run(&mut poolhouse(["config", "check", "--config", path.to_str().unwrap()]));
        let complained = complaint.contains("it holds the store's password, and others may read it");
        assert_eq!(complained, is_refused, "{complaint}");
        assert!(!complaint.contains("hunter2"));
    }
}

#[test]
fn misspelled_variables_are_pointed_out() {
    let environment = [("POOLHOUSE_LISTN", "x")];
    let (status, _, complaint) = check(&Place::new(), SOUND, &["--data", "d"], &environment);
    assert_eq!(status, 0);
    assert!(complaint.contains("POOLHOUSE_LISTN is no option"), "{complaint}");
}

#[test]
fn serve_starts_by_no_configuration_that_has_faults() {
    for (flags, expected) in [
        (&["serve"][..], "base_url: is required"),
        (&["serve", "--data", "d", "--base-url", "http://id.example.com"], "base_url: https://"),
        (
            &["serve", "--data", "d", "--base-url", "https://id.example.com", "--listen", "0.0.0.0:0"],
            "listen: 0.0.0.0:0 can be reached from other machines",
        ),
        (
            &["serve", "--base-url", "https://a.example", "--root-key", "k", "--store", "postgres://p:p@h/d"],
            "store: the password is one that databases are shipped with",
        ),
        (
            &["serve", "--base-url", "https://a.example", "--root-key", "k", "--store", "postgres://p:q@h/d"],
            "store: the connection is not encrypted and the host is another machine",
        ),
    ] {
        let (status, printed, complaint) = run(&mut poolhouse(flags));
        assert_eq!((status, printed.as_str()), (REFUSED, ""));
        assert!(complaint.contains(expected), "{complaint}");
    }
}

/// The file in `deploy/` says nothing that is not understood.
#[test]
fn the_file_for_deployment_is_sound() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/poolhouse.toml");
    let (_, shown, complaint) = run(&mut poolhouse(["config", "check", "--config", file]));
    // The certificate is not there.
    assert!(
        complaint.starts_with("poolhouse: tls_certificate: /etc/poolhouse/tls/fullchain.pem: "),
        "{complaint}"
    );
    assert!(shown.contains("base_url = \"https://id.example.com\""), "{shown}");
}
