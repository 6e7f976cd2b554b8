//! A group of users, and what membership puts into tokens.

use crate::time::Time;

/// Groups a pool can have.
pub const MAX_PER_POOL: i64 = 10_000;
/// Groups a user can belong to.
pub const MAX_PER_USER: i64 = 100;

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub name: String,
    pub description: Option<String>,
    pub role_arn: Option<String>,
    /// Lower wins; absent ranks last.
    pub precedence: Option<i64>,
    pub version: i64,
    pub created_at: Time,
    pub modified_at: Time,
}

/// The order of `cognito:groups`: by precedence, then by name.
pub fn sort_by_precedence(groups: &mut [Group]) {
    groups.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
}

/// `cognito:preferred_role`: the role of the group with the lowest precedence; none when groups that tie
/// there name different roles.
pub fn preferred_role(groups: &[Group]) -> Option<&str> {
    let best = groups.iter().filter(|g| g.role_arn.is_some()).map(rank).min()?;
    let mut roles = groups.iter().filter(|g| rank(g) == best).filter_map(|g| g.role_arn.as_deref());
    let first = roles.next()?;
    roles.all(|role| role == first).then_some(first)
}

fn rank(group: &Group) -> i64 {
    group.precedence.unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, precedence: Option<i64>, role: Option<&str>) -> Group {
        Group {
            name: name.into(),
            description: None,
            role_arn: role.map(Into::into),
            precedence,
            version: 1,
            created_at: Time::default(),
            modified_at: Time::default(),
        }
    }

    #[test]
    fn lower_precedence_comes_first_and_none_last() {
        let mut groups = [group("z", None, None), group("b", Some(5), None), group("a", Some(5), None)];
        sort_by_precedence(&mut groups);
        assert_eq!(groups.map(|g| g.name), ["a", "b", "z"]);
    }

    #[test]
    fn preferred_role_needs_one_winner() {
        assert_eq!(
            preferred_role(&[group("a", Some(1), Some("x")), group("b", Some(0), Some("y"))]),
            Some("y")
        );
        assert_eq!(preferred_role(&[group("a", Some(1), Some("x")), group("b", Some(1), Some("y"))]), None);
        assert_eq!(
            preferred_role(&[group("a", Some(1), Some("x")), group("b", Some(1), Some("x"))]),
            Some("x")
        );
        assert_eq!(preferred_role(&[group("a", None, None)]), None);
    }
}
