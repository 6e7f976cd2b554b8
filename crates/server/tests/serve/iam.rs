use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::program::{Place, poolhouse, run};

const ACCOUNT: [&str; 2] = ["--account-id", "123456789012"];

/// Carries out an act: its answer, or what it complains of.
pub fn iam(place: &Place, act: &[&str]) -> Result<Value, String> {
    let (status, printed, complaint) = run(poolhouse(["iam"]).args(&place.flags).args(act));
    match status {
        0 => Ok(serde_json::from_str(&printed).unwrap()),
        _ => {
            assert_eq!(printed, "");
            Err(complaint)
        }
    }
}

fn with<'a>(act: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    act.iter().chain(&ACCOUNT).chain(more).copied().collect()
}

#[test]
fn the_first_administrator_is_made_once() {
    for is_running in [false, true] {
        let place = Place::new();
        let server = is_running.then(|| place.start());
        assert!(iam(&place, &["init", "--account-id", "12"]).unwrap_err().contains("ValidationError"));
        // What is refused made nothing, and the next try is the first.
        let refused = iam(&place, &with(&["init"], &["--user-name", "not a name"])).unwrap_err();
        assert!(refused.contains("ValidationError"), "{refused}");
        assert_eq!(iam(&place, &["list-accounts"]).unwrap()["Accounts"], serde_json::json!([]));
        let made = iam(&place, &with(&["init"], &[])).unwrap();
        let secret = made["AccessKey"]["SecretAccessKey"].as_str().unwrap();
        assert_eq!(
            (made["User"]["Arn"].as_str(), secret.len()),
            (Some("arn:aws:iam::123456789012:user/admin"), 40)
        );
        let refused = iam(&place, &with(&["init"], &[])).unwrap_err();
        assert!(refused.contains("EntityAlreadyExists: There is an account already."), "{refused}");
        let listed = iam(&place, &with(&["list-access-keys"], &["--user-name", "admin"])).unwrap();
        assert_eq!(listed["AccessKeyMetadata"][0]["AccessKeyId"], made["AccessKey"]["AccessKeyId"]);
        assert!(!listed.to_string().contains(secret));
        if let Some(server) = server {
            assert!(!server.log().contains(secret));
            assert_eq!(server.end(), 0);
        }
        for (file, contents) in place.contents() {
            let text = String::from_utf8_lossy(&contents).into_owned();
            assert!(!text.contains(secret), "{}", file.display());
        }
    }
}

#[test]
fn the_socket_is_for_its_owner_and_goes_with_the_server() {
    let place = Place::new();
    let socket = place.path("data/admin.sock");
    let server = place.start();
    assert_eq!(socket.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(server.end(), 0);
    assert!(!socket.exists());
    // What a killed server leaves is in nobody's way.
    drop(place.start());
    assert!(socket.exists());
    assert_eq!(iam(&place, &["list-accounts"]).unwrap()["Accounts"], serde_json::json!([]));
    assert_eq!(place.start().end(), 0);
}

#[test]
fn principals_are_managed_as_on_aws() {
    let place = Place::new();
    let _server = place.start();
    iam(&place, &with(&["create-account"], &["--name", "shop"])).unwrap();
    let anna = &["--user-name", "anna"][..];
    let policy = place.path("policy.json");
    let file = policy.to_str().unwrap();
    let put = [anna, &["--policy-name", "read", "--policy-document", file]].concat();
    iam(&place, &with(&["create-user"], anna)).unwrap();
    let twice = iam(&place, &with(&["create-user"], anna)).unwrap_err();
    assert!(twice.contains("EntityAlreadyExists: User with name anna already exists."), "{twice}");

    std::fs::write(&policy, r#"{"Version": "2012-10-17", "Statement": []}"#).unwrap();
    assert!(iam(&place, &with(&["put-user-policy"], &put)).unwrap_err().contains("MalformedPolicyDocument"));
    let document = r#"{"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "cognito-idp:ListUserPools", "Resource": "*"}]}"#;
    std::fs::write(&policy, document).unwrap();
    iam(&place, &with(&["put-user-policy"], &put)).unwrap();
    let policies = iam(&place, &with(&["list-user-policies"], anna)).unwrap();
    assert_eq!(policies["Policies"][0]["PolicyDocument"], serde_json::from_str::<Value>(document).unwrap());

    let key = iam(&place, &with(&["create-access-key"], anna)).unwrap();
    let id = key["AccessKey"]["AccessKeyId"].as_str().unwrap();
    let inactive = [anna, &["--access-key-id", id, "--status", "Inactive"]].concat();
    iam(&place, &with(&["update-access-key"], &inactive)).unwrap();
    let keys = iam(&place, &with(&["list-access-keys"], anna)).unwrap();
    assert_eq!(keys["AccessKeyMetadata"][0]["Status"], "Inactive");
    iam(&place, &with(&["delete-access-key"], &[anna, &["--access-key-id", id]].concat())).unwrap();
    iam(&place, &with(&["delete-user"], anna)).unwrap();
    let gone = iam(&place, &with(&["list-access-keys"], anna)).unwrap_err();
    assert!(gone.contains("NoSuchEntity: The user with name anna cannot be found."), "{gone}");

    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}]}"#;
    std::fs::write(&policy, trust).unwrap();
    let role = ["--role-name", "deploy", "--assume-role-policy-document", file];
    iam(&place, &with(&["create-role"], &role)).unwrap();
    let roles = iam(&place, &with(&["list-roles"], &[])).unwrap();
    assert_eq!(roles["Roles"][0]["Arn"], "arn:aws:iam::123456789012:role/deploy");
    let deploy = &["--role-name", "deploy"][..];
    let changed = trust.replace(":root", ":user/anna");
    std::fs::write(&policy, "{}").unwrap();
    let new_trust = [deploy, &["--policy-document", file]].concat();
    let refused = iam(&place, &with(&["update-assume-role-policy"], &new_trust)).unwrap_err();
    assert!(refused.contains("MalformedPolicyDocument"), "{refused}");
    std::fs::write(&policy, &changed).unwrap();
    iam(&place, &with(&["update-assume-role-policy"], &new_trust)).unwrap();
    for (seconds, is_taken) in [("7200", true), ("60", false), ("43201", false)] {
        let duration = [deploy, &["--max-session-duration", seconds]].concat();
        assert_eq!(iam(&place, &with(&["update-role"], &duration)).is_ok(), is_taken, "{seconds}");
    }
    iam(&place, &with(&["tag-role"], &[deploy, &["--tags", "team=a", "stage=b=c"]].concat())).unwrap();
    let reserved = [deploy, &["--tags", "aws:team=a"]].concat();
    assert!(iam(&place, &with(&["tag-role"], &reserved)).unwrap_err().contains("ValidationError"));
    iam(&place, &with(&["untag-role"], &[deploy, &["--tag-keys", "team", "none"]].concat())).unwrap();
    let role = iam(&place, &with(&["list-roles"], &[])).unwrap()["Roles"][0].clone();
    assert_eq!(role["AssumeRolePolicyDocument"], serde_json::from_str::<Value>(&changed).unwrap());
    assert_eq!(role["MaxSessionDuration"], 7200);
    assert_eq!(role["Tags"], serde_json::json!([{ "Key": "stage", "Value": "b=c" }]));
    iam(&place, &with(&["delete-role"], deploy)).unwrap();
    let nobody = iam(&place, &with(&["tag-user"], &["--user-name", "anna", "--tags", "a=b"])).unwrap_err();
    assert!(nobody.contains("NoSuchEntity"), "{nobody}");
}
