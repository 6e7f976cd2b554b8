//! Whatever is answered, in whatever order: tokens come only with every proof that pool and user demand.

mod goal;
mod offers;

use wire::cognito_idp::shapes::{
    AuthFactorType, DeviceConfigurationType, EmailMfaConfigType, SignInPolicyType, SmsConfigurationType,
    SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolPolicyType, UserPoolType, WebAuthnConfigurationType,
    WebAuthnFactorConfigurationType,
};

use super::walk::{Move, Outcome, Transition, walk};
use super::*;
use crate::factors::Factors;
use crate::ids::{AccountId, PoolId, Region, UserId};
use crate::message::Medium;
use crate::pool::MfaSettings;
use crate::session_tracking::SessionTracking;

const NOW: Time = Time::from_secs(1000);

/// Subsets of the second factors: SMS, software token, e-mail.
const SUBSETS: [[bool; 3]; 8] = [
    [false, false, false],
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [true, true, false],
    [true, false, true],
    [false, true, true],
    [true, true, true],
];

fn pool(mfa: UserPoolMfaType, offered: [bool; 3], passkeys_count_twice: bool, device: Option<bool>) -> Pool {
    let factors = vec![
        AuthFactorType::Password,
        AuthFactorType::EmailOtp,
        AuthFactorType::SmsOtp,
        AuthFactorType::WebAuthn,
    ];
    let policy = SignInPolicyType { allowed_first_auth_factors: Some(factors) };
    let [sms, software_token, email] = offered;
    Pool {
        id: PoolId::new("eu-west-1_x"),
        account: AccountId::new("000000000000"),
        region: Region::new("eu-west-1"),
        issuer: String::new(),
        settings: UserPoolType {
            mfa_configuration: Some(mfa),
            sms_configuration: Some(SmsConfigurationType::default()),
            policies: Some(UserPoolPolicyType { sign_in_policy: Some(policy), ..Default::default() }),
            device_configuration: device.map(|replaces| DeviceConfigurationType {
                challenge_required_on_new_device: Some(replaces),
                ..Default::default()
            }),
            ..Default::default()
        },
        mfa: MfaSettings {
            sms,
            software_token: software_token.then_some(SoftwareTokenMfaConfigType { enabled: Some(true) }),
            email: email.then(EmailMfaConfigType::default),
            web_authn: passkeys_count_twice.then(|| WebAuthnConfigurationType {
                factor_configuration: Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification),
                ..Default::default()
            }),
        },
        session_tracking: SessionTracking::default(),
        version: 1,
        created_at: NOW,
        modified_at: NOW,
    }
}

fn user(status: UserStatus, enabled: bool, has: [bool; 3], chose: [bool; 3]) -> User {
    let mut user = User {
        id: UserId::new("u"),
        username: "u".into(),
        status,
        enabled,
        attributes: Default::default(),
        pending: Default::default(),
        factors: Factors {
            sms: chose[0],
            software_token: chose[1],
            email: chose[2],
            has_software_token: has[1],
            ..Factors::default()
        },
        version: 1,
        credential_version: 1,
        created_at: NOW,
        modified_at: NOW,
    };
    for (has, name) in [(has[0], "phone_number"), (has[2], "email")] {
        if has {
            user.attributes.insert(name.into(), "x".into());
        }
    }
    user
}

