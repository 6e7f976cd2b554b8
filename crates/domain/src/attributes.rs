//! User attributes: what a pool's schema allows, what a client may read and write.

use wire::cognito_idp::shapes::{AttributeDataType, AttributeType, SchemaAttributeType};

use crate::client::Client;
use crate::names;
use crate::pool::Pool;
use crate::user::Attributes;
use crate::{Error, Result, username};

/// Who writes: administrators may set what no client may.
#[derive(Clone, Copy, Debug)]
pub enum Writer<'a> {
    Administrator,
    Client(&'a Client),
}

/// Whether the user is being made (immutable attributes can be set) or exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Creation,
    Update,
}

const VERIFIED_FLAGS: [&str; 2] = ["email_verified", "phone_number_verified"];

/// Turns an `AttributeType` list into attributes after checking names, types, constraints and permissions
/// against the pool's schema. An absent value counts as empty; on update an empty value means deletion and
/// stays in the map as such.
pub fn check_write(
    pool: &Pool,
    writer: Writer<'_>,
    moment: Moment,
    list: &[AttributeType],
) -> Result<Attributes> {
    let mut out = Attributes::new();
    for entry in list {
        let name = entry.name.as_str();
        let value = entry.value.as_deref().unwrap_or_default();
        if name == "sub" {
            return Err(Error::invalid("user.sub: Attribute cannot be updated."));
        }
        let schema = find(pool, name).ok_or_else(|| {
            Error::invalid(format!(
                "Attributes did not conform to the schema: {name}: Attribute does not exist in the schema."
            ))
        })?;
        if let Writer::Client(client) = writer
            && !may_write(pool, client, name, moment)
        {
            return Err(Error::UnauthorizedAttributeWrite);
        }
        if moment == Moment::Update && schema.mutable == Some(false) {
            return Err(Error::invalid(format!("user.{name}: Attribute cannot be updated.")));
        }
        if value.is_empty() {
            if moment == Moment::Update && schema.required == Some(true) {
                return Err(required_missing([name]));
            }
        } else {
            check_value(name, schema, value)?;
            if name == "preferred_username" && pool.is_alias_attribute(name) {
                username::refuse_alias_form(pool, "Preferred username", value)?;
            }
        }
        let value = if name == "email" && !pool.is_case_sensitive() {
            names::name_key(value, false)
        } else {
            value.to_owned()
        };
        out.insert(name.to_owned(), value);
    }
    if moment == Moment::Creation {
        out.retain(|_, value| !value.is_empty());
    }
    Ok(out)
}

/// Marks an e-mail address or phone number as unverified where the same write does not say otherwise.
pub fn with_unverified(mut written: Attributes) -> Attributes {
    for attribute in ["email", "phone_number"] {
        let flag = format!("{attribute}_verified");
        if written.contains_key(attribute) && !written.contains_key(&flag) {
            written.insert(flag, "false".into());
        }
    }
    written
}

/// Refuses when a required attribute of the schema has no value.
pub fn check_required(pool: &Pool, attributes: &Attributes) -> Result<()> {
    let missing: Vec<&str> = missing_required(pool, attributes).collect();
    if missing.is_empty() { Ok(()) } else { Err(required_missing(missing)) }
}

/// Required attributes without a value, in the order of the schema.
pub fn missing_required<'a>(pool: &'a Pool, attributes: &'a Attributes) -> impl Iterator<Item = &'a str> {
    pool.schema()
        .iter()
        .filter(|a| a.required == Some(true))
        .filter_map(|a| a.name.as_deref())
        .filter(|name| *name != "sub" && attributes.get(*name).is_none_or(|v| v.is_empty()))
}

fn required_missing<'a>(names: impl IntoIterator<Item = &'a str>) -> Error {
    let texts: Vec<String> = names.into_iter().map(|n| format!("{n}: The attribute is required")).collect();
    Error::invalid(format!("Attributes did not conform to the schema: {}", texts.join(" ")))
}

/// The schema entry of an attribute as users carry it (`custom:x`, `dev:custom:x` or a standard name).
pub fn find<'a>(pool: &'a Pool, name: &str) -> Option<&'a SchemaAttributeType> {
    pool.schema().iter().find(|a| a.name.as_deref() == Some(name))
}

