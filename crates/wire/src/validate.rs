//! Checks an input against the constraints of its shape: first types, then everything else at once.

use serde_json::{Map, Value};

use crate::constraints::{Shape, StringShape};
use crate::parse::SerializationFault;

/// Refuses values of the wrong JSON type. Unknown members are ignored.
pub fn check_types(shape: &Shape, input: &Map<String, Value>) -> Result<(), SerializationFault> {
    let Shape::Structure(members) = shape else { return Ok(()) };
    for member in *members {
        if let Some(value) = input.get(member.name) {
            check_type(member.shape, value)?;
        }
    }
    Ok(())
}

fn check_type(shape: &Shape, value: &Value) -> Result<(), SerializationFault> {
    let fault = |text: String| Err(SerializationFault(Some(text)));
    match (shape, value) {
        (Shape::Document, _)
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::String(_) | Shape::Blob { .. }, Value::String(_))
        | (Shape::Double | Shape::Timestamp, Value::Number(_)) => Ok(()),
        (Shape::Structure(_), Value::Object(map)) => check_types(shape, map),
        (Shape::Map { value: element, .. }, Value::Object(map)) => {
            map.values().try_for_each(|item| check_type(element, item))
        }
        (Shape::List { element, .. }, Value::Array(items)) => {
            items.iter().try_for_each(|item| check_type(element, item))
        }
        (Shape::Integer { .. }, Value::Number(n)) if n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
            Ok(())
        }
        (Shape::Long { .. }, Value::Number(n)) if n.as_i64().is_some() => Ok(()),
        (Shape::Structure(_) | Shape::Map { .. }, _) => fault("Expected map or null".into()),
        (Shape::List { .. }, Value::Object(_)) => {
            fault("Start of structure or map found where not expected.".into())
        }
        (Shape::List { .. }, _) => fault("Expected list or null".into()),
        (_, Value::Object(_)) => fault("Start of structure or map found where not expected.".into()),
        (_, Value::Array(_)) => fault("Start of list found where not expected".into()),
        (_, value) => fault(format!("{} can not be converted to {}", token(value), java_type(shape))),
    }
}

fn token(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(n) if n.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "ARRAY_START",
        Value::Object(_) => "OBJECT_START",
    }
}

fn java_type(shape: &Shape) -> &'static str {
    match shape {
        Shape::Boolean => "a Boolean",
        Shape::Integer { .. } => "an Integer",
        Shape::Long { .. } => "a Long",
        Shape::Double => "a Double",
        Shape::Timestamp => "milliseconds since epoch",
        Shape::Blob { .. } => "a Blob",
        _ => "a String",
    }
}

/// Collects every violated constraint, in the order of the model, into AWS's one text.
pub fn check_constraints(shape: &Shape, input: &Map<String, Value>) -> Result<(), String> {
    let mut found = Vec::new();
    structure(shape, input, "", &mut found);
    match found.len() {
        0 => Ok(()),
        1 => Err(format!("1 validation error detected: {}", found[0])),
        n => Err(format!("{n} validation errors detected: {}", found.join("; "))),
    }
}

/// Whether one value satisfies the constraints of its shape.
pub fn value_fits(shape: &Shape, value: &Value) -> bool {
    let mut found = Vec::new();
    check_value(shape, value, "", &mut found);
    found.is_empty()
}

fn structure(shape: &Shape, input: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
    let Shape::Structure(members) = shape else { return };
    for member in *members {
        let at = join(path, &lower_camel(member.name));
        match input.get(member.name) {
            Some(value) => check_value(member.shape, value, &at, found),
            None if member.required => {
                found.push(format!("Value at '{at}' failed to satisfy constraint: Member must not be null"));
            }
            None => {}
        }
    }
}

