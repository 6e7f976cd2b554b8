//! The closed lists: operations and errors.

use wire::authorization::Authorization;
use wire::cognito_idp::{ErrorKind, Operation};
use wire::constraints::{Pattern, Shape};
use wire::quota::QuotaCategory;

macro_rules! service {
    ($test:ident, $module:ident, $prefix:literal, $count:literal) => {
        #[test]
        fn $test() {
            use wire::$module::{Operation, TARGET_PREFIX};
            assert_eq!(TARGET_PREFIX, $prefix);
            assert_eq!(Operation::ALL.len(), $count);
            for operation in Operation::ALL {
                assert_eq!(Operation::from_name(operation.name()), Some(operation));
                assert_eq!(Operation::from_name(&operation.name().to_lowercase()), None);
                assert_eq!(Operation::from_name(&format!("{} ", operation.name())), None);
                patterns(operation.input(), &mut vec![], &mut |pattern| assert!(pattern.compiles()));
                if let Some(output) = operation.output() {
                    patterns(output, &mut vec![], &mut |pattern| {
                        assert!(pattern.compiles(), "{}", pattern.text)
                    });
                }
            }
            assert_eq!(Operation::from_name(""), None);
        }
    };
}

service!(user_pools, cognito_idp, "AWSCognitoIdentityProviderService", 141);
service!(identity_pools, cognito_identity, "AWSCognitoIdentityService", 23);
service!(web_acls, wafv2, "AWSWAF_20190729", 59);

fn patterns(shape: &'static Shape, seen: &mut Vec<*const Shape>, visit: &mut impl FnMut(&Pattern)) {
    if seen.contains(&std::ptr::from_ref(shape)) {
        return;
    }
    seen.push(shape);
    match shape {
        Shape::Structure(members) => members.iter().for_each(|m| patterns(m.shape, seen, visit)),
        Shape::List { element, .. } => patterns(element, seen, visit),
        Shape::Map { key, value, .. } => {
            patterns(key, seen, visit);
            patterns(value, seen, visit);
        }
        Shape::String(text) => text.pattern.into_iter().for_each(visit),
        _ => {}
    }
}

#[test]
fn thirteen_operations_have_no_output() {
    assert_eq!(Operation::ALL.iter().filter(|o| o.output().is_none()).count(), 13);
    assert!(Operation::DeleteUser.output().is_none() && Operation::ChangePassword.output().is_some());
}

#[test]
fn who_may_call_and_which_quota_it_draws_on() {
    for (operation, authorization, quota) in [
        (Operation::AdminCreateUser, Authorization::Iam, Some(QuotaCategory::UserCreation)),
        (Operation::SignUp, Authorization::Public, Some(QuotaCategory::UserCreation)),
        (Operation::GetUser, Authorization::AccessToken, Some(QuotaCategory::UserRead)),
        (
            Operation::AssociateSoftwareToken,
            Authorization::AccessTokenOrSession,
            Some(QuotaCategory::UserResourceUpdate),
        ),
        (
            Operation::VerifySoftwareToken,
            Authorization::AccessTokenOrSession,
            Some(QuotaCategory::UserResourceUpdate),
        ),
        (Operation::RespondToAuthChallenge, Authorization::Session, Some(QuotaCategory::UserAuthentication)),
        (Operation::RevokeToken, Authorization::RefreshToken, Some(QuotaCategory::UserToken)),
        (
            Operation::GetTokensFromRefreshToken,
            Authorization::RefreshToken,
            Some(QuotaCategory::UserAuthentication),
        ),
        (Operation::GetClientToken, Authorization::ClientSecret, Some(QuotaCategory::ClientAuthentication)),
        (Operation::GetDerivedToken, Authorization::IamOrClientSecret, None),
        (
            Operation::UpdateAuthEventFeedback,
            Authorization::FeedbackToken,
            Some(QuotaCategory::UserResourceUpdate),
        ),
        (Operation::UpdateProvisionedLimit, Authorization::Iam, Some(QuotaCategory::LimitManagement)),
    ] {
        assert_eq!(
            (operation.authorization(), operation.quota()),
            (authorization, quota),
            "{}",
            operation.name()
        );
    }
}

/// What authorizes an operation is a member of its input.
#[test]
fn the_proof_has_a_member() {
    let has = |o: &Operation, name: &str| matches!(o.input(), Shape::Structure(m) if m.iter().any(|m| m.name == name));
    for operation in Operation::ALL {
        let member = match operation.authorization() {
            Authorization::Iam | Authorization::IamOrClientSecret => continue,
            Authorization::Public | Authorization::ClientSecret => "ClientId",
            Authorization::AccessToken | Authorization::AccessTokenOrSession => "AccessToken",
            Authorization::Session => "Session",
            Authorization::RefreshToken if operation == Operation::RevokeToken => "Token",
            Authorization::RefreshToken => "RefreshToken",
            Authorization::FeedbackToken => "FeedbackToken",
        };
        assert!(has(&operation, member), "{} has no {member}", operation.name());
    }
}

#[test]
fn errors_are_those_of_the_model() {
    assert!(Operation::SignUp.errors().contains(&ErrorKind::UsernameExistsException));
    assert!(!Operation::GetUser.errors().contains(&ErrorKind::UsernameExistsException));
    assert_eq!(ErrorKind::EnableSoftwareTokenMFAException.as_str(), "EnableSoftwareTokenMFAException");
    assert!(ErrorKind::InternalErrorException.is_fault() && !ErrorKind::NotAuthorizedException.is_fault());
}
