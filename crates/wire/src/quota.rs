//! Request rate quotas of `cognito-idp`: the categories with AWS's defaults, and on what a call draws. Which category
//! an operation is of is in the table of operations.

use crate::authorization::Authorization;
use crate::cognito_idp::Operation;

/// What the request rate quotas are given for, each shared by all pools of an account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuotaCategory {
    UserAuthentication,
    UserCreation,
    UserFederation,
    UserAccountRecovery,
    UserRead,
    UserUpdate,
    UserToken,
    UserResourceRead,
    UserResourceUpdate,
    UserList,
    UserPoolRead,
    UserPoolUpdate,
    UserPoolResourceRead,
    UserPoolResourceUpdate,
    UserPoolClientRead,
    UserPoolClientUpdate,
    ClientAuthentication,
    LimitManagement,
}

/// A row of AWS's table of quotas.
struct Row {
    name: &'static str,
    /// Requests per second.
    rate: u32,
    /// Whether UpdateProvisionedLimit may raise it.
    adjustable: bool,
}

const fn adjustable(name: &'static str, rate: u32) -> Row {
    Row { name, rate, adjustable: true }
}

const fn fixed(name: &'static str, rate: u32) -> Row {
    Row { name, rate, adjustable: false }
}

impl QuotaCategory {
    pub const ALL: [Self; 18] = [
        Self::UserAuthentication,
        Self::UserCreation,
        Self::UserFederation,
        Self::UserAccountRecovery,
        Self::UserRead,
        Self::UserUpdate,
        Self::UserToken,
        Self::UserResourceRead,
        Self::UserResourceUpdate,
        Self::UserList,
        Self::UserPoolRead,
        Self::UserPoolUpdate,
        Self::UserPoolResourceRead,
        Self::UserPoolResourceUpdate,
        Self::UserPoolClientRead,
        Self::UserPoolClientUpdate,
        Self::ClientAuthentication,
        Self::LimitManagement,
    ];

    const fn row(self) -> Row {
        match self {
            Self::UserAuthentication => adjustable("UserAuthentication", 120),
            Self::UserCreation => adjustable("UserCreation", 50),
            Self::UserFederation => adjustable("UserFederation", 25),
            Self::UserAccountRecovery => fixed("UserAccountRecovery", 30),
            Self::UserRead => adjustable("UserRead", 120),
            Self::UserUpdate => fixed("UserUpdate", 25),
            Self::UserToken => adjustable("UserToken", 120),
            Self::UserResourceRead => adjustable("UserResourceRead", 50),
            Self::UserResourceUpdate => fixed("UserResourceUpdate", 25),
            Self::UserList => fixed("UserList", 30),
            Self::UserPoolRead => fixed("UserPoolRead", 15),
            Self::UserPoolUpdate => fixed("UserPoolUpdate", 15),
            Self::UserPoolResourceRead => fixed("UserPoolResourceRead", 20),
            Self::UserPoolResourceUpdate => fixed("UserPoolResourceUpdate", 15),
            Self::UserPoolClientRead => fixed("UserPoolClientRead", 15),
            Self::UserPoolClientUpdate => fixed("UserPoolClientUpdate", 15),
            Self::ClientAuthentication => fixed("ClientAuthentication", 150),
            Self::LimitManagement => fixed("LimitManagement", 1),
        }
    }

    /// As the attribute `Category` of a limit spells it.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// Requests per second that AWS gives an account.
    pub const fn default_rate(self) -> u32 {
        self.row().rate
    }

    pub const fn is_adjustable(self) -> bool {
        self.row().adjustable
    }

    /// Whether each of its operations has a limit per pool besides.
    pub const fn is_limited_per_pool(self) -> bool {
        matches!(
            self,
            Self::UserPoolResourceRead
                | Self::UserPoolResourceUpdate
                | Self::UserPoolClientRead
                | Self::UserPoolClientUpdate
        )
    }
}

/// What a call does to the user it is about; of each a user has so many per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    Read,
    Write,
}

impl Operation {
    /// The category of a call that answers `challenge`, or none: choosing a new password is account recovery.
    pub fn quota_of_call(self, challenge: Option<&str>) -> Option<QuotaCategory> {
        match self.quota() {
            Some(_) if self.answers_challenge() && challenge == Some("NEW_PASSWORD_REQUIRED") => {
                Some(QuotaCategory::UserAccountRecovery)
            }
            other => other,
        }
    }

    /// Whether it has a budget of its own, [`CHALLENGE_BUDGET`] times its category, and draws on the category only
    /// beyond that.
    pub const fn answers_challenge(self) -> bool {
        matches!(self, Self::RespondToAuthChallenge | Self::AdminRespondToAuthChallenge)
    }

    /// What it does to the user it names. Sign-in has none: its attempts are counted by what they prove.
    pub fn user_access(self) -> Option<Access> {
        let by_user = matches!(
            self.authorization(),
            Authorization::AccessToken | Authorization::AccessTokenOrSession | Authorization::Public
        );
        let action = match self.name().strip_prefix("Admin") {
            Some(action) => action,
            None if by_user => self.name(),
            None => return None,
        };
        match action {
            "InitiateAuth" | "RespondToAuthChallenge" => None,
            _ if action.starts_with("Get") || action.starts_with("List") => Some(Access::Read),
            _ => Some(Access::Write),
        }
    }
}

/// How many times its category the budget of answers to challenges is.
pub const CHALLENGE_BUDGET: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for category in QuotaCategory::ALL {
            assert_eq!(QuotaCategory::from_name(category.name()), Some(category));
            assert_eq!(format!("{category:?}"), category.name());
        }
        assert_eq!(QuotaCategory::from_name("userread"), None);
    }

    #[test]
    fn new_passwords_are_recovery() {
        use Operation as O;
        for (operation, challenge, category) in [
            (O::RespondToAuthChallenge, None, QuotaCategory::UserAuthentication),
            (O::RespondToAuthChallenge, Some("PASSWORD_VERIFIER"), QuotaCategory::UserAuthentication),
            (O::RespondToAuthChallenge, Some("NEW_PASSWORD_REQUIRED"), QuotaCategory::UserAccountRecovery),
            (
                O::AdminRespondToAuthChallenge,
                Some("NEW_PASSWORD_REQUIRED"),
                QuotaCategory::UserAccountRecovery,
            ),
            (O::InitiateAuth, Some("NEW_PASSWORD_REQUIRED"), QuotaCategory::UserAuthentication),
        ] {
            assert_eq!(operation.quota_of_call(challenge), Some(category), "{operation:?} {challenge:?}");
        }
    }

    #[test]
    fn users_are_read_and_written() {
        use Operation as O;
        for (operation, access) in [
            (O::GetUser, Some(Access::Read)),
            (O::ListDevices, Some(Access::Read)),
            (O::AdminGetUser, Some(Access::Read)),
            (O::AdminListGroupsForUser, Some(Access::Read)),
            (O::AdminDeleteUser, Some(Access::Write)),
            (O::ChangePassword, Some(Access::Write)),
            (O::ForgotPassword, Some(Access::Write)),
            (O::InitiateAuth, None),
            (O::AdminInitiateAuth, None),
            (O::RespondToAuthChallenge, None),
            (O::ListUsers, None),
            (O::CreateUserPool, None),
        ] {
            assert_eq!(operation.user_access(), access, "{operation:?}");
        }
    }
}
