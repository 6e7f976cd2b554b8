//! The first account, with somebody who may do everything in it: made as a whole or not at all.

use domain::principal::{AccessKey, Kind, Policy, Principal};
use storage::accounts::{self as stored, Account};
use storage::{access_keys as stored_keys, principal_policies, principals};
use zeroize::Zeroizing;

use super::error::{IamError, Result, apply};
use super::{access_keys, accounts, entities};
use crate::services::Services;

/// What the administrator may do: everything in its account.
const EVERYTHING: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }]
}"#;

/// An account with its administrator.
#[derive(Debug)]
pub struct First {
    pub account: Account,
    pub administrator: Principal,
    pub key: AccessKey,
    /// Shown this once.
    pub secret: Zeroizing<String>,
}

/// Makes the account, the user, its policy and its key in one batch. Once there is an account there is somebody to
/// ask, and this is refused.
pub async fn administrator(
    services: &Services,
    account_id: &str,
    account_name: &str,
    user_name: &str,
) -> Result<First> {
    let account = accounts::new(services, account_id, account_name)?;
    let new = entities::New {
        account: account.id.clone(),
        kind: Kind::User,
        name: user_name.to_owned(),
        path: "/".into(),
        tags: Default::default(),
    };
    let administrator = entities::new(services, new)?;
    if !accounts::list(services, "", 1).await?.is_empty() {
        return Err(IamError::EntityAlreadyExists("There is an account already.".into()));
    }
    let (key, secret) = access_keys::new(services, &administrator);
    let everything = Policy { name: "AdministratorAccess".into(), document: EVERYTHING.into() };
    let mut batch = vec![stored::insert(&account)];
    batch.extend(principals::insert(&administrator)?);
    batch.extend(principal_policies::put(&administrator.id, &everything));
    batch.extend(stored_keys::insert(&services.db, &account.id, &key, &secret));
    apply(services, batch, |guard| (guard == stored::ID_FREE).then(|| accounts::exists(&account))).await?;
    Ok(First { account, administrator, key, secret })
}
