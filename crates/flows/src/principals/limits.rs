//! The forms of names, paths and tags, as IAM's model has them.

use std::collections::BTreeMap;

use super::{IamError, Result};

/// Longest policy document, in characters that are not white space.
const LONGEST_DOCUMENT: usize = 10_240;

/// Characters of names: `[\w+=,.@-]`.
fn is_of_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

/// A name of 1 to `longest` characters.
pub(super) fn check_name(what: &str, name: &str, longest: usize) -> Result<()> {
    if (1..=longest).contains(&name.len()) && name.chars().all(is_of_names) {
        return Ok(());
    }
    Err(IamError::invalid(format!(
        "The specified value for {what} is invalid. It must contain 1 to {longest} alphanumeric characters \
         and/or the following: +=,.@_-"
    )))
}

/// `/`, or printable ASCII between slashes, 512 characters at most.
pub(super) fn check_path(path: &str) -> Result<()> {
    let fits = path.len() <= 512
        && path.starts_with('/')
        && path.ends_with('/')
        && path.bytes().all(|b| b.is_ascii_graphic());
    // Wildcards would make an ARN that a policy's pattern could not be told from.
    if fits && !path.contains(['*', '?', ':', '$']) && !path.contains("//") {
        return Ok(());
    }
    Err(IamError::invalid("The specified value for path is invalid. It must begin and end with /."))
}

/// At most 50 tags, keys of 1 to 128 characters that do not begin with `aws:`, values of up to 256.
pub(super) fn check_tags(tags: &BTreeMap<String, String>) -> Result<()> {
    if tags.len() > 50 {
        return Err(IamError::LimitExceeded("Cannot exceed quota for TagsPerPrincipal: 50".into()));
    }
    let printable = |text: &str| !text.chars().any(char::is_control);
    let fits = |key: &str, value: &str| {
        (1..=128).contains(&key.chars().count())
            && value.chars().count() <= 256
            && printable(key)
            && printable(value)
            && !key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
    };
    if tags.iter().all(|(key, value)| fits(key, value)) {
        return Ok(());
    }
    Err(IamError::invalid(
        "Tag keys have 1 to 128 characters and do not begin with aws:, tag values have up to 256.",
    ))
}

pub(super) fn check_length(document: &str) -> Result<()> {
    if document.chars().filter(|c| !c.is_whitespace()).count() <= LONGEST_DOCUMENT {
        return Ok(());
    }
    Err(IamError::LimitExceeded(format!("Maximum policy size of {LONGEST_DOCUMENT} bytes exceeded")))
}
