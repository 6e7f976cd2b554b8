//! The values that a policy compares with: read once by the operator's type.

use std::cmp::Ordering;
use std::net::IpAddr;

use data_encoding::BASE64;
use jiff::Timestamp;

use super::operator::{Order, Test};
use crate::context::Context;
use crate::pattern::{Match, Pattern, Reach, Syntax};

/// A value of a condition.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Equals(Pattern),
    EqualsIgnoreCase(Pattern),
    Like(Pattern),
    Arn(Pattern),
    Numeric(Order, Number),
    Date(Order, Timestamp),
    Bool(Pattern),
    Binary(Box<[u8]>),
    IpAddress(Network),
    Null(bool),
}

impl Operand {
    /// The error says what the text should have been.
    pub(crate) fn compile(test: Test, text: &str, variables: bool) -> Result<Self, String> {
        let pattern = |wildcards| {
            Pattern::compile(text, Syntax { wildcards, variables }).map_err(|e| format!("policy text: {e}"))
        };
        Ok(match test {
            Test::Equals => Operand::Equals(pattern(false)?),
            Test::EqualsIgnoreCase => Operand::EqualsIgnoreCase(pattern(false)?),
            Test::Like => Operand::Like(pattern(true)?),
            Test::Arn => compile_arn(text, pattern(true)?)?,
            Test::Numeric(order) => Operand::Numeric(order, Number::parse(text).ok_or("number")?),
            Test::Date(order) => {
                Operand::Date(order, parse_date(text).ok_or("date in ISO 8601 or seconds since 1970")?)
            }
            Test::Bool => match pattern(false)? {
                fixed if !fixed.has_variables() => {
                    let value = parse_bool(text).ok_or("truth value")?;
                    Operand::Bool(Pattern::literal(if value { "true" } else { "false" }))
                }
                variable => Operand::Bool(variable),
            },
            Test::Binary => Operand::Binary(BASE64.decode(text.as_bytes()).map_err(|_| "Base64")?.into()),
            Test::IpAddress => {
                Operand::IpAddress(Network::parse(text).ok_or("address or network in CIDR form")?)
            }
            Test::Null => Operand::Null(parse_bool(text).ok_or("truth value")?),
        })
    }

    /// Whether a value of the request is what this one asks for. A value of another type never is.
    pub(crate) fn matches(&self, value: &str, context: &dyn Context) -> Match {
        match self {
            Operand::Equals(pattern) | Operand::Like(pattern) => pattern.matches(value, Reach::Text, context),
            Operand::EqualsIgnoreCase(pattern) | Operand::Bool(pattern) => {
                pattern.equals_ignoring_case(value, context)
            }
            Operand::Arn(pattern) => pattern.matches(value, Reach::ArnParts, context),
            Operand::Numeric(order, own) => {
                Number::parse(value).and_then(|n| n.compare(*own)).is_some_and(|o| order.admits(o)).into()
            }
            Operand::Date(order, own) => parse_date(value).is_some_and(|d| order.admits(d.cmp(own))).into(),
            Operand::Binary(own) => (value.as_bytes() == &**own).into(),
            Operand::IpAddress(own) => value.parse().is_ok_and(|address| own.contains(address)).into(),
            Operand::Null(_) => Match::No,
        }
    }

    /// Whether this is `Null`'s answer for a key that is absent, or is not.
    pub(crate) fn is_null(&self, absent: bool) -> bool {
        matches!(self, Operand::Null(null) if *null == absent)
    }
}

/// `*`, an ARN whose parts may hold wildcards, or whatever variables make of it.
fn compile_arn(text: &str, pattern: Pattern) -> Result<Operand, String> {
    if text == "*" {
        return Ok(Operand::Like(pattern));
    }
    if pattern.has_variables() || (text.starts_with("arn:") && pattern.is_whole_arn()) {
        return Ok(Operand::Arn(pattern));
    }
    Err("ARN".into())
}

fn parse_bool(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A decimal number, exact as long as it is whole.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) {
            return None;
        }
        match text.parse() {
            Ok(whole) => Some(Number::Whole(whole)),
            Err(_) => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Number::Real),
        }
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        let real = |number| match number {
            Number::Whole(n) => n as f64,
            Number::Real(n) => n,
        };
        match (self, other) {
            (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
            (a, b) => real(a).partial_cmp(&real(b)),
        }
    }
}

/// W3C's profile of ISO 8601 (a year, a month, a day, or a time with its offset), or seconds since 1970.
fn parse_date(text: &str) -> Option<Timestamp> {
    let day = |text: &str| format!("{text}T00:00:00Z").parse().ok();
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.len() {
        0 => None,
        4 if digits => day(&format!("{text}-01-01")),
        _ if digits => text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()),
        7 => day(&format!("{text}-01")),
        10 => day(text),
        _ => text.parse().ok(),
    }
}

/// How many bits of an IPv6 address say that it is an IPv4 address.
const MAPPED: u32 = 96;

/// An address, or all that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
        };
        if prefix > bits {
            return None;
        }
        match address.to_canonical() {
            IpAddr::V4(v4) if address.is_ipv6() && prefix >= MAPPED => {
                Some(Self { address: v4.into(), prefix: prefix - MAPPED })
            }
            _ => Some(Self { address, prefix }),
        }
    }

    /// An IPv4 address that came in IPv6's clothes is still itself.
    fn contains(self, address: IpAddr) -> bool {
        let (own, other, bits): (u128, u128, u32) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        (own ^ other).checked_shr(bits - self.prefix).unwrap_or(0) == 0
    }
}
