//! The parameters of a request, and the constraints of STS's model on them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::StsError;

/// Names and values, each name once.
pub(super) struct Form<'a>(BTreeMap<Cow<'a, str>, Cow<'a, str>>);

/// Whether a query string names an action.
pub(super) fn has_action(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "Action")
}

impl<'a> Form<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, StsError> {
        let mut values = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            if values.contains_key(&name) {
                return Err(StsError::malformed(format!("The parameter {name} is given twice.")));
            }
            values.insert(name, value);
        }
        Ok(Self(values))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| &**value)
    }

    /// Refuses every parameter that would have no effect.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), StsError> {
        let common = |name: &str| matches!(name, "Action" | "Version") || name.starts_with("X-Amz-");
        match self.0.keys().find(|name| !common(name) && !known.contains(&&***name)) {
            None => Ok(()),
            Some(name) => Err(StsError::invalid(format!("The parameter {name} is not supported."))),
        }
    }

    /// A text of so many characters, each of which `fits`.
    pub(super) fn text(
        &self,
        name: &str,
        (shortest, longest): (usize, usize),
        pattern: &str,
        fits: impl Fn(char) -> bool,
    ) -> Result<Option<&str>, StsError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let length = value.chars().count();
        let fault = if length < shortest {
            format!("Member must have length greater than or equal to {shortest}")
        } else if length > longest {
            format!("Member must have length less than or equal to {longest}")
        } else if !value.chars().all(fits) {
            format!("Member must satisfy regular expression pattern: {pattern}")
        } else {
            return Ok(Some(value));
        };
        Err(StsError::constraint(name, &fault))
    }

    pub(super) fn required<'f>(name: &str, value: Option<&'f str>) -> Result<&'f str, StsError> {
        value.ok_or_else(|| StsError::constraint(name, "Member must not be null"))
    }

    /// A whole number within bounds.
    pub(super) fn number(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>, StsError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let digits = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let Some(number) = text.parse::<i64>().ok().filter(|_| digits) else {
            return Err(StsError::malformed(format!("{name} must be a number.")));
        };
        if number < least {
            let fault = format!("Member must have value greater than or equal to {least}");
            return Err(StsError::constraint(name, &fault));
        }
        if number > most {
            let fault = format!("Member must have value less than or equal to {most}");
            return Err(StsError::constraint(name, &fault));
        }
        Ok(Some(number))
    }
}
