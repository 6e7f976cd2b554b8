//! `Debug` shows no secret; the wire shows all.

use std::collections::BTreeMap;

use wire::cognito_idp::shapes::{
    AttributeType, AuthFlowType, AuthenticationResultType, ConfirmSignUpRequest,
    CreateIdentityProviderRequest, InitiateAuthRequest, InitiateAuthResponse, SignUpRequest,
    UserContextDataType,
};
use wire::{Blob, Timestamp};

const SECRET: &str = "hunter2";

#[track_caller]
fn hides<T: std::fmt::Debug + serde::Serialize>(value: &T) {
    let shown = format!("{value:?} {value:#?}");
    assert!(serde_json::to_string(value).unwrap().contains(SECRET));
    assert!(!shown.contains(SECRET) && shown.contains("<redacted>"), "{shown}");
}

fn secret() -> Option<String> {
    Some(SECRET.to_owned())
}

#[test]
fn passwords_tokens_codes_and_secrets_are_redacted() {
    let map = || BTreeMap::from([("K".to_owned(), SECRET.to_owned())]);
    hides(&SignUpRequest { password: secret(), ..Default::default() });
    hides(&SignUpRequest {
        user_attributes: Some(vec![AttributeType { name: "email".into(), value: secret() }]),
        ..Default::default()
    });
    hides(&SignUpRequest {
        user_context_data: Some(UserContextDataType { encoded_data: secret(), ..Default::default() }),
        ..Default::default()
    });
    hides(&InitiateAuthRequest { auth_parameters: Some(map()), ..Default::default() });
    let tokens =
        AuthenticationResultType { access_token: secret(), expires_in: Some(3600), ..Default::default() };
    hides(&tokens);
    hides(&InitiateAuthResponse { authentication_result: Some(tokens), ..Default::default() });
    hides(&InitiateAuthResponse { session: secret(), ..Default::default() });
    hides(&InitiateAuthResponse { challenge_parameters: Some(map()), ..Default::default() });
    hides(&ConfirmSignUpRequest { confirmation_code: SECRET.to_owned(), ..Default::default() });
    hides(&CreateIdentityProviderRequest { provider_details: map(), ..Default::default() });
}

#[test]
fn what_is_not_secret_is_shown_and_what_is_absent_is_seen_to_be() {
    let result =
        AuthenticationResultType { access_token: secret(), expires_in: Some(3600), ..Default::default() };
    let shown = format!("{result:?}");
    assert!(
        shown.contains("access_token: Some(<redacted>)") && shown.contains("expires_in: Some(3600)"),
        "{shown}"
    );
    assert!(shown.contains("refresh_token: None"), "{shown}");
}

#[test]
fn enumerations_are_written_as_aws_writes_them() {
    for value in AuthFlowType::ALL {
        assert_eq!(value.as_str().parse(), Ok(*value));
        assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
        assert_eq!(serde_json::from_value::<AuthFlowType>(value.as_str().into()).unwrap(), *value);
    }
    assert_eq!("user_srp_auth".parse::<AuthFlowType>(), Err(wire::UnknownValue));
}

#[test]
fn scalars() {
    for (millis, text) in
        [(0, "0"), (-1500, "-1.5"), (1_700_000_000_000, "1700000000"), (1_700_000_000_001, "1700000000.001")]
    {
        assert_eq!(serde_json::to_string(&Timestamp(millis)).unwrap(), text);
        assert_eq!(serde_json::from_str::<Timestamp>(text).unwrap(), Timestamp(millis));
    }
    assert_eq!(serde_json::from_str::<Timestamp>("1.7e9").unwrap(), Timestamp(1_700_000_000_000));
    for text in ["1e300", "\"2024-01-01T00:00:00Z\"", "null"] {
        assert!(serde_json::from_str::<Timestamp>(text).is_err(), "{text}");
    }
    assert_eq!(serde_json::to_string(&Blob(vec![0, 255])).unwrap(), "\"AP8=\"");
    assert_eq!(serde_json::from_str::<Blob>("\"AP8=\"").unwrap(), Blob(vec![0, 255]));
    for text in ["\"AP8\"", "\"A P8=\"", "\"AP_8\"", "1"] {
        assert!(serde_json::from_str::<Blob>(text).is_err(), "{text}");
    }
}
