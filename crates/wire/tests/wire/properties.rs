//! Whatever arrives: an answer, never a panic; and what passes the checks has the shape.

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wire::cognito_idp::{Operation, shapes};
use wire::constraints::Shape;
use wire::{check_constraints, check_types, decode, parse};

use crate::sites::Inputs;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 8.0)),
        any::<String>().prop_map(Value::from),
        "[a-zA-Z0-9_ \\-\0]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[A-Za-z]{0,8}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// An operation and an input with its member names.
fn any_input() -> impl Strategy<Value = (Operation, Map<String, Value>)> {
    (0..Operation::ALL.len()).prop_flat_map(|i| {
        let operation = Operation::ALL[i];
        let Shape::Structure(members) = operation.input() else { unreachable!("inputs are structures") };
        let values: Vec<_> =
            members.iter().map(|m| prop::option::of(any_json()).prop_map(|v| (m.name, v))).collect();
        let input =
            values.prop_map(|all| all.into_iter().filter_map(|(n, v)| Some((n.to_owned(), v?))).collect());
        (Just(operation), input)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&body);
    }

    #[test]
    fn any_json_is_read_as_serde_reads_it_but_for_nulls(value in any_json()) {
        let body = serde_json::to_vec(&value).unwrap();
        match (parse(&body), without_nulls(value)) {
            (Ok(read), Value::Null) => prop_assert!(read.is_empty()),
            (Ok(read), expected) => prop_assert_eq!(Value::Object(read), expected),
            (Err(_), expected) => prop_assert!(!expected.is_object()),
        }
    }

    #[test]
    fn any_input_is_answered((operation, input) in any_input()) {
        let types = check_types(operation.input(), &input);
        let constraints = check_constraints(operation.input(), &input);
        if let Err(text) = constraints {
            prop_assert!(text.contains(" detected: Value "), "{}", text);
        }
        let _ = types;
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn decodes<T: DeserializeOwned + serde::Serialize>(operation: Operation) {
    let inputs = Inputs::new();
    for input in [inputs.smallest(operation.input()), inputs.fullest(operation.input())] {
        let Value::Object(map) = input else { unreachable!("inputs are structures") };
        assert_eq!(check_types(operation.input(), &map), Ok(()), "{}", operation.name());
        assert_eq!(check_constraints(operation.input(), &map), Ok(()), "{}", operation.name());
        let shape: T = decode(map.clone()).unwrap();
        assert_eq!(serde_json::to_value(shape).unwrap(), Value::Object(map), "{}", operation.name());
    }
}

/// The names of the shapes' fields on the wire are those of the constraints, smallest and fullest.
#[test]
fn what_passes_the_checks_decodes_and_encodes_to_itself() {
    macro_rules! ask {
        ($($operation:ident $shape:ident),*) => { $(decodes::<shapes::$shape>(Operation::$operation);)* };
    }
    ask!(
        AddCustomAttributes AddCustomAttributesRequest,
        AddUserPoolClientSecret AddUserPoolClientSecretRequest,
        AdminAddUserToGroup AdminAddUserToGroupRequest,
        AdminConfirmSignUp AdminConfirmSignUpRequest,
        AdminCreateUser AdminCreateUserRequest,
        AdminDeleteSoftwareToken AdminDeleteSoftwareTokenRequest,
        AdminDeleteUser AdminDeleteUserRequest,
        AdminDeleteUserAttributes AdminDeleteUserAttributesRequest,
        AdminDisableProviderForUser AdminDisableProviderForUserRequest,
        AdminDisableUser AdminDisableUserRequest,
        AdminEnableUser AdminEnableUserRequest,
        AdminForgetDevice AdminForgetDeviceRequest,
        AdminGetDevice AdminGetDeviceRequest,
        AdminGetUser AdminGetUserRequest,
        AdminGetUserAuthFactors AdminGetUserAuthFactorsRequest,
        AdminInitiateAuth AdminInitiateAuthRequest,
        AdminLinkProviderForUser AdminLinkProviderForUserRequest,
        AdminListDevices AdminListDevicesRequest,
        AdminListGroupsForUser AdminListGroupsForUserRequest,
        AdminListUserAuthEvents AdminListUserAuthEventsRequest,
        AdminListUserSessions AdminListUserSessionsRequest,
        AdminRemoveUserFromGroup AdminRemoveUserFromGroupRequest,
        AdminResetUserPassword AdminResetUserPasswordRequest,
        AdminRespondToAuthChallenge AdminRespondToAuthChallengeRequest,
        AdminRevokeUserSession AdminRevokeUserSessionRequest,
        AdminSetUserMFAPreference AdminSetUserMFAPreferenceRequest,
        AdminSetUserPassword AdminSetUserPasswordRequest,
        AdminSetUserSettings AdminSetUserSettingsRequest,
        AdminUpdateAuthEventFeedback AdminUpdateAuthEventFeedbackRequest,
        AdminUpdateDeviceStatus AdminUpdateDeviceStatusRequest,
        AdminUpdateUserAttributes AdminUpdateUserAttributesRequest,
        AdminUserGlobalSignOut AdminUserGlobalSignOutRequest,
        AssociateSoftwareToken AssociateSoftwareTokenRequest,
        ChangePassword ChangePasswordRequest,
        CompleteWebAuthnRegistration CompleteWebAuthnRegistrationRequest,
        ConfirmDevice ConfirmDeviceRequest,
        ConfirmForgotPassword ConfirmForgotPasswordRequest,
        ConfirmSignUp ConfirmSignUpRequest,
        CreateGroup CreateGroupRequest,
        CreateIdentityProvider CreateIdentityProviderRequest,
        CreateManagedLoginBranding CreateManagedLoginBrandingRequest,
        CreateResourceServer CreateResourceServerRequest,
        CreateTerms CreateTermsRequest,
        CreateUserImportJob CreateUserImportJobRequest,
        CreateUserPool CreateUserPoolRequest,
        CreateUserPoolClient CreateUserPoolClientRequest,
        CreateUserPoolDomain CreateUserPoolDomainRequest,
        CreateUserPoolReplica CreateUserPoolReplicaRequest,
        DeleteGroup DeleteGroupRequest,
        DeleteIdentityProvider DeleteIdentityProviderRequest,
        DeleteManagedLoginBranding DeleteManagedLoginBrandingRequest,
        DeleteResourceServer DeleteResourceServerRequest,
        DeleteTerms DeleteTermsRequest,
        DeleteUser DeleteUserRequest,
        DeleteUserAttributes DeleteUserAttributesRequest,
        DeleteUserPool DeleteUserPoolRequest,
        DeleteUserPoolClient DeleteUserPoolClientRequest,
        DeleteUserPoolClientSecret DeleteUserPoolClientSecretRequest,
        DeleteUserPoolDomain DeleteUserPoolDomainRequest,
        DeleteUserPoolReplica DeleteUserPoolReplicaRequest,
        DeleteWebAuthnCredential DeleteWebAuthnCredentialRequest,
        DescribeIdentityProvider DescribeIdentityProviderRequest,
        DescribeManagedLoginBranding DescribeManagedLoginBrandingRequest,
        DescribeManagedLoginBrandingByClient DescribeManagedLoginBrandingByClientRequest,
        DescribeResourceServer DescribeResourceServerRequest,
        DescribeRiskConfiguration DescribeRiskConfigurationRequest,
        DescribeTerms DescribeTermsRequest,
        DescribeTermsByClient DescribeTermsByClientRequest,
        DescribeUserImportJob DescribeUserImportJobRequest,
        DescribeUserPool DescribeUserPoolRequest,
        DescribeUserPoolClient DescribeUserPoolClientRequest,
        DescribeUserPoolDomain DescribeUserPoolDomainRequest,
        ForgetDevice ForgetDeviceRequest,
        ForgotPassword ForgotPasswordRequest,
        GetCSVHeader GetCSVHeaderRequest,
        GetClientToken GetClientTokenRequest,
        GetDerivedToken GetDerivedTokenRequest,
        GetDevice GetDeviceRequest,
        GetGroup GetGroupRequest,
        GetIdentityProviderByIdentifier GetIdentityProviderByIdentifierRequest,
        GetLogDeliveryConfiguration GetLogDeliveryConfigurationRequest,
        GetProvisionedLimit GetProvisionedLimitRequest,
        GetSigningCertificate GetSigningCertificateRequest,
        GetTokensFromRefreshToken GetTokensFromRefreshTokenRequest,
        GetUICustomization GetUICustomizationRequest,
        GetUser GetUserRequest,
        GetUserAttributeVerificationCode GetUserAttributeVerificationCodeRequest,
        GetUserAuthFactors GetUserAuthFactorsRequest,
        GetUserPoolClientSessionConfiguration GetUserPoolClientSessionConfigurationRequest,
        GetUserPoolMfaConfig GetUserPoolMfaConfigRequest,
        GetUserPoolSessionConfiguration GetUserPoolSessionConfigurationRequest,
        GlobalSignOut GlobalSignOutRequest,
        InitiateAuth InitiateAuthRequest,
        ListDevices ListDevicesRequest,
        ListGroups ListGroupsRequest,
        ListIdentityProviders ListIdentityProvidersRequest,
        ListResourceServers ListResourceServersRequest,
        ListTagsForResource ListTagsForResourceRequest,
        ListTerms ListTermsRequest,
        ListUserImportJobs ListUserImportJobsRequest,
        ListUserPoolClientSecrets ListUserPoolClientSecretsRequest,
        ListUserPoolClients ListUserPoolClientsRequest,
        ListUserPoolReplicas ListUserPoolReplicasRequest,
        ListUserPools ListUserPoolsRequest,
        ListUserSessions ListUserSessionsRequest,
        ListUsers ListUsersRequest,
        ListUsersInGroup ListUsersInGroupRequest,
        ListWebAuthnCredentials ListWebAuthnCredentialsRequest,
        ResendConfirmationCode ResendConfirmationCodeRequest,
        RespondToAuthChallenge RespondToAuthChallengeRequest,
        RevokeToken RevokeTokenRequest,
        RevokeUserSession RevokeUserSessionRequest,
        SetLogDeliveryConfiguration SetLogDeliveryConfigurationRequest,
        SetRiskConfiguration SetRiskConfigurationRequest,
        SetUICustomization SetUICustomizationRequest,
        SetUserMFAPreference SetUserMFAPreferenceRequest,
        SetUserPoolClientSessionConfiguration SetUserPoolClientSessionConfigurationRequest,
        SetUserPoolMfaConfig SetUserPoolMfaConfigRequest,
        SetUserPoolSessionConfiguration SetUserPoolSessionConfigurationRequest,
        SetUserSettings SetUserSettingsRequest,
        SignUp SignUpRequest,
        StartUserImportJob StartUserImportJobRequest,
        StartWebAuthnRegistration StartWebAuthnRegistrationRequest,
        StopUserImportJob StopUserImportJobRequest,
        TagResource TagResourceRequest,
        UntagResource UntagResourceRequest,
        UpdateAuthEventFeedback UpdateAuthEventFeedbackRequest,
        UpdateDeviceStatus UpdateDeviceStatusRequest,
        UpdateGroup UpdateGroupRequest,
        UpdateIdentityProvider UpdateIdentityProviderRequest,
        UpdateManagedLoginBranding UpdateManagedLoginBrandingRequest,
        UpdateProvisionedLimit UpdateProvisionedLimitRequest,
        UpdateResourceServer UpdateResourceServerRequest,
        UpdateTerms UpdateTermsRequest,
        UpdateUserAttributes UpdateUserAttributesRequest,
        UpdateUserPool UpdateUserPoolRequest,
        UpdateUserPoolClient UpdateUserPoolClientRequest,
        UpdateUserPoolDomain UpdateUserPoolDomainRequest,
        UpdateUserPoolReplica UpdateUserPoolReplicaRequest,
        VerifySoftwareToken VerifySoftwareTokenRequest,
        VerifyUserAttribute VerifyUserAttributeRequest
    );
}

#[test]
fn faults_of_decoding_are_serialization_faults() {
    let fault = decode::<shapes::SignUpRequest>(Map::from_iter([("ClientId".to_owned(), json!(1))]));
    assert!(fault.is_err());
}
