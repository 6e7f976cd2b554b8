//! The two example policies of AWS's page on security best practices, each on one pool, and every operation of
//! `cognito-idp`. What is expected was checked by hand, operation by operation, against the resource that the
//! Service Authorization Reference gives it; it is not derived from the policies.

use std::collections::BTreeSet;

use iam::{Facts, Policy};
use wire::authorization::Resource;
use wire::cognito_idp::Operation::{self, *};

use crate::{POOL, decide, request};

/// What is allowed on the pool of the policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// Policies are not asked: a client, a token, a session or a secret authorizes the call.
    Open,
}
use Answer::{No, Open, Yes};

/// Operation, answer to whoever maintains the settings of the pool, answer to whoever administers its users.
#[rustfmt::skip]
const EXPECTED: [(Operation, Answer, Answer); 141] = [
    (AddCustomAttributes, No, No),
    (AddUserPoolClientSecret, No, No),
    (AdminAddUserToGroup, No, Yes),
    (AdminConfirmSignUp, No, Yes),
    (AdminCreateUser, No, Yes),
    (AdminDeleteSoftwareToken, No, No),
    (AdminDeleteUser, No, Yes),
    (AdminDeleteUserAttributes, No, Yes),
    (AdminDisableProviderForUser, No, Yes),
    (AdminDisableUser, No, Yes),
    (AdminEnableUser, No, Yes),
    (AdminForgetDevice, No, Yes),
    (AdminGetDevice, No, Yes),
    (AdminGetUser, No, Yes),
    (AdminGetUserAuthFactors, No, No),
    (AdminInitiateAuth, No, Yes),
    (AdminLinkProviderForUser, No, Yes),
    (AdminListDevices, No, Yes),
    (AdminListGroupsForUser, No, Yes),
    (AdminListUserAuthEvents, No, Yes),
    (AdminListUserSessions, No, No),
    (AdminRemoveUserFromGroup, No, Yes),
    (AdminResetUserPassword, No, Yes),
    (AdminRespondToAuthChallenge, No, Yes),
    (AdminRevokeUserSession, No, No),
    (AdminSetUserMFAPreference, No, Yes),
    (AdminSetUserPassword, No, Yes),
    (AdminSetUserSettings, No, Yes),
    (AdminUpdateAuthEventFeedback, No, Yes),
    (AdminUpdateDeviceStatus, No, Yes),
    (AdminUpdateUserAttributes, No, Yes),
    (AdminUserGlobalSignOut, No, Yes),
    (AssociateSoftwareToken, Open, Open),
    (ChangePassword, Open, Open),
    (CompleteWebAuthnRegistration, Open, Open),
    (ConfirmDevice, Open, Open),
    (ConfirmForgotPassword, Open, Open),
    (ConfirmSignUp, Open, Open),
    (CreateGroup, No, No),
    (CreateIdentityProvider, Yes, No),
    (CreateManagedLoginBranding, Yes, No),
    (CreateResourceServer, Yes, No),
    (CreateTerms, No, No),
    (CreateUserImportJob, No, No),
    (CreateUserPool, No, No),
    (CreateUserPoolClient, No, No),
    (CreateUserPoolDomain, Yes, No),
    (CreateUserPoolReplica, No, No),
    (DeleteGroup, No, No),
    (DeleteIdentityProvider, Yes, No),
    (DeleteManagedLoginBranding, No, No),
    (DeleteResourceServer, Yes, No),
    (DeleteTerms, No, No),
    (DeleteUser, Open, Open),
    (DeleteUserAttributes, Open, Open),
    (DeleteUserPool, No, No),
    (DeleteUserPoolClient, No, No),
    (DeleteUserPoolClientSecret, No, No),
    (DeleteUserPoolDomain, Yes, No),
    (DeleteUserPoolReplica, No, No),
    (DeleteWebAuthnCredential, Open, Open),
    (DescribeIdentityProvider, Yes, No),
    (DescribeManagedLoginBranding, Yes, No),
    (DescribeManagedLoginBrandingByClient, Yes, No),
    (DescribeResourceServer, Yes, No),
    (DescribeRiskConfiguration, No, No),
    (DescribeTerms, No, No),
    (DescribeTermsByClient, No, No),
    (DescribeUserImportJob, No, No),
    (DescribeUserPool, Yes, No),
    (DescribeUserPoolClient, Yes, No),
    (DescribeUserPoolDomain, No, No),
    (ForgetDevice, Open, Open),
    (ForgotPassword, Open, Open),
    (GetClientToken, Open, Open),
    (GetCSVHeader, No, No),
    (GetDerivedToken, No, No),
    (GetDevice, Open, Open),
    (GetGroup, No, No),
    (GetIdentityProviderByIdentifier, Yes, No),
    (GetLogDeliveryConfiguration, No, No),
    (GetProvisionedLimit, No, No),
    (GetSigningCertificate, No, No),
    (GetTokensFromRefreshToken, Open, Open),
    (GetUICustomization, Yes, No),
    (GetUser, Open, Open),
    (GetUserAttributeVerificationCode, Open, Open),
    (GetUserAuthFactors, Open, Open),
    (GetUserPoolClientSessionConfiguration, No, No),
    (GetUserPoolMfaConfig, No, No),
    (GetUserPoolSessionConfiguration, No, No),
    (GlobalSignOut, Open, Open),
    (InitiateAuth, Open, Open),
    (ListDevices, Open, Open),
    (ListGroups, No, Yes),
    (ListIdentityProviders, Yes, No),
    (ListResourceServers, Yes, No),
    (ListTagsForResource, No, No),
    (ListTerms, No, No),
    (ListUserImportJobs, No, No),
    (ListUserPoolClients, Yes, No),
    (ListUserPoolClientSecrets, No, No),
    (ListUserPoolReplicas, No, No),
    (ListUserPools, No, No),
    (ListUsers, No, Yes),
    (ListUserSessions, Open, Open),
    (ListUsersInGroup, No, Yes),
    (ListWebAuthnCredentials, Open, Open),
    (ResendConfirmationCode, Open, Open),
    (RespondToAuthChallenge, Open, Open),
    (RevokeToken, Open, Open),
    (RevokeUserSession, Open, Open),
    (SetLogDeliveryConfiguration, No, No),
    (SetRiskConfiguration, No, No),
    (SetUICustomization, Yes, No),
    (SetUserMFAPreference, Open, Open),
    (SetUserPoolClientSessionConfiguration, No, No),
    (SetUserPoolMfaConfig, No, No),
    (SetUserPoolSessionConfiguration, No, No),
    (SetUserSettings, Open, Open),
    (SignUp, Open, Open),
    (StartUserImportJob, No, No),
    (StartWebAuthnRegistration, Open, Open),
    (StopUserImportJob, No, No),
    (TagResource, No, No),
    (UntagResource, No, No),
    (UpdateAuthEventFeedback, Open, Open),
    (UpdateDeviceStatus, Open, Open),
    (UpdateGroup, No, Yes),
    (UpdateIdentityProvider, Yes, No),
    (UpdateManagedLoginBranding, Yes, No),
    (UpdateProvisionedLimit, No, No),
    (UpdateResourceServer, Yes, No),
    (UpdateTerms, No, No),
    (UpdateUserAttributes, Open, Open),
    (UpdateUserPool, No, No),
    (UpdateUserPoolClient, Yes, No),
    (UpdateUserPoolDomain, Yes, No),
    (UpdateUserPoolReplica, No, No),
    (VerifySoftwareToken, Open, Open),
    (VerifyUserAttribute, Open, Open),
];

