//! Carrying out an act; the answers have the form of AWS IAM's.

use domain::ids::{AccessKeyId, AccountId};
use domain::principal::{AccessKey, KeyStatus, Kind, KindName, Principal, RoleSettings};
use domain::time::Time;
use flows::Services;
use flows::principals::{Result, access_keys, accounts, entities, first, policies};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Request;
use super::act::{Account, Act, Init, Policy, Role, Status, TagKeys, Tags, User};

/// Rows read at a time.
const PAGE: i64 = 1000;

/// The outcome of an act: its answer, or IAM's name of the refusal with its text.
pub async fn perform(services: &Services, request: Request) -> std::result::Result<Value, String> {
    let outcome = match request {
        Request::Iam(act) => carry_out(services, act).await,
        Request::Reseal => reseal(services).await,
    };
    outcome.map_err(|error| format!("{}: {error}", error.code()))
}

async fn reseal(services: &Services) -> Result<Value> {
    Ok(json!({ "Resealed": storage::reseal::reseal(&services.db).await? }))
}

async fn carry_out(services: &Services, act: Act) -> Result<Value> {
    match act {
        Act::Init(init) => first_administrator(services, init).await,
        Act::CreateAccount { account_id, name } => {
            let account = accounts::create(services, &account_id, &name).await?;
            Ok(json!({ "Account": account_json(&account) }))
        }
        Act::ListAccounts => list_accounts(services).await,
        Act::CreateUser(created) => {
            let user =
                create(services, &created.user.account, Kind::User, created.user.user_name, created.path);
            Ok(json!({ "User": principal_json(&user.await?) }))
        }
        Act::ListUsers(account) => Ok(json!({ "Users": list(services, &account, KindName::User).await? })),
        Act::DeleteUser(user) => done(entities::delete(services, &find_user(services, &user).await?).await),
        Act::PutUserPolicy { user, policy } => {
            put_policy(services, &find_user(services, &user).await?, policy).await
        }
        Act::TagUser { user, tags } => tag(services, find_user(services, &user).await?, tags).await,
        Act::UntagUser { user, keys } => untag(services, find_user(services, &user).await?, keys).await,
        Act::ListUserPolicies(user) => list_policies(services, &find_user(services, &user).await?).await,
        Act::DeleteUserPolicy { user, policy_name } => {
            done(policies::delete(services, &find_user(services, &user).await?, &policy_name).await)
        }
        Act::CreateAccessKey(user) => {
            let (key, secret) = access_keys::create(services, &find_user(services, &user).await?).await?;
            Ok(json!({ "AccessKey": new_key_json(&user.user_name, &key, &secret) }))
        }
        Act::ListAccessKeys(user) => {
            let keys = access_keys::list(services, &find_user(services, &user).await?).await?;
            let keys: Vec<Value> = keys.iter().map(|key| key_json(&user.user_name, key)).collect();
            Ok(json!({ "AccessKeyMetadata": keys }))
        }
        Act::UpdateAccessKey { key, status } => {
            let user = find_user(services, &key.user).await?;
            let status = match status {
                Status::Active => KeyStatus::Active,
                Status::Inactive => KeyStatus::Inactive,
            };
            done(access_keys::set_status(services, &user, &AccessKeyId::new(key.access_key_id), status).await)
        }
        Act::DeleteAccessKey(key) => {
            let user = find_user(services, &key.user).await?;
            done(access_keys::delete(services, &user, &AccessKeyId::new(key.access_key_id)).await)
        }
        Act::CreateRole { account, role_name, assume_role_policy_document, max_session_duration } => {
            let settings = RoleSettings { trust_policy: assume_role_policy_document, max_session_duration };
            let role = create(services, &account, Kind::Role(settings), role_name, "/".into()).await?;
            Ok(json!({ "Role": principal_json(&role) }))
        }
        Act::UpdateAssumeRolePolicy { role, policy_document: trust_policy } => {
            change_role(services, &role, |old| RoleSettings { trust_policy, ..old }).await
        }
        Act::UpdateRole { role, max_session_duration } => {
            change_role(services, &role, |old| RoleSettings { max_session_duration, ..old }).await
        }
        Act::TagRole { role, tags } => tag(services, find_role(services, &role).await?, tags).await,
        Act::UntagRole { role, keys } => untag(services, find_role(services, &role).await?, keys).await,
        Act::ListRoles(account) => Ok(json!({ "Roles": list(services, &account, KindName::Role).await? })),
        Act::DeleteRole(role) => done(entities::delete(services, &find_role(services, &role).await?).await),
        Act::PutRolePolicy { role, policy } => {
            put_policy(services, &find_role(services, &role).await?, policy).await
        }
        Act::ListRolePolicies(role) => list_policies(services, &find_role(services, &role).await?).await,
        Act::DeleteRolePolicy { role, policy_name } => {
            done(policies::delete(services, &find_role(services, &role).await?, &policy_name).await)
        }
    }
}

fn done(outcome: Result<()>) -> Result<Value> {
    outcome.map(|()| json!({}))
}

