//! The password policy of a pool (`Policies.PasswordPolicy`).

use wire::cognito_idp::shapes::PasswordPolicyType;

use crate::{Error, Result};

/// Characters that count as symbols; an inner space counts too.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-";

/// Longest password accepted, in characters.
pub const MAX_LENGTH: usize = 256;

/// Whether the policy asks for a kind of character, which it is, and the reason given without it.
type Rule = (Option<bool>, fn(char) -> bool, &'static str);

/// Checks a new password; the first rule it breaks is the one reported.
pub fn check(policy: &PasswordPolicyType, password: &str) -> Result<()> {
    let length = password.chars().count();
    let minimum = policy.minimum_length.and_then(|n| usize::try_from(n).ok()).unwrap_or(8);
    if password.starts_with(char::is_whitespace)
        || password.ends_with(char::is_whitespace)
        || password.is_empty()
    {
        return Err(Error::invalid(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\S]+",
        ));
    }
    if length > MAX_LENGTH {
        return Err(Error::InvalidPassword("Password is too long"));
    }
    if length < minimum {
        return Err(Error::InvalidPassword("Password not long enough"));
    }
    let has = |test: fn(char) -> bool| password.chars().any(test);
    let rules: [Rule; 4] = [
        (policy.require_uppercase, |c| c.is_ascii_uppercase(), "Password must have uppercase characters"),
        (policy.require_lowercase, |c| c.is_ascii_lowercase(), "Password must have lowercase characters"),
        (policy.require_numbers, |c| c.is_ascii_digit(), "Password must have numeric characters"),
        (policy.require_symbols, |c| c == ' ' || SYMBOLS.contains(c), "Password must have symbol characters"),
    ];
    for (required, test, reason) in rules {
        if required == Some(true) && !has(test) {
            return Err(Error::InvalidPassword(reason));
        }
    }
    Ok(())
}

/// A temporary password that satisfies the policy: one character of each class, the rest from all of them,
/// shuffled; as long as the policy asks, and at least 8.
pub fn generate(policy: &PasswordPolicyType, random: &dyn crypto::random::Random) -> String {
    const CLASSES: [&[u8]; 4] =
        [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"!@#%&*+-=?_"];
    let length = policy.minimum_length.and_then(|n| usize::try_from(n).ok()).unwrap_or(8).max(12);
    let mut chars: Vec<u8> = CLASSES.iter().map(|class| pick(class, random)).collect();
    while chars.len() < length {
        let class = CLASSES[below(CLASSES.len(), random)];
        chars.push(pick(class, random));
    }
    for i in (1..chars.len()).rev() {
        chars.swap(i, below(i + 1, random));
    }
    chars.into_iter().map(char::from).collect()
}

fn pick(class: &[u8], random: &dyn crypto::random::Random) -> u8 {
    class[below(class.len(), random)]
}

/// A uniform number below `n` (at most 256), by rejection.
fn below(n: usize, random: &dyn crypto::random::Random) -> usize {
    let limit = 256 - 256 % n;
    loop {
        let mut byte = [0u8];
        random.fill(&mut byte);
        let value = usize::from(byte[0]);
        if value < limit {
            return value % n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict() -> PasswordPolicyType {
        PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            ..Default::default()
        }
    }

    #[test]
    fn the_first_broken_rule_is_reported() {
        let reason = |password| match check(&strict(), password) {
            Err(Error::InvalidPassword(reason)) => reason,
            other => panic!("{password}: {other:?}"),
        };
        assert_eq!(reason("aB1!"), "Password not long enough");
        assert_eq!(reason("abcdefg1!"), "Password must have uppercase characters");
        assert_eq!(reason("ABCDEFG1!"), "Password must have lowercase characters");
        assert_eq!(reason("Abcdefgh!"), "Password must have numeric characters");
        assert_eq!(reason("Abcdefgh1"), "Password must have symbol characters");
        assert_eq!(reason(&format!("A1!{}", "a".repeat(254))), "Password is too long");
        assert_eq!(check(&strict(), "Abcdef g1"), Ok(()));
        assert_eq!(check(&strict(), &format!("A1!{}", "a".repeat(253))), Ok(()));
    }

    #[test]
    fn white_space_at_either_end_is_refused() {
        for bad in ["", " Abcdef1!", "Abcdef1! ", "Abcdef1!\u{2003}", "\tAbcdef1!"] {
            assert!(matches!(check(&strict(), bad), Err(Error::InvalidParameter(_))), "{bad:?}");
        }
    }

    #[test]
    fn what_is_not_required_is_not_asked() {
        let lax = PasswordPolicyType { minimum_length: Some(6), ..Default::default() };
        assert_eq!(check(&lax, "aaaaaa"), Ok(()));
    }

    #[test]
    fn generated_passwords_satisfy_the_policy() {
        let random = crypto::random::SeededRandom::new(7);
        let mut policy = strict();
        for length in [6, 8, 20, 99] {
            policy.minimum_length = Some(length);
            for _ in 0..200 {
                let password = generate(&policy, &random);
                assert_eq!(check(&policy, &password), Ok(()));
            }
        }
    }
}
