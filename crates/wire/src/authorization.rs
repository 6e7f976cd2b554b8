//! By what a call is authorized, and what policies are evaluated on.

use crate::cognito_idp::Operation;

/// By what a call of an operation is authorized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authorization {
    /// SigV4 and policies.
    Iam,
    /// Nothing but the app client it names (and that client's secret).
    Public,
    /// The `AccessToken` member.
    AccessToken,
    /// The `AccessToken` member, or the `Session` of a sign-in under way.
    AccessTokenOrSession,
    /// The `Session` of a sign-in under way.
    Session,
    /// A refresh token and the app client it was issued to.
    RefreshToken,
    /// An app client and its secret.
    ClientSecret,
    /// SigV4 and policies, or an app client and its secret.
    IamOrClientSecret,
    /// The feedback token of a notification mail.
    FeedbackToken,
}

/// What the policies of whoever signed a call are evaluated on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// The ARN of the user pool that the call names, or whose app client it names.
    UserPool,
    /// `*`: the operation knows no resource, so a policy for a pool does not cover it.
    Any,
}

impl Operation {
    /// The operation whose explicit deny is also one of this: so says the API reference of DescribeTermsByClient.
    pub const fn denied_with(self) -> Option<Self> {
        match self {
            Self::DescribeTermsByClient => Some(Self::DescribeTerms),
            _ => None,
        }
    }
}
