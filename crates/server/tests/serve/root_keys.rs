use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::program::{Place, REFUSED, poolhouse, run};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn an_embedded_store_gets_a_root_key_once() {
    let place = Place::new();
    assert_eq!(place.start().end(), 0);
    assert_eq!((mode(&place.root_key()), mode(&place.path("data"))), (0o600, 0o700));
    let key = fs::read(place.root_key()).unwrap();
    assert_eq!(place.start().end(), 0);
    assert_eq!(fs::read(place.root_key()).unwrap(), key);
}

#[test]
fn a_lost_root_key_is_not_replaced() {
    let place = Place::new();
    place.start().end();
    fs::remove_file(place.root_key()).unwrap();
    let before = place.contents();
    let complaint = place.refusal();
    assert!(complaint.contains("root.key is missing, and the store in"), "{complaint}");
    assert_eq!(place.contents(), before);
}

#[test]
fn another_root_key_changes_nothing() {
    let place = Place::new();
    place.start().end();
    let right = fs::read(place.root_key()).unwrap();
    fs::remove_file(place.root_key()).unwrap();
    let (status, ..) = run(poolhouse(["key", "create"]).arg(place.root_key()));
    assert_eq!(status, 0);
    let before = place.contents();
    let complaint = place.refusal();
    assert!(complaint.contains("the root key is another than this store's"), "{complaint}");
    assert_eq!(place.contents(), before);
    fs::write(place.root_key(), right).unwrap();
    assert_eq!(place.start().end(), 0);
}

#[test]
fn a_root_key_that_others_may_read_is_refused() {
    let place = Place::new();
    place.start().end();
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(place.root_key(), Permissions::from_mode(mode)).unwrap();
        let complaint = place.refusal();
        assert!(complaint.contains("others may read it"), "{complaint}");
    }
    fs::set_permissions(place.root_key(), Permissions::from_mode(0o400)).unwrap();
    assert_eq!(place.start().end(), 0);
}

#[test]
fn a_key_everyone_knows_is_refused() {
    let place = Place::new();
    let key = place.path("known.key");
    fs::write(&key, "00".repeat(32)).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let complaint = place.with(&["--root-key", key.to_str().unwrap()]).refusal();
    assert!(complaint.contains("everyone knows this key"), "{complaint}");
}

#[test]
fn postgresql_needs_a_key_that_was_made_for_it() {
    let url = "postgres://nobody@127.0.0.1:1/none";
    let complaint = Place::new().with(&["--store", url]).refusal();
    assert!(complaint.contains("root_key: is required with PostgreSQL"), "{complaint}");
    let place = Place::new();
    let key = place.path("key").to_str().unwrap().to_owned();
    let place = place.with(&["--store", url, "--root-key", &key]);
    let complaint = place.refusal();
    assert!(complaint.contains("key is missing; `poolhouse key create`"), "{complaint}");
    assert!(!Path::new(&key).exists());
}

#[test]
fn a_key_is_made_for_its_owner_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    assert_eq!(run(poolhouse(["key", "create"]).arg(&key)), (0, String::new(), String::new()));
    assert_eq!(mode(&key), 0o600);
    let made = fs::read(&key).unwrap();
    assert_eq!(made.len(), 65);
    let (status, _, complaint) = run(poolhouse(["key", "create"]).arg(&key));
    assert_eq!(status, REFUSED);
    assert!(complaint.contains("exists"), "{complaint}");
    assert_eq!(fs::read(&key).unwrap(), made);
}

#[test]
fn a_new_key_takes_over_beside_the_old_one() {
    let place = Place::new();
    place.start().end();
    let (old, new) = (place.root_key(), place.path("new.key"));
    run(poolhouse(["key", "create"]).arg(&new));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let flags = place.flags.clone();
    let started_with = |place: Place, keys: &[&str]| Place { flags: flags.clone(), ..place }.with(keys);
    let place = started_with(place, &["--root-key", new]);
    assert!(place.refusal().contains("the root key is another"));
    let place = started_with(place, &["--root-key", new, "--old-root-keys", old]);
    assert_eq!(place.start().end(), 0);
    // What the old one sealed is still there.
    let place = started_with(place, &["--root-key", new]);
    assert!(place.refusal().contains("not among those given"));
    let place = started_with(place, &["--root-key", new, "--old-root-keys", old]);
    let server = place.start();
    let (status, printed, complaint) = run(poolhouse(["key", "reseal"]).args(&place.flags));
    assert_eq!((status, complaint.as_str()), (0, ""));
    assert!(printed.contains("\"Resealed\": 0"), "nothing was sealed yet: {printed}");
    assert_eq!(server.end(), 0);
    let place = started_with(place, &["--root-key", new]);
    assert_eq!(place.start().end(), 0);
}