fn check_value(name: &str, schema: &SchemaAttributeType, value: &str) -> Result<()> {
    let refuse = |reason: &str| {
        Err(Error::invalid(format!("Attributes did not conform to the schema: {name}: {reason}")))
    };
    match name {
        "email" if !names::is_email(value) => return Err(Error::invalid("Invalid email address format.")),
        "phone_number" if !names::is_phone_number(value) => {
            return Err(Error::invalid("Invalid phone number format."));
        }
        "birthdate" if value.parse::<jiff::civil::Date>().is_err() => {
            return refuse("The attribute is not a valid date");
        }
        _ => {}
    }
    match schema.attribute_data_type {
        Some(AttributeDataType::Number) => {
            let Ok(number) = value.parse::<i64>() else { return refuse("The attribute is not a number") };
            let bounds = schema.number_attribute_constraints.as_ref();
            let bound = |text: Option<&String>| text.and_then(|t| t.parse::<i64>().ok());
            if bound(bounds.and_then(|b| b.min_value.as_ref())).is_some_and(|min| number < min) {
                return refuse("The attribute is below its minimum value");
            }
            if bound(bounds.and_then(|b| b.max_value.as_ref())).is_some_and(|max| number > max) {
                return refuse("The attribute is above its maximum value");
            }
        }
        Some(AttributeDataType::Boolean) => {
            if !matches!(value, "true" | "false") {
                return refuse("The attribute is not a boolean");
            }
        }
        Some(AttributeDataType::DateTime) => {
            let is_time = value.parse::<jiff::Timestamp>().is_ok()
                || value.parse::<jiff::civil::Date>().is_ok()
                || value.parse::<i64>().is_ok();
            if !is_time {
                return refuse("The attribute is not a date and time");
            }
        }
        Some(AttributeDataType::String) | None => {
            let length = value.encode_utf16().count();
            let bounds = schema.string_attribute_constraints.as_ref();
            let bound = |text: Option<&String>| text.and_then(|t| t.parse::<usize>().ok());
            if bound(bounds.and_then(|b| b.min_length.as_ref())).is_some_and(|min| length < min) {
                return refuse("The attribute is shorter than its minimum length");
            }
            let max = bound(bounds.and_then(|b| b.max_length.as_ref())).unwrap_or(2048).min(2048);
            if length > max {
                return refuse("The attribute is longer than its maximum length");
            }
        }
    }
    Ok(())
}

/// Whether the client's `ReadAttributes` let it see the attribute. Unset: everything but `dev:` attributes.
pub fn may_read(client: &Client, name: &str) -> bool {
    if name.starts_with("dev:") {
        return false;
    }
    match &client.settings.read_attributes {
        Some(list) => name == "sub" || list.iter().any(|a| a == name),
        None => true,
    }
}

/// Whether the client may write the attribute. Unset `WriteAttributes`: everything but `dev:` attributes.
/// The `*_verified` flags are the server's and administrators' alone. Required attributes can always be
/// given at sign-up.
pub fn may_write(pool: &Pool, client: &Client, name: &str, moment: Moment) -> bool {
    if name.starts_with("dev:") || VERIFIED_FLAGS.contains(&name) {
        return false;
    }
    let required_now =
        moment == Moment::Creation && find(pool, name).is_some_and(|schema| schema.required == Some(true));
    match &client.settings.write_attributes {
        Some(list) => required_now || list.iter().any(|a| a == name),
        None => true,
    }
}

/// The attribute list of a reply: `sub` first, then by name.
pub fn to_list(user: &crate::User, visible: impl Fn(&str) -> bool) -> Vec<AttributeType> {
    let pair =
        |name: &str, value: &str| AttributeType { name: name.to_owned(), value: Some(value.to_owned()) };
    let mut list = Vec::with_capacity(user.attributes.len() + 1);
    if visible("sub") {
        list.push(pair("sub", user.id.as_str()));
    }
    list.extend(
        user.attributes.iter().filter(|(name, _)| visible(name)).map(|(name, value)| pair(name, value)),
    );
    list
}
