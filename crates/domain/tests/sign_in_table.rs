//! The tables of `docs/sign-in.md`: which challenges come, by flow, state of the user and MFA setting, and toward which
//! level. They are made from a walk of the machine; `UPDATE_DOCS=1 cargo test -p domain --test sign_in_table` writes it anew.
#![allow(clippy::unwrap_used, reason = "a broken set-up must fail the test")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use domain::acr::{Goal, Level, Method, Methods};
use domain::auth::walk::{Move, Outcome, Transition, credited, walk};
use domain::auth::{Attempt, Choice, Facts, FirstFactor, Step, available, reachable};
use domain::factors::{Factor, Factors};
use domain::ids::{AccountId, PoolId, Region, UserId};
use domain::message::Medium;
use domain::pool::{MfaSettings, settings};
use domain::time::Time;
use domain::user::UserStatus;
use domain::{Error, Pool, User};
use wire::cognito_idp::shapes::{
    AuthFactorType, ChallengeNameType, CreateUserPoolRequest, DeviceConfigurationType, EmailMfaConfigType,
    SignInPolicyType, SmsConfigurationType, SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolPolicyType,
};

const NOW: Time = Time::from_secs(1000);
const BEGIN: &str = "<!-- walked -->\n";
const END: &str = "<!-- /walked -->\n";

/// What the user has of the factors that the pool offers, and whether it chose it.
struct Setting {
    title: &'static str,
    mfa: UserPoolMfaType,
    has: &'static [Factor],
    chose: &'static [Factor],
}

const SETTINGS: [Setting; 7] = [
    Setting { title: "OFF", mfa: UserPoolMfaType::Off, has: &Factor::ALL, chose: &Factor::ALL },
    Setting { title: "OPTIONAL, none chosen", mfa: UserPoolMfaType::Optional, has: &Factor::ALL, chose: &[] },
    Setting {
        title: "OPTIONAL, one chosen (SMS)",
        mfa: UserPoolMfaType::Optional,
        has: &Factor::ALL,
        chose: &[Factor::Sms],
    },
    Setting {
        title: "OPTIONAL, two chosen, none preferred",
        mfa: UserPoolMfaType::Optional,
        has: &Factor::ALL,
        chose: &[Factor::Sms, Factor::SoftwareToken],
    },
    Setting { title: "ON, the user has none", mfa: UserPoolMfaType::On, has: &[], chose: &[] },
    Setting {
        title: "ON, a software token",
        mfa: UserPoolMfaType::On,
        has: &[Factor::SoftwareToken],
        chose: &[],
    },
    Setting {
        title: "ON, phone number and e-mail",
        mfa: UserPoolMfaType::On,
        has: &[Factor::Sms, Factor::Email],
        chose: &[],
    },
];

/// How a sign-in begins, and what the user shows to begin with.
struct Flow {
    title: &'static str,
    start: Step,
    device: bool,
}

const FLOWS: [Flow; 6] = [
    Flow {
        title: "USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, and USER_AUTH by PASSWORD",
        start: Step::Password,
        device: false,
    },
    Flow {
        title: "USER_SRP_AUTH, and USER_AUTH by PASSWORD_SRP, once PASSWORD_VERIFIER is answered",
        start: Step::PasswordVerifier,
        device: false,
    },
    Flow {
        title: "either by password, naming a remembered device, `ChallengeRequiredOnNewDevice` true",
        start: Step::Password,
        device: true,
    },
    Flow {
        title: "USER_AUTH by EMAIL_OTP, once the code is right",
        start: Step::Otp(Medium::Email),
        device: false,
    },
    Flow {
        title: "USER_AUTH by WEB_AUTHN, once the passkey has proved itself",
        start: Step::WebAuthn,
        device: false,
    },
    Flow {
        title: "USER_AUTH by the Session of ConfirmSignUp",
        start: Step::SignUpConfirmed(Medium::Email),
        device: false,
    },
];

/// What a user has to reach a level with, where the pool's MFA is OPTIONAL.
struct Means {
    title: &'static str,
    password: bool,
    passkey: bool,
    has: &'static [Factor],
    chose: &'static [Factor],
}

