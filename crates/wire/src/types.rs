//! JSON types: what can be read as the shape's at all, whatever its value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::constraints::Shape;
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
        // An element that is null is of every type; the constraints refuse it.
        (_, Value::Null)
        | (Shape::Document, _)
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::String(_), Value::String(_))
        | (Shape::Double { .. } | Shape::Timestamp, Value::Number(_)) => Ok(()),
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
        (Shape::Blob { .. }, Value::String(text)) => match STANDARD.decode(text) {
            Ok(_) => Ok(()),
            Err(_) => Err(SerializationFault(None)),
        },
        (Shape::Structure(_) | Shape::Map { .. }, _) => fault("Expected map or null".into()),
        (_, Value::Object(_)) => fault("Start of structure or map found where not expected.".into()),
        (Shape::List { .. }, _) => fault("Expected list or null".into()),
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
        Shape::Double { .. } => "a Double",
        Shape::Timestamp => "milliseconds since epoch",
        Shape::Blob { .. } => "a Blob",
        _ => "a String",
    }
}
