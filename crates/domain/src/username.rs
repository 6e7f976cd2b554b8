//! What may be a new user's username (SignUp, AdminCreateUser).

use crate::names::{is_email, is_phone_number};
use crate::pool::Pool;
use crate::user::Attributes;
use crate::{Error, Result};

/// The username a new user gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewUsername {
    /// The one asked for.
    Given(String),
    /// The user's own id; what was asked for is an attribute.
    Sub,
}

/// Checks the username asked for against the pool's settings. Where an attribute is the username, its value
/// is put among `attributes`, in place of any other given there.
pub fn check(pool: &Pool, asked: &str, attributes: &mut Attributes) -> Result<NewUsername> {
    if pool.username_attributes().is_empty() {
        refuse_alias_form(pool, "Username", asked)?;
        let username = if pool.is_case_sensitive() { asked.to_owned() } else { pool.name_key(asked) };
        return Ok(NewUsername::Given(username));
    }
    let (email, phone) = (pool.is_username_attribute("email"), pool.is_username_attribute("phone_number"));
    let attribute = match (email && is_email(asked), phone && is_phone_number(asked)) {
        (true, _) => "email",
        (_, true) => "phone_number",
        _ => {
            return Err(Error::invalid(match (email, phone) {
                (true, true) => "Username should be either an email or a phone number.",
                (true, false) => "Username should be an email.",
                _ => "Username should be a phone number.",
            }));
        }
    };
    let value = if attribute == "email" { pool.name_key(asked) } else { asked.to_owned() };
    attributes.insert(attribute.to_owned(), value);
    Ok(NewUsername::Sub)
}

/// The alias attribute of this pool, `email` or `phone_number`, that the name has the form of.
pub fn alias_form(pool: &Pool, name: &str) -> Option<&'static str> {
    [("email", is_email(name)), ("phone_number", is_phone_number(name))]
        .into_iter()
        .find_map(|(attribute, looks)| (looks && pool.is_alias_attribute(attribute)).then_some(attribute))
}

/// A name that its user chooses freely must not look like an address, which only its owner may sign in with.
/// `what` begins the refusal.
pub(crate) fn refuse_alias_form(pool: &Pool, what: &str, name: &str) -> Result<()> {
    let Some(attribute) = alias_form(pool, name) else { return Ok(()) };
    let form = attribute.replace('_', " ");
    Err(Error::invalid(format!(
        "{what} cannot be of {form} format, since user pool is configured for {form} alias."
    )))
}