const MEANS: [Means; 6] = [
    Means { title: "a password", password: true, passkey: false, has: &[], chose: &[] },
    Means { title: "an e-mail address", password: false, passkey: false, has: &[Factor::Email], chose: &[] },
    Means {
        title: "a password, a phone number",
        password: true,
        passkey: false,
        has: &[Factor::Sms],
        chose: &[],
    },
    Means {
        title: "a password, a software token",
        password: true,
        passkey: false,
        has: &[Factor::SoftwareToken],
        chose: &[],
    },
    Means {
        title: "a password, a phone number and a software token, both enabled",
        password: true,
        passkey: false,
        has: &[Factor::Sms, Factor::SoftwareToken],
        chose: &[Factor::Sms, Factor::SoftwareToken],
    },
    Means { title: "a password, a passkey", password: true, passkey: true, has: &[], chose: &[] },
];

/// What the access token shows to be done.
const CREDITS: [(&str, Methods); 3] = [
    ("without `ACCESS_TOKEN`", Methods::NONE),
    ("with an `ACCESS_TOKEN` of `pwd`", Methods::NONE.with(Method::Password)),
    ("with an `ACCESS_TOKEN` of `email_otp`", Methods::NONE.with(Method::Email)),
];

fn pool(setting: &Setting, device: bool) -> Pool {
    let factors = [
        AuthFactorType::Password,
        AuthFactorType::EmailOtp,
        AuthFactorType::SmsOtp,
        AuthFactorType::WebAuthn,
    ];
    let policy = SignInPolicyType { allowed_first_auth_factors: Some(factors.into()) };
    let request = CreateUserPoolRequest {
        pool_name: "table".into(),
        mfa_configuration: Some(setting.mfa),
        sms_configuration: Some(SmsConfigurationType::default()),
        policies: Some(UserPoolPolicyType { sign_in_policy: Some(policy), ..Default::default() }),
        device_configuration: device.then(|| DeviceConfigurationType {
            challenge_required_on_new_device: Some(true),
            ..Default::default()
        }),
        ..Default::default()
    };
    Pool {
        id: PoolId::new("eu-west-1_table"),
        account: AccountId::new("000000000000"),
        region: Region::new("eu-west-1"),
        issuer: String::new(),
        settings: settings::create(request).unwrap(),
        mfa: MfaSettings {
            sms: true,
            software_token: Some(SoftwareTokenMfaConfigType { enabled: Some(true) }),
            email: Some(EmailMfaConfigType::default()),
            web_authn: None,
        },
        session_tracking: Default::default(),
        version: 1,
        created_at: NOW,
        modified_at: NOW,
    }
}

fn user(setting: &Setting, status: UserStatus) -> User {
    let mut factors =
        Factors { has_software_token: setting.has.contains(&Factor::SoftwareToken), ..Factors::default() };
    for factor in setting.chose {
        factors.choose(*factor, true);
    }
    let addresses = [(Factor::Sms, "phone_number"), (Factor::Email, "email")];
    let has = addresses.into_iter().filter(|(factor, _)| setting.has.contains(factor));
    User {
        id: UserId::new("u"),
        username: "u".into(),
        status,
        enabled: true,
        attributes: has.map(|(_, name)| (name.to_owned(), "x".to_owned())).collect(),
        pending: Default::default(),
        factors,
        version: 1,
        credential_version: 1,
        created_at: NOW,
        modified_at: NOW,
    }
}

/// Every way from the first proof to an end, as the names of the challenges on it.
fn ways(flow: &Flow, setting: &Setting, status: UserStatus) -> BTreeSet<String> {
    let (pool, user) = (pool(setting, flow.device), user(setting, status));
    let facts = Facts {
        pool: &pool,
        user: &user,
        has_password: true,
        temporary_until: Some(Time::from_secs(2000)),
        has_passkey: true,
        device: flow.device,
        goal: Goal::default(),
        now: NOW,
    };
    let mut found = BTreeSet::new();
    // This Session counts where its code is a first factor, and is worth nothing elsewhere.
    if let Step::SignUpConfirmed(medium) = flow.start
        && !available(&facts).contains(&FirstFactor::by_code(medium))
    {
        found.insert("*as without it*".to_owned());
        return found;
    }
    let transitions = walk(&facts, Attempt::at(flow.start));
    follow(&transitions, Attempt::at(flow.start), &mut Vec::new(), &mut found);
    found
}

fn follow(
    transitions: &[Transition],
    from: Attempt,
    path: &mut Vec<&'static str>,
    found: &mut BTreeSet<String>,
) {
    for transition in transitions.iter().filter(|transition| transition.from == from) {
        let end = match &transition.to {
            Outcome::Waits(state) => {
                let name = state.attempt.step.challenge().unwrap().as_str();
                let again = path.last() == Some(&name);
                if !again {
                    path.push(name);
                }
                follow(transitions, state.attempt, path, found);
                if !again {
                    path.pop();
                }
                continue;
            }
            Outcome::Granted { .. } => "tokens".to_owned(),
            Outcome::Denied(error) => refusal(error).to_owned(),
            Outcome::Refused(_) => continue,
        };
        let mut way: Vec<&str> = path.clone();
        way.push(&end);
        found.insert(way.join(" → "));
    }
}

