//! Making and listing accounts.

use domain::ids::AccountId;
use storage::accounts::{self, Account};

use super::error::{IamError, Result, apply};
use crate::services::Services;

/// Makes an account. `id` is 12 digits; `name` is for people, 1 to 64 characters.
pub async fn create(services: &Services, id: &str, name: &str) -> Result<Account> {
    let account = new(services, id, name)?;
    apply(services, [accounts::insert(&account)], |_| Some(exists(&account))).await?;
    Ok(account)
}

/// An account as it would be made.
pub(super) fn new(services: &Services, id: &str, name: &str) -> Result<Account> {
    if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(IamError::invalid("An account id is 12 digits."));
    }
    if !(1..=64).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(IamError::invalid("An account's name has 1 to 64 characters."));
    }
    Ok(Account { id: AccountId::new(id), name: name.to_owned(), created_at: services.clock.now() })
}

pub(super) fn exists(account: &Account) -> IamError {
    IamError::EntityAlreadyExists(format!("Account {} already exists.", account.id))
}

/// Accounts whose ids come after `after`, in order.
pub async fn list(services: &Services, after: &str, limit: i64) -> Result<Vec<Account>> {
    Ok(accounts::list(&services.db, after, limit).await?)
}
