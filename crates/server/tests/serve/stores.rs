use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use storage::engine::{Schema, SqliteOptions, Store};

use crate::program::{Place, REFUSED, poolhouse, run};

/// Runs `poolhouse dev` on a data folder until it listens.
fn born_in_dev(place: &Place) {
    let data = place.path("data");
    let mut command = poolhouse(["dev", "--listen", "127.0.0.1:0", "--data"]);
    let mut dev = command.arg(data).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let line = BufReader::new(dev.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    assert!(line.contains("listening on"), "{line}");
    dev.kill().unwrap();
    dev.wait().unwrap();
}

#[test]
fn serve_refuses_a_store_of_dev() {
    let place = Place::new();
    born_in_dev(&place);
    std::fs::set_permissions(place.path("data"), std::fs::Permissions::from_mode(0o700)).unwrap();
    let key = place.path("key").to_str().unwrap().to_owned();
    run(&mut poolhouse(["key", "create", &key]));
    let place = place.with(&["--root-key", &key]);
    let complaint = place.refusal();
    assert!(complaint.contains("created by `poolhouse dev` and opens in no other mode"), "{complaint}");
    // It still is one.
    born_in_dev(&place);
}

#[test]
fn dev_refuses_a_store_of_serve() {
    let place = Place::new();
    place.start().end();
    let before = place.contents();
    let mut dev = poolhouse(["dev", "--listen", "127.0.0.1:0", "--data"]);
    let (status, printed, complaint) = run(dev.arg(place.path("data")));
    assert_eq!((status, printed.as_str()), (REFUSED, ""));
    assert!(complaint.contains("created by `poolhouse serve` and opens in no other mode"), "{complaint}");
    assert_eq!(place.contents(), before);
    assert_eq!(place.start().end(), 0);
}

#[test]
fn a_newer_schema_is_refused() {
    let place = Place::new();
    place.start().end();
    let mut migrations = Schema::CURRENT.0.to_vec();
    migrations.push("CREATE TABLE tomorrow (\n  day TEXT NOT NULL PRIMARY KEY\n);\n");
    let options = SqliteOptions { schema: Schema(migrations.leak()), ..SqliteOptions::default() };
    drop(Store::open_sqlite_with(&place.path("data"), options).unwrap());
    let before = place.contents();
    let complaint = place.refusal();
    assert!(complaint.contains("created by a newer version"), "{complaint}");
    assert_eq!(place.contents(), before);
}

#[test]
fn a_folder_that_others_come_into_is_refused_as_it_is() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    for mode in [0o755, 0o750, 0o701, 0o770] {
        std::fs::set_permissions(place.path("data"), std::fs::Permissions::from_mode(mode)).unwrap();
        let complaint = place.refusal();
        assert!(complaint.contains("others may come into it"), "{complaint}");
        assert_eq!(place.contents(), []);
    }
}

#[test]
fn what_lies_in_the_folder_is_for_its_owner_alone() {
    let place = Place::new();
    let _running = place.start();
    for entry in std::fs::read_dir(place.path("data")).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} {mode:o}", entry.file_name());
    }
}

#[test]
fn one_folder_has_one_server() {
    let place = Place::new();
    let first = place.start();
    let (status, _, complaint) = run(&mut place.command());
    assert_eq!(status, 1);
    assert!(complaint.contains("in use by another process"), "{complaint}");
    assert_eq!(first.ask_operations("/readyz").status, 200);
}

#[test]
fn nodes_share_a_database() {
    let server = pgtest::Server::shared();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = server.url(&runtime.block_on(server.create_database()).unwrap());
    let place = Place::new();
    let key = place.path("key").to_str().unwrap().to_owned();
    run(&mut poolhouse(["key", "create", &key]));
    let place = place.with(&["--store", &url, "--root-key", &key]);
    let (one, two) = (place.start(), Place::new().with(&["--store", &url, "--root-key", &key]).start());
    for node in [&one, &two] {
        assert_eq!(node.ask_operations("/readyz").status, 200);
    }
    let other = place.path("other").to_str().unwrap().to_owned();
    run(&mut poolhouse(["key", "create", &other]));
    let complaint = Place::new().with(&["--store", &url, "--root-key", &other]).refusal();
    assert!(complaint.contains("the root key is another than this store's"), "{complaint}");
    let (status, _, complaint) = run(&mut poolhouse(["dev", "--listen", "127.0.0.1:0", "--store", &url]));
    assert_eq!(status, REFUSED);
    assert!(complaint.contains("created by `poolhouse serve`"), "{complaint}");
}
