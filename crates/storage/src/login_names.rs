//! One namespace for everything a user can be called by: username, sub, and each alias while it counts.

use domain::ids::UserId;

use crate::db::PoolRef;
use crate::engine::Statement;

/// What a sign-in name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    Username,
    Sub,
    Email,
    PhoneNumber,
    PreferredUsername,
}

impl NameKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Sub => "sub",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::PreferredUsername => "preferred_username",
        }
    }

    pub fn of_attribute(attribute: &str) -> Option<Self> {
        [Self::Email, Self::PhoneNumber, Self::PreferredUsername]
            .into_iter()
            .find(|k| k.as_str() == attribute)
    }

    /// The condition that fails when the name is someone else's already.
    pub const fn taken(self) -> &'static str {
        match self {
            Self::Username => "username free",
            Self::Sub => "sub free",
            Self::Email => "email free",
            Self::PhoneNumber => "phone_number free",
            Self::PreferredUsername => "preferred_username free",
        }
    }
}

/// Takes a name for a user; fails by [`NameKind::taken`] when any user has it, in whatever kind.
pub fn claim(pool: &PoolRef, kind: NameKind, name_key: &str, user: &UserId) -> Statement {
    Statement::new(
        "INSERT INTO login_names (pool_id, name_key, user_id, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        vec![pool.param(), name_key.into(), user.as_str().into(), kind.as_str().into()],
    )
    .must_insert(kind.taken())
}

/// Gives up a user's names of one kind.
pub fn release(pool: &PoolRef, kind: NameKind, user: &UserId) -> Statement {
    Statement::new(
        "DELETE FROM login_names WHERE pool_id = $1 AND user_id = $2 AND kind = $3",
        vec![pool.param(), user.as_str().into(), kind.as_str().into()],
    )
}

/// Gives up every name of a user.
pub fn release_all(pool: &PoolRef, user: &UserId) -> Statement {
    Statement::new(
        "DELETE FROM login_names WHERE pool_id = $1 AND user_id = $2",
        vec![pool.param(), user.as_str().into()],
    )
}
