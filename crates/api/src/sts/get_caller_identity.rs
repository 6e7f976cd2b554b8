//! GetCallerIdentity: needs no permission, and no policy can deny it.

use super::answer::Element;
use super::error::StsError;
use super::form::Form;
use crate::authenticate::{Administrator, Rights};

pub(super) fn handle(administrator: &Administrator, form: &Form<'_>) -> Result<Vec<Element>, StsError> {
    form.only(&[])?;
    let account = &administrator.account;
    let (arn, user_id) = match &administrator.rights {
        Rights::All => (root(administrator), account.to_string()),
        Rights::Of(signature) => (signature.signer.arn(), signature.signer.user_id()),
    };
    Ok(vec![
        Element::text("Arn", arn),
        Element::text("UserId", user_id),
        Element::text("Account", account.as_str()),
    ])
}

/// Whom any credentials stand for: the account itself.
pub(super) fn root(administrator: &Administrator) -> String {
    format!("arn:aws:iam::{}:root", administrator.account)
}
