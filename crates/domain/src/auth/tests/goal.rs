//! A level to reach: tokens never come below it, and what an access token shows takes no demand away.

use super::*;
use crate::acr::Level;
use crate::auth::walk::credited;

const PWD: Methods = Methods::NONE.with(Method::Password);

/// Goals, and what an access token could show beside them.
fn goals() -> impl Iterator<Item = Goal> {
    let credits = [
        Methods::NONE,
        PWD,
        PWD.with(Method::Sms),
        PWD.with(Method::SoftwareToken),
        Methods::NONE.with(Method::Email),
        Methods::NONE.with(Method::PlatformPasskey),
    ];
    let toward = |credit| Level::ALL.map(|target| Goal { target: Some(target), credit });
    credits.into_iter().flat_map(toward).chain([Goal::default()])
}

/// Every goal in every world in which it could matter, given to `check`.
fn worlds_with_goals(mut check: impl FnMut(&Facts<'_>)) {
    let states = [UserStatus::Confirmed, UserStatus::Unconfirmed, UserStatus::ForceChangePassword];
    for mfa in [UserPoolMfaType::Off, UserPoolMfaType::Optional, UserPoolMfaType::On] {
        for has in [[false; 3], [true, false, false], [false, true, false], [true; 3]] {
            for chose in [[false; 3], [true, false, false], [false, true, false], [true; 3]] {
                for bits in 0..8u8 {
                    let bit = |n: u8| bits >> n & 1 == 1;
                    let pool = pool(mfa, [true, bit(0), true], bit(1), bit(2).then_some(bit(0)));
                    for status in states {
                        let mut user = user(status, true, has, chose);
                        user.factors.passkey = bit(0);
                        if bit(1) {
                            user.attributes.insert("phone_number_verified".into(), "true".into());
                            user.attributes.insert("email_verified".into(), "true".into());
                        }
                        for goal in goals() {
                            check(&Facts {
                                has_password: !bit(0) || bit(1),
                                has_passkey: bit(2),
                                device: bit(2),
                                goal,
                                ..Facts::of(&pool, &user, NOW)
                            });
                        }
                    }
                }
            }
        }
    }
}

/// What the proofs made in an attempt are worth, said without the machine.
fn methods_of(made: &[Proof]) -> Methods {
    let method = |proof: &Proof| match proof {
        Proof::First(First::Password) => Some(Method::Password),
        Proof::First(First::Otp(Medium::Sms)) | Proof::Second(Factor::Sms) => Some(Method::Sms),
        Proof::First(First::Otp(Medium::Email)) | Proof::Second(Factor::Email) => Some(Method::Email),
        Proof::First(First::Passkey { roaming: false, .. }) => Some(Method::PlatformPasskey),
        Proof::First(First::Passkey { roaming: true, .. }) => Some(Method::RoamingPasskey),
        Proof::Second(Factor::SoftwareToken) => Some(Method::SoftwareToken),
        Proof::First(First::Credited) | Proof::SetUp(_) | Proof::NewPassword | Proof::Device => None,
    };
    made.iter().filter_map(method).collect()
}

fn starts(facts: &Facts<'_>) -> impl Iterator<Item = Attempt> {
    let steps = [Step::Password, Step::SelectChallenge, Step::SignUpConfirmed(Medium::Email)];
    steps.map(Attempt::at).into_iter().chain(credited(facts))
}

#[test]
fn tokens_never_come_below_the_level_to_reach() {
    let (mut granted, mut stepped_up, mut out_of_reach) = (0u32, 0u32, 0u32);
    worlds_with_goals(|facts| {
        for start in starts(facts) {
            for Transition { to, .. } in walk(facts, start) {
                match to {
                    Outcome::Granted { made, proofs } => {
                        granted += 1;
                        let Goal { target, credit } = facts.goal;
                        let all: Methods = methods_of(&made).iter().chain(credit.iter()).collect();
                        assert!(all.level() >= target, "{made:?} {facts:?}");
                        assert_eq!(proofs.methods(credit), all, "{made:?}");
                        if start.proofs.first == Some(First::Credited) {
                            stepped_up += 1;
                            let second = made.iter().any(|proof| matches!(proof, Proof::Second(_)));
                            assert!(second && credit.contains(Method::Password), "{made:?} {facts:?}");
                        } else if let Err(lacking) = demands(facts, &made) {
                            panic!("tokens in spite of {lacking}: {made:?} {facts:?}");
                        }
                    }
                    Outcome::Denied(Error::AcrOutOfReach) => out_of_reach += 1,
                    _ => {}
                }
            }
        }
    });
    assert!(granted > 1000 && stepped_up > 1000 && out_of_reach > 1000);
}

/// What is offered leads there, and what is not offered would not.
#[test]
fn ways_are_offered_that_can_reach_the_level_and_no_others() {
    worlds_with_goals(|facts| {
        let offered = available(facts);
        let without = available(&Facts { goal: Goal::default(), ..*facts });
        for factor in without {
            let start = match Step::of_first(factor) {
                Step::PasswordSrp => Step::PasswordVerifier,
                step => step,
            };
            let ends = walk(facts, Attempt::at(start));
            let arrives = ends.iter().any(|t| matches!(t.to, Outcome::Granted { .. }));
            let too_high = ends.iter().any(|t| matches!(t.to, Outcome::Denied(Error::AcrOutOfReach)));
            // What the token shows to be done is not asked for again.
            let shown = facts.goal.credit.contains(match factor {
                FirstFactor::PasswordSrp | FirstFactor::Password => Method::Password,
                FirstFactor::EmailOtp => Method::Email,
                FirstFactor::SmsOtp => Method::Sms,
                FirstFactor::WebAuthn => Method::PlatformPasskey,
            });
            if shown {
                assert!(!offered.contains(&factor), "{factor:?} {facts:?}");
            } else if offered.contains(&factor) {
                assert!(!too_high, "{factor:?} {facts:?}");
            } else {
                let judged = facts.user.status == UserStatus::Confirmed;
                assert!(!arrives && too_high >= judged, "{factor:?} {facts:?}");
            }
        }
    });
}

/// Nothing is granted for an access token alone, and none but a confirmed user goes on from one.
#[test]
fn credit_alone_is_no_sign_in() {
    worlds_with_goals(|facts| {
        let next = next(facts, Proofs::credited());
        match next {
            Next::Second(_) | Next::SelectMfaType(_) => {
                assert!(facts.goal.credit.contains(Method::Password));
                assert_eq!(facts.user.status, UserStatus::Confirmed);
                assert!(reachable(facts));
            }
            Next::Deny(_) => {}
            other => panic!("{other:?} {facts:?}"),
        }
        let disabled = User { enabled: false, ..facts.user.clone() };
        let denied = super::next(&Facts { user: &disabled, ..*facts }, Proofs::credited());
        assert_eq!(denied, Next::Deny(Error::UserDisabled));
    });
}

/// A goal that is reached anyway changes nothing.
#[test]
fn a_level_that_is_reached_makes_no_step_due() {
    worlds_with_goals(|facts| {
        let plain = Facts { goal: Goal::default(), ..*facts };
        let first = Facts { goal: Goal { target: Some(Level::One), credit: Methods::NONE }, ..*facts };
        assert_eq!(available(&plain), available(&first));
        let password = Proofs { first: Some(First::Password), ..Proofs::default() };
        assert_eq!(next(&plain, password), next(&first, password));
    });
}

fn optional(has: [bool; 3], chose: [bool; 3]) -> (Pool, User) {
    (pool(UserPoolMfaType::Optional, [true; 3], false, None), user(UserStatus::Confirmed, true, has, chose))
}

fn toward<'a>(pool: &'a Pool, user: &'a User, target: Level, credit: Methods) -> Facts<'a> {
    let goal = Goal { target: Some(target), credit };
    Facts { has_password: true, has_passkey: true, goal, ..Facts::of(pool, user, NOW) }
}

/// Of several factors that the user enabled, the one that reaches the level is asked for, preferred or not.
#[test]
fn the_level_decides_among_factors() {
    let (pool, mut user) = optional([true; 3], [true, true, false]);
    user.factors.preferred = Some(Factor::Sms);
    let password = Proofs { first: Some(First::Password), ..Proofs::default() };
    let follows = |target| next(&toward(&pool, &user, target, Methods::NONE), password);
    assert_eq!(follows(Level::Four), Next::Second(Factor::SoftwareToken));
    for target in [Level::One, Level::Two, Level::Three] {
        assert_eq!(follows(target), Next::Second(Factor::Sms), "{target:?}");
    }
}

/// A factor that is demanded is not replaced by one that the user has and did not enable.
#[test]
fn a_demanded_factor_stays_demanded() {
    let (pool, user) = optional([true; 3], [true, false, false]);
    let facts = toward(&pool, &user, Level::Four, Methods::NONE);
    assert!(!reachable(&facts) && available(&facts).is_empty());
    let password = Proofs { first: Some(First::Password), ..Proofs::default() };
    assert_eq!(next(&facts, password), Next::Deny(Error::AcrOutOfReach));
}

/// Factors that nobody demands are asked for where they were proved once and a password cannot be reset by them.
#[test]
fn a_level_can_ask_for_what_is_set_up() {
    use wire::cognito_idp::shapes::{AccountRecoverySettingType, RecoveryOptionNameType, RecoveryOptionType};
    let (mut pool, mut user) = optional([true; 3], [false; 3]);
    let due = |pool: &Pool, user: &User, target| due(&toward(pool, user, target, Methods::NONE), PWD);
    // Addresses are not verified.
    assert_eq!(due(&pool, &user, Level::Three), Due::One(Factor::SoftwareToken));
    user.attributes.insert("phone_number_verified".into(), "true".into());
    user.attributes.insert("email_verified".into(), "true".into());
    assert_eq!(due(&pool, &user, Level::Three), Due::Choice(Factor::ALL.into()));
    assert_eq!(due(&pool, &user, Level::Four), Due::One(Factor::SoftwareToken));
    assert_eq!(due(&pool, &user, Level::One), Due::Nothing);
    let first = RecoveryOptionType { name: RecoveryOptionNameType::VerifiedEmail, priority: 1 };
    let setting = AccountRecoverySettingType { recovery_mechanisms: Some(vec![first]) };
    pool.settings.account_recovery_setting = Some(setting);
    user.factors.has_software_token = false;
    assert_eq!(due(&pool, &user, Level::Three), Due::One(Factor::Sms));
    assert_eq!(due(&pool, &user, Level::Four), Due::OutOfReach);
    pool.settings.mfa_configuration = Some(UserPoolMfaType::Off);
    assert_eq!(due(&pool, &user, Level::Three), Due::OutOfReach);
}

/// Neither a device nor a factor set up within the sign-in raises the level.
#[test]
fn devices_and_new_factors_count_for_no_level() {
    let set_up = Proofs {
        first: Some(First::Password),
        second: Some(Factor::SoftwareToken),
        set_up: true,
        device: true,
        ..Proofs::default()
    };
    assert_eq!(set_up.methods(Methods::NONE), PWD);
    assert_eq!(Proofs { set_up: false, ..set_up }.methods(Methods::NONE), PWD.with(Method::SoftwareToken));
    let phone = [true, false, false];
    let pool = pool(UserPoolMfaType::On, [true; 3], false, Some(true));
    let user = user(UserStatus::Confirmed, true, phone, phone);
    let by_device = Proofs { first: Some(First::Password), device: true, ..Proofs::default() };
    let after =
        |proofs, target| next(&Facts { device: true, ..toward(&pool, &user, target, Methods::NONE) }, proofs);
    let follows = |target| after(by_device, target);
    // It is asked for in place of the factor only where it can take that place.
    let by_password = Proofs { device: false, ..by_device };
    assert_eq!(after(by_password, Level::One), Next::Device);
    assert_eq!(after(by_password, Level::Three), Next::Second(Factor::Sms));
    assert_eq!(follows(Level::One), Next::Grant);
    assert_eq!(follows(Level::Three), Next::Second(Factor::Sms));
    assert_eq!(follows(Level::Four), Next::Deny(Error::AcrOutOfReach));
}

/// A name nobody has is shown the ways of a user who has all second factors and no passkey.
#[test]
fn nobody_is_shown_ways_that_reach_the_level() {
    let toward = |target| Goal { target: Some(target), credit: Methods::NONE };
    let passwords = [FirstFactor::PasswordSrp, FirstFactor::Password];
    let codes = [FirstFactor::EmailOtp, FirstFactor::SmsOtp];
    let optional = pool(UserPoolMfaType::Optional, [true; 3], false, None);
    for (target, with_codes) in
        [(Level::One, true), (Level::Two, true), (Level::Three, false), (Level::Four, false)]
    {
        let mut expected = passwords.to_vec();
        expected.extend(codes.into_iter().filter(|_| with_codes));
        assert_eq!(simulated(&optional, toward(target)), expected, "{target:?}");
    }
    let off = pool(UserPoolMfaType::Off, [true; 3], false, None);
    assert_eq!(simulated(&off, toward(Level::Two)), codes);
    assert_eq!(simulated(&off, toward(Level::Three)), []);
    let on = pool(UserPoolMfaType::On, [true, false, false], false, None);
    assert_eq!(simulated(&on, toward(Level::Three)), passwords);
    assert_eq!(simulated(&on, toward(Level::Four)), []);
}

/// One second factor follows a password: where it is not enough, no other makes up for it.
#[test]
fn a_second_factor_is_not_followed_by_a_third() {
    let (pool, user) = optional([true; 3], [true, true, false]);
    let facts = toward(&pool, &user, Level::Four, Methods::NONE);
    let after = |factor, set_up| {
        let first = Some(First::Password);
        next(&facts, Proofs { first, second: Some(factor), set_up, ..Proofs::default() })
    };
    assert_eq!(after(Factor::SoftwareToken, false), Next::Grant);
    assert_eq!(after(Factor::Sms, false), Next::Deny(Error::AcrOutOfReach));
    assert_eq!(after(Factor::SoftwareToken, true), Next::Deny(Error::AcrOutOfReach));
}
