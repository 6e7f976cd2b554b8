//! The table of contents: one line per operation, who may call it and where it is carried out.
//!
//! Who it concerns decides what the handler is given: `account` an [`AccountCx`] (signed, outside any pool),
//! `pool` a [`PoolCx`] (signed, naming a pool by `UserPoolId` or `ResourceArn`), `client` a [`ClientCx`]
//! (public, naming an app client by `ClientId`), `user` a [`UserCx`] (by `AccessToken`), `holder` a [`HolderCx`]
//! (by `AccessToken`, or by the `Session` of a sign-in under way). A `not_built` line answers
//! `OperationNotEnabledException`; those lines may only become fewer.

mod account;
mod auth;
pub(crate) mod clients;
mod devices;
mod groups;
mod limits;
mod mfa;
mod passkeys;
mod sessions;
mod sign_up;
mod tags;
pub(crate) mod user_pools;
mod users;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use domain::{Error, Result};
use flows::cx::{AccountCx, ClientCx, HolderCx, PoolCx, UserCx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::cognito_idp::Operation;

/// An operation under way.
pub type Reply = Pin<Box<dyn Future<Output = Result<Bytes>> + Send>>;

/// How an operation is carried out, by whom it concerns.
#[derive(Debug)]
pub enum Handler {
    Account(fn(AccountCx, Map<String, Value>) -> Reply),
    Pool(fn(PoolCx, Map<String, Value>) -> Reply),
    Client(fn(ClientCx, Map<String, Value>) -> Reply),
    User(fn(UserCx, Map<String, Value>) -> Reply),
    Holder(fn(HolderCx, Map<String, Value>) -> Reply),
    NotBuilt,
}

macro_rules! operations {
    ($($operation:ident => $who:ident $($path:path)?;)*) => {
        /// The handler of each operation.
        pub fn handler(operation: Operation) -> Handler {
            match operation {
                $(Operation::$operation => operations!(@$who $($path)?),)*
            }
        }
    };
    (@account $path:path) => { Handler::Account(|cx, input| Box::pin(async move { encode(&$path(cx, decode(input)?).await?) })) };
    (@pool $path:path) => { Handler::Pool(|cx, input| Box::pin(async move { encode(&$path(cx, decode(input)?).await?) })) };
    (@client $path:path) => { Handler::Client(|cx, input| Box::pin(async move { encode(&$path(cx, decode(input)?).await?) })) };
    (@user $path:path) => { Handler::User(|cx, input| Box::pin(async move { encode(&$path(cx, decode(input)?).await?) })) };
    (@holder $path:path) => { Handler::Holder(|cx, input| Box::pin(async move { encode(&$path(cx, decode(input)?).await?) })) };
    (@not_built) => { Handler::NotBuilt };
}

operations! {
    // user_pools
    AddCustomAttributes => pool user_pools::add_custom_attributes::handle;
    CreateUserPool => account user_pools::create_user_pool::handle;
    CreateUserPoolReplica => not_built;
    DeleteUserPool => pool user_pools::delete_user_pool::handle;
    DeleteUserPoolReplica => not_built;
    DescribeUserPool => pool user_pools::describe_user_pool::handle;
    GetLogDeliveryConfiguration => not_built;
    GetSigningCertificate => not_built;
    ListUserPoolReplicas => not_built;
    ListUserPools => account user_pools::list_user_pools::handle;
    SetLogDeliveryConfiguration => not_built;
    UpdateUserPool => pool user_pools::update_user_pool::handle;
    UpdateUserPoolReplica => not_built;
    // limits
    GetProvisionedLimit => account limits::get_provisioned_limit::handle;
    UpdateProvisionedLimit => account limits::update_provisioned_limit::handle;
    // tags
    ListTagsForResource => pool tags::list_tags_for_resource::handle;
    TagResource => pool tags::tag_resource::handle;
    UntagResource => pool tags::untag_resource::handle;
    // clients
    AddUserPoolClientSecret => pool clients::add_user_pool_client_secret::handle;
    CreateUserPoolClient => pool clients::create_user_pool_client::handle;
    DeleteUserPoolClient => pool clients::delete_user_pool_client::handle;
    DeleteUserPoolClientSecret => pool clients::delete_user_pool_client_secret::handle;
    DescribeUserPoolClient => pool clients::describe_user_pool_client::handle;
    ListUserPoolClientSecrets => pool clients::list_user_pool_client_secrets::handle;
    ListUserPoolClients => pool clients::list_user_pool_clients::handle;
    UpdateUserPoolClient => pool clients::update_user_pool_client::handle;
    // domains
    CreateUserPoolDomain => not_built;
    DeleteUserPoolDomain => not_built;
    DescribeUserPoolDomain => not_built;
    UpdateUserPoolDomain => not_built;
    // resource_servers
    CreateResourceServer => not_built;
    DeleteResourceServer => not_built;
    DescribeResourceServer => not_built;
    ListResourceServers => not_built;
    UpdateResourceServer => not_built;
    // identity_providers
    AdminDisableProviderForUser => not_built;
    AdminLinkProviderForUser => not_built;
    CreateIdentityProvider => not_built;
    DeleteIdentityProvider => not_built;
    DescribeIdentityProvider => not_built;
    GetIdentityProviderByIdentifier => not_built;
    ListIdentityProviders => not_built;
    UpdateIdentityProvider => not_built;
    // branding
    CreateManagedLoginBranding => not_built;
    DeleteManagedLoginBranding => not_built;
    DescribeManagedLoginBranding => not_built;
    DescribeManagedLoginBrandingByClient => not_built;
    GetUICustomization => not_built;
    SetUICustomization => not_built;
    UpdateManagedLoginBranding => not_built;
    // terms
    CreateTerms => not_built;
    DeleteTerms => not_built;
    DescribeTerms => not_built;
    DescribeTermsByClient => not_built;
    ListTerms => not_built;
    UpdateTerms => not_built;
    // users
    AdminConfirmSignUp => pool users::admin_confirm_sign_up::handle;
    AdminCreateUser => pool users::admin_create_user::handle;
    AdminDeleteUser => pool users::admin_delete_user::handle;
    AdminDeleteUserAttributes => pool users::admin_delete_user_attributes::handle;
    AdminDisableUser => pool users::admin_disable_user::handle;
    AdminEnableUser => pool users::admin_enable_user::handle;
    AdminGetUser => pool users::admin_get_user::handle;
    AdminResetUserPassword => pool users::admin_reset_user_password::handle;
    AdminSetUserPassword => pool users::admin_set_user_password::handle;
    AdminUpdateUserAttributes => pool users::admin_update_user_attributes::handle;
    ListUsers => pool users::list_users::handle;
    // groups
    AdminAddUserToGroup => pool groups::admin_add_user_to_group::handle;
    AdminListGroupsForUser => pool groups::admin_list_groups_for_user::handle;
    AdminRemoveUserFromGroup => pool groups::admin_remove_user_from_group::handle;
    CreateGroup => pool groups::create_group::handle;
    DeleteGroup => pool groups::delete_group::handle;
    GetGroup => pool groups::get_group::handle;
    ListGroups => pool groups::list_groups::handle;
    ListUsersInGroup => pool groups::list_users_in_group::handle;
    UpdateGroup => pool groups::update_group::handle;
    // user_import
    CreateUserImportJob => not_built;
    DescribeUserImportJob => not_built;
    GetCSVHeader => not_built;
    ListUserImportJobs => not_built;
    StartUserImportJob => not_built;
    StopUserImportJob => not_built;
    // sign_up
    ConfirmSignUp => client sign_up::confirm_sign_up::handle;
    ResendConfirmationCode => client sign_up::resend_confirmation_code::handle;
    SignUp => client sign_up::sign_up::handle;
    // auth
    AdminGetUserAuthFactors => pool auth::admin_get_user_auth_factors::handle;
    AdminInitiateAuth => pool auth::admin_initiate_auth::handle;
    AdminRespondToAuthChallenge => pool auth::admin_respond_to_auth_challenge::handle;
    AdminUserGlobalSignOut => pool auth::admin_user_global_sign_out::handle;
    GetClientToken => not_built;
    GetDerivedToken => not_built;
    GetTokensFromRefreshToken => client auth::get_tokens_from_refresh_token::handle;
    GetUserAuthFactors => user auth::get_user_auth_factors::handle;
    GlobalSignOut => user auth::global_sign_out::handle;
    InitiateAuth => client auth::initiate_auth::handle;
    RespondToAuthChallenge => client auth::respond_to_auth_challenge::handle;
    RevokeToken => client auth::revoke_token::handle;
    // account
    ChangePassword => user account::change_password::handle;
    ConfirmForgotPassword => client account::confirm_forgot_password::handle;
    DeleteUser => user account::delete_user::handle;
    DeleteUserAttributes => user account::delete_user_attributes::handle;
    ForgotPassword => client account::forgot_password::handle;
    GetUser => user account::get_user::handle;
    GetUserAttributeVerificationCode => user account::get_user_attribute_verification_code::handle;
    UpdateUserAttributes => user account::update_user_attributes::handle;
    VerifyUserAttribute => user account::verify_user_attribute::handle;
    // mfa
    AdminDeleteSoftwareToken => pool mfa::admin_delete_software_token::handle;
    AdminSetUserMFAPreference => pool mfa::admin_set_user_mfa_preference::handle;
    AdminSetUserSettings => pool mfa::admin_set_user_settings::handle;
    AssociateSoftwareToken => holder mfa::associate_software_token::handle;
    GetUserPoolMfaConfig => pool mfa::get_user_pool_mfa_config::handle;
    SetUserMFAPreference => user mfa::set_user_mfa_preference::handle;
    SetUserPoolMfaConfig => pool mfa::set_user_pool_mfa_config::handle;
    SetUserSettings => user mfa::set_user_settings::handle;
    VerifySoftwareToken => holder mfa::verify_software_token::handle;
    // passkeys
    CompleteWebAuthnRegistration => user passkeys::complete_web_authn_registration::handle;
    DeleteWebAuthnCredential => user passkeys::delete_web_authn_credential::handle;
    ListWebAuthnCredentials => user passkeys::list_web_authn_credentials::handle;
    StartWebAuthnRegistration => user passkeys::start_web_authn_registration::handle;
    // devices
    AdminForgetDevice => pool devices::admin_forget_device::handle;
    AdminGetDevice => pool devices::admin_get_device::handle;
    AdminListDevices => pool devices::admin_list_devices::handle;
    AdminUpdateDeviceStatus => pool devices::admin_update_device_status::handle;
    ConfirmDevice => user devices::confirm_device::handle;
    ForgetDevice => user devices::forget_device::handle;
    GetDevice => user devices::get_device::handle;
    ListDevices => user devices::list_devices::handle;
    UpdateDeviceStatus => user devices::update_device_status::handle;
    // sessions
    AdminListUserSessions => pool sessions::admin_list_user_sessions::handle;
    AdminRevokeUserSession => pool sessions::admin_revoke_user_session::handle;
    GetUserPoolClientSessionConfiguration => pool sessions::get_user_pool_client_session_configuration::handle;
    GetUserPoolSessionConfiguration => pool sessions::get_user_pool_session_configuration::handle;
    ListUserSessions => user sessions::list_user_sessions::handle;
    RevokeUserSession => user sessions::revoke_user_session::handle;
    SetUserPoolClientSessionConfiguration => pool sessions::set_user_pool_client_session_configuration::handle;
    SetUserPoolSessionConfiguration => pool sessions::set_user_pool_session_configuration::handle;
    // risk
    AdminListUserAuthEvents => not_built;
    AdminUpdateAuthEventFeedback => not_built;
    DescribeRiskConfiguration => not_built;
    SetRiskConfiguration => not_built;
    UpdateAuthEventFeedback => not_built;
}

/// The input as its shape. It has passed the constraints, so a failure here is a fault of ours.
fn decode<T: DeserializeOwned>(input: Map<String, Value>) -> Result<T> {
    wire::decode(input).map_err(|fault| Error::Internal(format!("undecodable input: {fault:?}")))
}

fn encode<T: Serialize>(output: &T) -> Result<Bytes> {
    serde_json::to_vec(output)
        .map(Bytes::from)
        .map_err(|e| Error::internal(format_args!("unencodable output: {e}")))
}

#[cfg(test)]
mod tests {
    use wire::authorization::{Authorization, Resource};

    use super::*;

    /// What a handler is given is what policies are asked about: none reaches a pool that they were not asked about.
    #[test]
    fn handlers_of_administrators_fit_the_resources_of_policies() {
        for operation in Operation::ALL {
            let by_iam = operation.authorization() == Authorization::Iam;
            match handler(operation) {
                Handler::Pool(_) => {
                    assert_eq!(
                        (by_iam, operation.resource()),
                        (true, Some(Resource::UserPool)),
                        "{operation:?}"
                    );
                }
                Handler::Account(_) => {
                    assert_eq!((by_iam, operation.resource()), (true, Some(Resource::Any)), "{operation:?}");
                }
                Handler::Client(_) | Handler::User(_) | Handler::Holder(_) => {
                    assert!(!by_iam, "{operation:?}")
                }
                Handler::NotBuilt => {}
            }
        }
    }
}