fn maintenance() -> Policy {
    Policy::parse(include_str!("../fixtures/pool_maintenance.json")).expect("a policy")
}

fn administration() -> Policy {
    Policy::parse(include_str!("../fixtures/user_administration.json")).expect("a policy")
}

/// The answer of a policy about this pool.
fn ask(policy: &Policy, operation: Operation, pool: &str) -> Answer {
    let resource = match operation.resource() {
        None => return Open,
        Some(Resource::Any) => "*",
        Some(Resource::UserPool) => pool,
    };
    let action = format!("cognito-idp:{}", operation.name());
    if decide(&[policy], &request(&action, resource, &Facts::new())).is_allowed() { Yes } else { No }
}

#[test]
fn each_operation_has_one_line() {
    let named: BTreeSet<Operation> = EXPECTED.iter().map(|(operation, ..)| *operation).collect();
    assert_eq!(named, Operation::ALL.into_iter().collect());
}

#[test]
fn the_example_policies_allow_what_they_should_and_nothing_else() {
    for (operation, maintainer, administrator) in EXPECTED {
        assert_eq!(ask(&maintenance(), operation, POOL), maintainer, "{operation:?}, pool maintenance");
        assert_eq!(
            ask(&administration(), operation, POOL),
            administrator,
            "{operation:?}, user administration"
        );
    }
}

#[test]
fn they_allow_nothing_on_another_pool() {
    for other in [
        "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcD3fGhJ",
        "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcD3fGhIx",
        "arn:aws:cognito-idp:eu-west-1:210987654321:userpool/eu-west-1_aBcD3fGhI",
        "arn:aws:cognito-idp:us-east-1:123456789012:userpool/eu-west-1_aBcD3fGhI",
        "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/EU-WEST-1_ABCD3FGHI",
    ] {
        for operation in Operation::ALL {
            for policy in [maintenance(), administration()] {
                assert_ne!(ask(&policy, operation, other), Yes, "{operation:?} on {other}");
            }
        }
    }
}

#[test]
fn what_is_evaluated_on_anything_needs_a_policy_for_anything() {
    let on = |resource: &str| {
        crate::policy(&format!(
            r#"{{"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "{resource}"}}"#
        ))
    };
    for operation in
        [CreateUserPool, ListUserPools, DescribeUserPoolDomain, GetProvisionedLimit, UpdateProvisionedLimit]
    {
        assert_eq!(ask(&on("*"), operation, POOL), Yes, "{operation:?}");
        for narrower in
            [POOL, "arn:aws:cognito-idp:*:*:userpool/*", "arn:aws:cognito-idp:*", "arn:aws:*:*:*:*"]
        {
            assert_eq!(ask(&on(narrower), operation, POOL), No, "{operation:?} on {narrower}");
        }
    }
    assert_eq!(ask(&on("arn:aws:cognito-idp:*"), AdminGetUser, POOL), Yes);
}