async fn first_administrator(services: &Services, init: Init) -> Result<Value> {
    let made = first::administrator(services, &init.account_id, &init.name, &init.user_name).await?;
    Ok(json!({
        "Account": account_json(&made.account),
        "User": principal_json(&made.administrator),
        "AccessKey": new_key_json(&made.administrator.name, &made.key, &made.secret),
    }))
}

async fn create(
    services: &Services,
    account: &Account,
    kind: Kind,
    name: String,
    path: String,
) -> Result<Principal> {
    let account = AccountId::new(account.account_id.as_str());
    entities::create(services, entities::New { account, kind, name, path, tags: Default::default() }).await
}

async fn find_user(services: &Services, user: &User) -> Result<Principal> {
    let account = AccountId::new(user.account.account_id.as_str());
    entities::find(services, &account, KindName::User, &user.user_name).await
}

async fn find_role(services: &Services, role: &Role) -> Result<Principal> {
    let account = AccountId::new(role.account.account_id.as_str());
    entities::find(services, &account, KindName::Role, &role.role_name).await
}

async fn change_role(
    services: &Services,
    role: &Role,
    change: impl FnOnce(RoleSettings) -> RoleSettings,
) -> Result<Value> {
    let found = find_role(services, role).await?;
    let Kind::Role(settings) = &found.kind else { return Ok(json!({})) };
    done(entities::set_role(services, &found, &change(settings.clone())).await)
}

async fn tag(services: &Services, principal: Principal, Tags { tags }: Tags) -> Result<Value> {
    let mut all = principal.tags.clone();
    all.extend(tags);
    done(entities::set_tags(services, &principal, &all).await)
}

/// Keys that it does not have are no fault.
async fn untag(services: &Services, principal: Principal, TagKeys { tag_keys }: TagKeys) -> Result<Value> {
    let mut rest = principal.tags.clone();
    rest.retain(|key, _| !tag_keys.contains(key));
    done(entities::set_tags(services, &principal, &rest).await)
}

async fn put_policy(services: &Services, principal: &Principal, policy: Policy) -> Result<Value> {
    let Policy { policy_name: name, policy_document: document } = policy;
    done(policies::put(services, principal, &domain::principal::Policy { name, document }).await)
}

async fn list_policies(services: &Services, principal: &Principal) -> Result<Value> {
    let policies = policies::list(services, principal).await?;
    let policies: Vec<Value> = policies
        .iter()
        .map(|policy| json!({ "PolicyName": policy.name, "PolicyDocument": document_json(&policy.document) }))
        .collect();
    Ok(json!({ "Policies": policies }))
}

async fn list_accounts(services: &Services) -> Result<Value> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = accounts::list(services, &after, PAGE).await?;
        all.extend(page.iter().map(account_json));
        match page.last() {
            Some(last) if page.len() as i64 == PAGE => after = last.id.as_str().to_owned(),
            _ => return Ok(json!({ "Accounts": all })),
        }
    }
}

async fn list(services: &Services, account: &Account, kind: KindName) -> Result<Vec<Value>> {
    let account = AccountId::new(account.account_id.as_str());
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = entities::list(services, &account, kind, &after, PAGE).await?;
        all.extend(page.iter().map(principal_json));
        match page.last() {
            Some(last) if page.len() as i64 == PAGE => after = last.name.to_lowercase(),
            _ => return Ok(all),
        }
    }
}

fn account_json(account: &storage::accounts::Account) -> Value {
    json!({ "Id": account.id.as_str(), "Name": account.name, "CreateDate": date(account.created_at) })
}

fn principal_json(principal: &Principal) -> Value {
    let common = (&principal.path, principal.id.as_str(), principal.arn(), date(principal.created_at));
    let (path, id, arn, created) = common;
    let tags: Vec<Value> =
        principal.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    match principal.role() {
        None => json!({
            "Path": path, "UserName": principal.name, "UserId": id, "Arn": arn, "CreateDate": created,
            "Tags": tags,
        }),
        Some(role) => json!({
            "Path": path, "RoleName": principal.name, "RoleId": id, "Arn": arn, "CreateDate": created,
            "AssumeRolePolicyDocument": document_json(&role.trust_policy),
            "MaxSessionDuration": role.max_session_duration, "Tags": tags,
        }),
    }
}

fn key_json(user: &str, key: &AccessKey) -> Value {
    json!({
        "UserName": user, "AccessKeyId": key.id.as_str(), "Status": key.status.as_str(),
        "CreateDate": date(key.created_at),
    })
}

fn new_key_json(user: &str, key: &AccessKey, secret: &Zeroizing<String>) -> Value {
    let mut json = key_json(user, key);
    json["SecretAccessKey"] = secret.as_str().into();
    json
}

/// A document as an object, since it is one.
fn document_json(document: &str) -> Value {
    serde_json::from_str(document).unwrap_or_else(|_| document.into())
}

/// RFC 3339 in UTC.
fn date(time: Time) -> String {
    jiff::Timestamp::from_millisecond(time.millis()).map(|time| time.to_string()).unwrap_or_default()
}