/// Every world of pool, user and circumstances, given to `check`.
fn worlds(mut check: impl FnMut(&Facts<'_>)) {
    for mfa in [UserPoolMfaType::Off, UserPoolMfaType::Optional, UserPoolMfaType::On] {
        for offered in SUBSETS {
            for has in SUBSETS {
                for chose in SUBSETS {
                    for (circumstances, status) in UserStatus::ALL.into_iter().cycle().take(40).enumerate() {
                        let bit = |n: usize| (circumstances / 5) >> n & 1 == 1;
                        let device = bit(1).then_some(bit(0));
                        let pool = pool(mfa, offered, bit(2), device);
                        let mut user = user(status, circumstances != 7, has, chose);
                        user.factors.passkey = bit(0);
                        let chosen = user.factors.chosen().next();
                        user.factors.preferred = chosen.filter(|_| bit(1));
                        check(&Facts {
                            pool: &pool,
                            user: &user,
                            has_password: circumstances % 7 != 0,
                            temporary_until: Some(if bit(2) { NOW } else { Time::from_secs(2000) }),
                            has_passkey: bit(1),
                            device: device.is_some() && bit(2),
                            goal: Goal::default(),
                            now: NOW,
                        });
                    }
                }
            }
        }
    }
}

/// What these worlds ask for, said without the machine.
fn demands(facts: &Facts<'_>, made: &[Proof]) -> std::result::Result<(), &'static str> {
    let (pool, user) = (facts.pool, facts.user);
    let ensure = |holds: bool, what| if holds { Ok(()) } else { Err(what) };
    let made_first: Vec<First> = made
        .iter()
        .filter_map(|proof| match proof {
            Proof::First(first) => Some(*first),
            _ => None,
        })
        .collect();
    let [first] = made_first.as_slice() else { return Err("not exactly one first factor") };
    ensure(user.enabled, "a disabled user")?;
    match user.status {
        UserStatus::Confirmed => {}
        UserStatus::Unconfirmed => ensure(matches!(first, First::Otp(_)), "an unconfirmed user")?,
        UserStatus::ForceChangePassword => {
            ensure(*first == First::Password, "a temporary user without its password")?;
            ensure(made.contains(&Proof::NewPassword), "a temporary password kept")?;
            ensure(facts.temporary_until.is_none_or(|until| NOW < until), "a temporary password expired")?;
        }
        UserStatus::ResetRequired => return Err("a user whose password must be reset"),
        UserStatus::ExternalProvider => return Err("a user of another provider"),
    }
    let offered: Vec<Factor> = pool.second_factors().collect();
    let demanded = match pool.settings.mfa_configuration {
        Some(UserPoolMfaType::On) => true,
        Some(UserPoolMfaType::Optional) => offered.iter().any(|factor| user.factors.chose(*factor)),
        _ => false,
    };
    let there = |factor: &Factor| match factor {
        Factor::Sms => user.attributes.contains_key("phone_number"),
        Factor::Email => user.attributes.contains_key("email"),
        Factor::SoftwareToken => user.factors.has_software_token,
    };
    if demanded {
        let by_factor = made.iter().any(|proof| match proof {
            Proof::Second(factor) => offered.contains(factor) && there(factor),
            Proof::SetUp(factor) => {
                offered.contains(factor) && !there(factor) && pool.mfa_configuration() == UserPoolMfaType::On
            }
            _ => false,
        });
        let by_device = made.contains(&Proof::Device) && facts.device && pool.device_replaces_mfa();
        let by_passkey = matches!(first, First::Passkey { verified: true, .. })
            && pool.passkey_is_multi_factor()
            && user.factors.passkey;
        ensure(
            by_passkey || *first == First::Password && (by_factor || by_device),
            "a second factor that was demanded",
        )?;
    }
    if facts.device && *first == First::Password {
        ensure(made.contains(&Proof::Device), "a device that was named and not proved")?;
    }
    Ok(())
}

const STARTS: [Step; 4] =
    [Step::Password, Step::PasswordVerifier, Step::SelectChallenge, Step::SignUpConfirmed(Medium::Email)];

#[test]
fn tokens_come_only_with_every_proof() {
    let (mut granted, mut denied) = (0u32, 0u32);
    worlds(|facts| {
        for start in STARTS {
            for Transition { from, by, to } in walk(facts, Attempt::at(start)) {
                match to {
                    Outcome::Granted { made, .. } => {
                        granted += 1;
                        if let Err(lacking) = demands(facts, &made) {
                            panic!("tokens in spite of {lacking}: {from:?} {by:?} {made:?} {facts:?}");
                        }
                    }
                    Outcome::Denied(_) => denied += 1,
                    Outcome::Waits(_) | Outcome::Refused(_) => {}
                }
            }
        }
    });
    assert!(granted > 1000 && denied > 1000, "{granted} {denied}");
}

/// Nothing but what an attempt waits for moves it.
#[test]
fn no_step_is_skipped_reordered_or_repeated() {
    worlds(|facts| {
        for start in STARTS {
            for Transition { from, by, to } in walk(facts, Attempt::at(start)) {
                let fits = match by {
                    Move::Prove(proof) => from.step.admits(proof),
                    Move::Choose(Choice::First(_)) => from.step == Step::SelectChallenge,
                    Move::Choose(Choice::SrpHalf) => {
                        matches!(from.step, Step::PasswordSrp | Step::DeviceSrpAuth)
                    }
                    Move::Choose(Choice::Second(_)) => from.step == Step::SelectMfaType,
                    Move::Choose(Choice::SetUp(_)) => from.step == Step::MfaSetup,
                };
                match to {
                    Outcome::Refused(Error::InvalidSession) => assert!(!fits, "{from:?} {by:?}"),
                    Outcome::Refused(_) => assert!(matches!(by, Move::Choose(_)) && fits, "{from:?} {by:?}"),
                    _ => assert!(fits, "{from:?} {by:?}"),
                }
            }
        }
    });
}

/// A step that asks for what the machine will not take leads nowhere: none does, unless it is denied.
#[test]
fn every_challenge_can_be_answered() {
    worlds(|facts| {
        for start in STARTS {
            let transitions = walk(facts, Attempt::at(start));
            for Transition { to, by, .. } in &transitions {
                let Outcome::Waits(state) = to else { continue };
                let answered = transitions
                    .iter()
                    .any(|other| other.from == state.attempt && !matches!(other.to, Outcome::Refused(_)));
                // SMS cannot be set up within a sign-in; the phone number is given beforehand.
                let only_sms = state.attempt.step == Step::MfaSetup
                    && !facts.pool.second_factors().any(|factor| factor != Factor::Sms);
                assert!(answered || only_sms, "{by:?} leads to {:?}", state.attempt);
            }
        }
    });
}

/// Each step admits only what it asks for, and each proof has a step.
#[test]
fn steps_and_proofs_fit_each_other() {
    let proofs: Vec<Proof> = walk::moves()
        .into_iter()
        .filter_map(|by| match by {
            Move::Prove(proof) => Some(proof),
            Move::Choose(_) => None,
        })
        .collect();
    for proof in &proofs {
        let steps: Vec<Step> = Step::ALL.into_iter().filter(|step| step.admits(*proof)).collect();
        let expected = match proof {
            // It comes with an access token and answers nothing.
            Proof::First(First::Credited) | Proof::SetUp(Factor::Sms) => 0,
            Proof::First(First::Password | First::Otp(_)) => 2,
            _ => 1,
        };
        assert_eq!(steps.len(), expected, "{proof:?} {steps:?}");
    }
    for step in Step::ALL {
        let admitted = proofs.iter().filter(|proof| step.admits(**proof)).count();
        let choices = matches!(
            step,
            Step::SelectChallenge
                | Step::PasswordSrp
                | Step::SelectMfaType
                | Step::MfaSetup
                | Step::DeviceSrpAuth
        );
        let expected = if choices {
            0
        } else if step == Step::WebAuthn {
            3
        } else {
            1
        };
        assert_eq!(admitted, expected, "{step:?}");
        assert_eq!(step.challenge().is_none(), matches!(step, Step::SignUpConfirmed(_)));
    }
}

/// Facts about a confirmed user who chose what it has.
fn confirmed<'a>(pool: &'a Pool, user: &'a User) -> Facts<'a> {
    Facts { has_password: true, has_passkey: true, device: true, ..Facts::of(pool, user, NOW) }
}

/// A device proved while its user lost the factor that it stood for does not stand for the set-up of another.
#[test]
fn a_device_stands_for_no_factor_that_is_not_there() {
    let proofs = Proofs { first: Some(First::Password), device: true, ..Proofs::default() };
    let phone = [true, false, false];
    let pool = pool(UserPoolMfaType::On, phone, false, Some(true));
    let has_phone = user(UserStatus::Confirmed, true, phone, phone);
    assert_eq!(next(&confirmed(&pool, &has_phone), proofs), Next::Grant);
    let has_none = user(UserStatus::Confirmed, true, [false; 3], phone);
    assert_eq!(next(&confirmed(&pool, &has_none), proofs), Next::MfaSetup(vec![Factor::Sms]));
}

#[test]
fn a_passkey_that_verified_its_user_is_both_factors_where_both_have_it_so() {
    let phone = [true, false, false];
    let by =
        |verified| Proofs { first: Some(First::Passkey { verified, roaming: false }), ..Proofs::default() };
    for (pool_has, user_has, verified) in
        [(true, true, true), (false, true, true), (true, false, true), (true, true, false)]
    {
        let pool = pool(UserPoolMfaType::On, phone, pool_has, None);
        let mut user = user(UserStatus::Confirmed, true, phone, phone);
        user.factors.passkey = user_has;
        let expected =
            if pool_has && user_has && verified { Next::Grant } else { Next::Deny(Error::NoSecondFactor) };
        let facts = confirmed(&pool, &user);
        assert_eq!(next(&facts, by(verified)), expected, "{pool_has} {user_has} {verified}");
        assert_eq!(available(&facts).contains(&FirstFactor::WebAuthn), pool_has && user_has);
    }
}

/// A code is offered to begin with where its address is there, no second factor is due and the state allows it.
#[test]
fn codes_are_offered_where_they_would_not_be_denied() {
    worlds(|facts| {
        let passwordless = matches!(facts.user.status, UserStatus::Confirmed | UserStatus::Unconfirmed);
        let possible = passwordless && !demanded(facts);
        let ways = available(facts);
        for (factor, attribute) in [(FirstFactor::EmailOtp, "email"), (FirstFactor::SmsOtp, "phone_number")] {
            let expected = possible && facts.user.attributes.contains_key(attribute);
            assert_eq!(ways.contains(&factor), expected, "{facts:?}");
        }
    });
}
