//! What must be reached, beside what was measured.

use serde::Serialize;

use crate::floors::Floors;
use crate::report::Report;
use crate::{operations as op, sign_ins};

#[derive(Debug, Clone, Serialize)]
pub struct Bar {
    pub what: String,
    pub measured: f64,
    /// What `measured` is divided by; 1 where the bar is absolute.
    pub floor: f64,
    pub unit: &'static str,
    pub ratio: f64,
    pub bar: f64,
    pub held: bool,
}

fn bar(what: impl Into<String>, measured: f64, floor: f64, unit: &'static str, bar: f64) -> Bar {
    let ratio = measured / floor;
    Bar { what: what.into(), measured, floor, unit, ratio, bar, held: ratio <= bar }
}

/// Every bar, the ratios first.
pub fn of(report: &Report) -> Vec<Bar> {
    let f = &report.floors;
    let cpu = |name: &str| report.cpu(name);
    let making_a_user = f.argon2id + f.exponentiation;
    let mut bars = vec![
        bar(
            "refresh, rotating: two signatures + echo + two point reads + one durable batch",
            cpu(op::ROTATE),
            f.rotate,
            "µs",
            1.2,
        ),
        bar(
            "refresh, not rotating, which writes nothing: the same without the batch",
            cpu(op::REFRESH),
            f.refresh,
            "µs",
            1.2,
        ),
        bar(
            "sign-in by SRP: two signatures + three exponentiations",
            cpu(op::SRP),
            f.srp_sign_in,
            "µs",
            1.25,
        ),
        bar(
            "sign-in by password: hash + two signatures",
            cpu(op::PASSWORD_SIGN_IN),
            f.argon2id + 2.0 * f.rsa_sign,
            "µs",
            1.15,
        ),
        bar(
            "GetUser: echo + one RSA verification + two point reads",
            cpu(op::GET_USER),
            f.get_user,
            "µs",
            1.5,
        ),
        bar(
            "SignUp bound by hashing: hash + verifier are most of it",
            cpu(op::SIGN_UP),
            making_a_user,
            "µs",
            2.0,
        ),
        bar(
            "AdminCreateUser bound by hashing: hash + verifier are most of it",
            cpu(op::ADMIN_CREATE_USER),
            making_a_user,
            "µs",
            2.0,
        ),
    ];
    bars.extend(more_than_a_password(report, f));
    if let Some((small, larger)) = report.scale.split_first() {
        for large in larger {
            let mut compare = |what: &str, large_cpu: f64, small_cpu: f64, limit: f64| {
                let what = format!("{what}, {} users against {}", large.users, small.users);
                bars.push(bar(what, large_cpu, small_cpu, "µs", limit));
            };
            compare("sign-in by SRP", large.sign_in.cpu_us, small.sign_in.cpu_us, 1.2);
            compare("GetUser", large.get_user.cpu_us, small.get_user.cpu_us, 1.2);
            compare("AdminGetUser", large.admin_get_user.cpu_us, small.admin_get_user.cpu_us, 1.2);
            compare("ListUsers page", large.list_users.cpu_us, small.list_users.cpu_us, 2.0);
        }
    }
    let resting = format!("resident memory {} s after 1,000 sign-ins", report.memory.after_seconds);
    bars.push(bar("cold start, median", report.cold_start.median_ms, 1.0, "ms", 50.0));
    bars.push(bar(resting, report.memory.resting_mib, 1.0, "MiB", 40.0));
    bars.push(bar("binary", report.binary_bytes as f64 / 1_048_576.0, 1.0, "MiB", 30.0));
    bars
}

/// Those with more than a password, beside the sum of their cryptography. Each challenge is sealed and opened once.
fn more_than_a_password(report: &Report, f: &Floors) -> [Bar; 4] {
    let tokens = 2.0 * f.rsa_sign;
    let [sent, given] = sign_ins::EMAIL_OTP;
    [
        bar(
            "TOTP sign-in: two signatures + three exponentiations + TOTP check + two sealings",
            report.cpu(sign_ins::TOTP),
            f.srp_sign_in + f.totp + 2.0 * f.sealing,
            "µs",
            1.3,
        ),
        bar(
            "e-mail OTP sign-in: two signatures + two HMACs + one sealing",
            report.cpu(sent) + report.cpu(given),
            tokens + 2.0 * f.hmac + f.sealing,
            "µs",
            1.3,
        ),
        bar(
            "device sign-in: two signatures + six exponentiations + three sealings",
            report.cpu(sign_ins::DEVICE),
            f.srp_sign_in + 3.0 * f.exponentiation + 3.0 * f.sealing,
            "µs",
            1.3,
        ),
        bar(
            "passkey sign-in: two signatures + one ES256 verification + one sealing",
            report.cpu(sign_ins::PASSKEY),
            tokens + f.es256_verify + f.sealing,
            "µs",
            1.3,
        ),
    ]
}