fn check_value(shape: &Shape, value: &Value, path: &str, found: &mut Vec<String>) {
    match (shape, value) {
        (Shape::Structure(_), Value::Object(map)) => structure(shape, map, path, found),
        (Shape::List { element, min, max }, Value::Array(items)) => {
            length(items.len(), *min, *max, value, path, false, found);
            for (i, item) in items.iter().enumerate() {
                let at = format!("{path}.{}.member", i + 1);
                if item.is_null() {
                    found.push(format!(
                        "Value at '{at}' failed to satisfy constraint: Member must not be null"
                    ));
                } else {
                    check_value(element, item, &at, found);
                }
            }
        }
        (Shape::Map { key, value: element, min, max }, Value::Object(map)) => {
            length(map.len(), *min, *max, value, path, true, found);
            for (name, item) in map {
                check_value(key, &Value::String(name.clone()), &format!("{path}.key"), found);
                check_value(element, item, &format!("{path}.{name}.member"), found);
            }
        }
        (Shape::String(constraints), Value::String(text)) => string(constraints, text, path, found),
        (Shape::Blob { min, max }, Value::String(text)) => {
            // Base64: three bytes in four characters.
            let bytes = text.trim_end_matches('=').len() * 3 / 4;
            length(bytes, *min, *max, value, path, true, found);
        }
        (Shape::Integer { min, max } | Shape::Long { min, max }, Value::Number(n)) => {
            let n = n.as_i64().unwrap_or_default();
            if let Some(min) = min.filter(|min| n < *min) {
                found.push(format!(
                    "Value '{n}' at '{path}' failed to satisfy constraint: Member must have value greater than or equal to {min}"
                ));
            }
            if let Some(max) = max.filter(|max| n > *max) {
                found.push(format!(
                    "Value '{n}' at '{path}' failed to satisfy constraint: Member must have value less than or equal to {max}"
                ));
            }
        }
        _ => {}
    }
}

fn string(constraints: &StringShape, text: &str, path: &str, found: &mut Vec<String>) {
    let subject = || {
        if constraints.sensitive {
            format!("Value at '{path}'")
        } else {
            format!("Value '{text}' at '{path}'")
        }
    };
    let mut violated =
        |rule: String| found.push(format!("{} failed to satisfy constraint: Member must {rule}", subject()));
    // Neither store keeps it, and no name, address or code contains it.
    if text.contains('\0') {
        violated("not contain the null character".into());
        return;
    }
    if !constraints.values.is_empty() {
        if !constraints.values.contains(&text) {
            violated(format!("satisfy enum value set: [{}]", constraints.values.join(", ")));
        }
        return;
    }
    let length = i64::try_from(text.encode_utf16().count()).unwrap_or(i64::MAX);
    if let Some(pattern) = constraints.pattern.filter(|pattern| !pattern.matches(text)) {
        violated(format!("satisfy regular expression pattern: {}", pattern.text));
    }
    if let Some(min) = constraints.min.filter(|min| length < *min) {
        violated(format!("have length greater than or equal to {min}"));
    }
    if let Some(max) = constraints.max.filter(|max| length > *max) {
        violated(format!("have length less than or equal to {max}"));
    }
}

/// The length rule of lists, maps and blobs.
fn length(
    n: usize,
    min: Option<i64>,
    max: Option<i64>,
    value: &Value,
    path: &str,
    hide: bool,
    found: &mut Vec<String>,
) {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let shown = || match value {
        Value::Array(items) if !hide && items.iter().all(Value::is_string) && items.len() <= 100 => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            format!("Value '[{}]' at '{path}'", items.join(", "))
        }
        _ => format!("Value at '{path}'"),
    };
    let (rule, bound) = match (min.filter(|min| n < *min), max.filter(|max| n > *max)) {
        (Some(min), _) => ("greater", min),
        (None, Some(max)) => ("less", max),
        (None, None) => return,
    };
    found.push(format!(
        "{} failed to satisfy constraint: Member must have length {rule} than or equal to {bound}",
        shown()
    ));
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// `UserPoolId` as `userPoolId`, `SMSMessage` as `sMSMessage` (as AWS's framework does it).
fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + chars.as_str(),
        None => String::new(),
    }
}