/// Every way from SELECT_CHALLENGE, or from the password of the token, to an end.
fn ways_toward(means: &Means, target: Level, credit: Methods) -> BTreeSet<String> {
    let setting = Setting { title: "", mfa: UserPoolMfaType::Optional, has: means.has, chose: means.chose };
    let (pool, mut user) = (pool(&setting, false), user(&setting, UserStatus::Confirmed));
    for name in ["phone_number", "email"] {
        if user.attributes.contains_key(name) {
            user.attributes.insert(format!("{name}_verified"), "true".to_owned());
        }
    }
    let goal = Goal { target: Some(target), credit };
    let facts = Facts {
        has_password: means.password,
        has_passkey: means.passkey,
        goal,
        ..Facts::of(&pool, &user, NOW)
    };
    let mut found = BTreeSet::new();
    if !goal.is_beyond(credit) {
        found.insert(refusal(&Error::AcrAlreadyReached).to_owned());
    } else if !reachable(&facts) {
        found.insert(refusal(&Error::AcrOutOfReach).to_owned());
    }
    let start = if available(&facts).is_empty() { None } else { Some(Attempt::at(Step::SelectChallenge)) };
    for start in start.into_iter().chain(credited(&facts)).filter(|_| found.is_empty()).collect::<Vec<_>>() {
        let mut path: Vec<&str> = start.step.challenge().map(ChallengeNameType::as_str).into_iter().collect();
        // SRP takes the same way as the password in plain.
        path.retain(|name| *name != "SELECT_CHALLENGE");
        let mut transitions = walk(&facts, start);
        transitions.retain(|t| t.by != Move::Choose(Choice::First(FirstFactor::PasswordSrp)));
        follow(&transitions, start, &mut path, &mut found);
    }
    found
}

fn levels() -> String {
    let mut text = String::new();
    for (title, credit) in CREDITS {
        writeln!(text, "\n### USER_AUTH with `TARGET_ACR_VALUES`, {title}\n").unwrap();
        writeln!(text, "| the user has | {} |", Level::ALL.map(Level::default_name).join(" | ")).unwrap();
        writeln!(text, "|---{}|", "|---".repeat(Level::ALL.len())).unwrap();
        for means in &MEANS {
            let cells = Level::ALL.map(|target| {
                let ways: Vec<String> = ways_toward(means, target, credit).into_iter().collect();
                ways.join("<br>")
            });
            writeln!(text, "| {} | {} |", means.title, cells.join(" | ")).unwrap();
        }
    }
    text
}

fn refusal(error: &Error) -> &'static str {
    match error {
        Error::UserNotConfirmed => "*UserNotConfirmedException*",
        Error::PasswordResetRequired => "*PasswordResetRequiredException*",
        Error::IncorrectUsernameOrPassword => "*NotAuthorizedException*",
        Error::NoSecondFactor => "*InvalidParameterException*",
        Error::AcrOutOfReach => "*out of reach*",
        Error::AcrAlreadyReached => "*reached already*",
        other => panic!("the table has no word for {other:?}"),
    }
}

fn table() -> String {
    let mut text = String::new();
    for flow in &FLOWS {
        writeln!(text, "\n### {}\n", flow.title).unwrap();
        writeln!(text, "| MFA | {} |", UserStatus::ALL.map(UserStatus::as_str).join(" | ")).unwrap();
        writeln!(text, "|---{}|", "|---".repeat(UserStatus::ALL.len())).unwrap();
        for setting in &SETTINGS {
            let cells = UserStatus::ALL.map(|status| {
                let ways: Vec<String> = ways(flow, setting, status).into_iter().collect();
                ways.join("<br>")
            });
            writeln!(text, "| {} | {} |", setting.title, cells.join(" | ")).unwrap();
        }
    }
    text.push_str(&levels());
    text.push('\n');
    text
}

#[test]
fn the_documentation_shows_this_machine() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sign-in.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let walked = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{walked}{END}{after}")).unwrap();
    } else {
        assert!(shown == walked, "docs/sign-in.md shows another machine; see the head of this test");
    }
}
