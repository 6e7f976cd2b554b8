//! The rules a shape sets for its own value, each with AWS's words for it.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use crate::constraints::{Pattern, Shape};

pub(crate) enum Rule {
    NotNull,
    NoNullCharacter,
    MaxLength(i64),
    MinLength(i64),
    MaxValue(i64),
    MinValue(i64),
    Pattern(&'static Pattern),
    OneOf(&'static [&'static str]),
}

/// All rules of a shape, in the order in which AWS lists them.
pub(crate) fn rules(shape: &Shape) -> impl Iterator<Item = Rule> {
    let (max, min, pattern, values) = match shape {
        Shape::String(s) => (s.max, s.min, s.pattern, Some(s.values).filter(|v| !v.is_empty())),
        Shape::List { min, max, .. } | Shape::Map { min, max, .. } | Shape::Blob { min, max } => {
            (*max, *min, None, None)
        }
        Shape::Integer { min, max } | Shape::Long { min, max } | Shape::Double { min, max } => {
            return [max.map(Rule::MaxValue), min.map(Rule::MinValue), None, None].into_iter().flatten();
        }
        _ => (None, None, None, None),
    };
    [max.map(Rule::MaxLength), min.map(Rule::MinLength), pattern.map(Rule::Pattern), values.map(Rule::OneOf)]
        .into_iter()
        .flatten()
}

/// The rules that `value` breaks.
pub(crate) fn broken(shape: &Shape, value: &Value) -> impl Iterator<Item = Rule> {
    // Neither store keeps U+0000, and no name, address or code contains it: reason enough alone.
    let special = match value {
        Value::Null => Some(Rule::NotNull),
        Value::String(text) if text.contains('\0') => Some(Rule::NoNullCharacter),
        _ => None,
    };
    let usual = special.is_none().then(|| rules(shape).filter(|rule| !rule.holds(shape, value)));
    special.into_iter().chain(usual.into_iter().flatten())
}

impl Rule {
    fn holds(&self, shape: &Shape, value: &Value) -> bool {
        match self {
            Self::NotNull => !value.is_null(),
            Self::NoNullCharacter => value.as_str().is_none_or(|text| !text.contains('\0')),
            Self::MaxLength(max) => length(shape, value).is_none_or(|n| n <= *max),
            Self::MinLength(min) => length(shape, value).is_none_or(|n| n >= *min),
            Self::MaxValue(max) => compared(value, *max) != Some(Ordering::Greater),
            Self::MinValue(min) => compared(value, *min) != Some(Ordering::Less),
            Self::Pattern(pattern) => value.as_str().is_none_or(|text| pattern.matches(text)),
            Self::OneOf(values) => value.as_str().is_none_or(|text| values.contains(&text)),
        }
    }
}

/// How a number stands to a bound, which a double holds exactly.
#[expect(clippy::cast_precision_loss, reason = "bounds are small")]
fn compared(value: &Value, bound: i64) -> Option<Ordering> {
    match value.as_i64() {
        Some(n) => Some(n.cmp(&bound)),
        None => value.as_f64()?.partial_cmp(&(bound as f64)),
    }
}

/// Elements, entries, bytes, or UTF-16 code units (as Java counts).
fn length(shape: &Shape, value: &Value) -> Option<i64> {
    let n = match (shape, value) {
        // Base64: three bytes in four characters.
        (Shape::Blob { .. }, Value::String(text)) => text.trim_end_matches('=').len() * 3 / 4,
        (_, Value::String(text)) if text.is_ascii() => text.len(),
        (_, Value::String(text)) => text.encode_utf16().count(),
        (_, Value::Array(items)) => items.len(),
        (_, Value::Object(map)) => map.len(),
        _ => return None,
    };
    i64::try_from(n).ok()
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member must ")?;
        match self {
            Self::NotNull => f.write_str("not be null"),
            Self::NoNullCharacter => f.write_str("not contain the null character"),
            Self::MaxLength(max) => write!(f, "have length less than or equal to {max}"),
            Self::MinLength(min) => write!(f, "have length greater than or equal to {min}"),
            Self::MaxValue(max) => write!(f, "have value less than or equal to {max}"),
            Self::MinValue(min) => write!(f, "have value greater than or equal to {min}"),
            Self::Pattern(pattern) => write!(f, "satisfy regular expression pattern: {}", pattern.text),
            Self::OneOf(values) => write!(f, "satisfy enum value set: [{}]", values.join(", ")),
        }
    }
}
