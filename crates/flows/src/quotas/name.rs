//! What buckets are known by, in memory by its hash and in the store as text.

use std::fmt;

use domain::ids::{AccountId, PoolId, Region};
use wire::cognito_idp::Operation;
use wire::quota::{Access, QuotaCategory};

#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Name<'a> {
    /// A category, in an account and region.
    Category { account: &'a AccountId, region: &'a Region, category: QuotaCategory },
    /// Answers to challenges, before they draw on their category.
    Challenges { account: &'a AccountId, region: &'a Region },
    /// One operation on one pool.
    Pool { pool: &'a PoolId, operation: Operation },
    /// Reading, or writing, one user. What strangers do in a user's name takes nothing from the user.
    User { pool: &'a PoolId, user: &'a str, access: Access, is_stranger: bool },
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Category { account, region, category } => {
                write!(f, "category/{account}/{region}/{}", category.name())
            }
            Self::Challenges { account, region } => write!(f, "challenges/{account}/{region}"),
            Self::Pool { pool, operation } => write!(f, "pool/{pool}/{}", operation.name()),
            Self::User { pool, user, access, is_stranger } => {
                write!(f, "user/{pool}/{access:?}/{is_stranger}/{user}")
            }
        }
    }
}
