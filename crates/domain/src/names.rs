//! Sign-in names: how they are compared, and what they look like.

use icu_casemap::CaseMapper;

/// The form under which a sign-in name is stored and looked up: folded by Unicode's default case folding
/// unless the pool is case-sensitive. Two names with the same key are the same name.
pub fn name_key(name: &str, case_sensitive: bool) -> String {
    if case_sensitive {
        name.to_owned()
    } else if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        CaseMapper::new().fold_string(name).into_owned()
    }
}

/// Whether the text has the form of an e-mail address: one `@` between two non-empty parts without white
/// space or control characters, at most 2,048 characters, the domain not beginning or ending with a dot.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, ',' | ';' | '<' | '>' | '"' | '@');
    !local.is_empty()
        && !domain.is_empty()
        && text.chars().count() <= 2048
        && local.chars().all(plain)
        && domain.chars().all(plain)
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains("..")
}

/// Whether the text is an E.164 phone number: `+` and 2 to 15 digits, the first not zero.
pub fn is_phone_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (2..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// `jane@example.com` as `j***@e***`, the form in which a destination is shown to whoever asked for a code.
pub fn mask_email(address: &str) -> String {
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}***@{}***", first(local), first(domain)),
        None => format!("{}***", first(address)),
    }
}

/// `+12065551234` as `+*******1234`.
pub fn mask_phone_number(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(|c| c.is_ascii_digit()).collect();
    let hidden = digits.len().saturating_sub(4);
    let shown: String = digits[hidden..].iter().collect();
    format!("+{}{shown}", "*".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_beyond_ascii_unless_the_pool_is_case_sensitive() {
        assert_eq!(name_key("ÄNNE@Example.com", false), "änne@example.com");
        assert_eq!(name_key("Straße", false), name_key("STRASSE", false));
        assert_ne!(name_key("Bob", true), name_key("bob", true));
    }

    #[test]
    fn addresses_and_numbers() {
        for good in ["a@b", "jane.doe+x@example.com", "ü@müller.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a b@c", "a@b@c", "a@.b", "a@b.", "a@b..c", "a\n@b", "<a@b>"] {
            assert!(!is_email(bad), "{bad}");
        }
        for good in ["+12065551234", "+4930123456"] {
            assert!(is_phone_number(good), "{good}");
        }
        for bad in ["", "+", "+1", "12065551234", "+0123456", "+1206555123456789", "+1 206", "+１２３４"]
        {
            assert!(!is_phone_number(bad), "{bad}");
        }
    }

    #[test]
    fn destinations_are_masked() {
        assert_eq!(mask_email("jane@example.com"), "j***@e***");
        assert_eq!(mask_phone_number("+12065551234"), "+*******1234");
        assert_eq!(mask_phone_number("+123"), "+123");
    }
}
