//! Checks an input against the constraints of its shape, everything at once, in AWS's words.

use std::borrow::Borrow;
use std::fmt;

use serde_json::{Map, Value};

use crate::constraints::Shape;
use crate::rules::{Rule, broken, rules};

/// Collects every violated constraint, in the order of the model, into AWS's one text.
pub fn check_constraints(shape: &Shape, input: &Map<String, Value>) -> Result<(), String> {
    let mut found = Vec::new();
    structure(shape, input, None, &mut found);
    match found.len() {
        0 => Ok(()),
        1 => Err(format!("1 validation error detected: {}", found[0])),
        n => Err(format!("{n} validation errors detected: {}", found.join("; "))),
    }
}

/// Whether one value satisfies the constraints of its shape.
pub fn value_fits(shape: &Shape, value: &Value) -> bool {
    let mut found = Vec::new();
    let here = Place { parent: None, step: Step::Member(""), sensitive: true };
    check(shape, value, &here, &mut found);
    found.is_empty()
}

/// Where a value stands; spelled out only when something is wrong with it.
struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    /// The value, or what contains it, is marked sensitive: texts leave it out.
    sensitive: bool,
}

enum Step<'a> {
    Member(&'a str),
    /// Counted from one.
    Element(usize),
    Entry(&'a str),
}

fn structure(shape: &Shape, input: &Map<String, Value>, parent: Option<&Place>, found: &mut Vec<String>) {
    let Shape::Structure(members) = shape else { return };
    for member in *members {
        let sensitive = member.sensitive || parent.is_some_and(|p| p.sensitive);
        let place = Place { parent, step: Step::Member(member.name), sensitive };
        match input.get(member.name) {
            Some(value) => check(member.shape, value, &place, found),
            None if member.required => found.push(place.lacks(&Rule::NotNull)),
            None => {}
        }
    }
}

fn check(shape: &Shape, value: &Value, place: &Place, found: &mut Vec<String>) {
    found.extend(broken(shape, value).map(|rule| place.violates(value, &rule)));
    match (shape, value) {
        (Shape::Structure(_), Value::Object(map)) => structure(shape, map, Some(place), found),
        (Shape::List { element, .. }, Value::Array(items)) => {
            if is_scalar(element) {
                all(element, items.iter(), "Member must", value, place, found);
            } else {
                for (i, item) in items.iter().enumerate() {
                    check(element, item, &place.inner(Step::Element(i + 1)), found);
                }
            }
        }
        (Shape::Map { key, value: element, .. }, Value::Object(map)) => {
            let keys = map.keys().map(|key| Value::String(key.clone()));
            all(key, keys, "Map keys must", value, place, found);
            if is_scalar(element) {
                all(element, map.values(), "Map value must", value, place, found);
            } else {
                for (key, item) in map {
                    check(element, item, &place.inner(Step::Entry(key)), found);
                }
            }
        }
        _ => {}
    }
}

fn is_scalar(shape: &Shape) -> bool {
    !matches!(shape, Shape::Structure(_) | Shape::List { .. } | Shape::Map { .. } | Shape::Document)
}

/// Of scalars in a list or map AWS names the container once and recites every rule of its elements.
fn all(
    element: &Shape,
    mut items: impl Iterator<Item = impl Borrow<Value>>,
    who: &str,
    container: &Value,
    place: &Place,
    found: &mut Vec<String>,
) {
    let Some(first) = items.find_map(|item| broken(element, item.borrow()).next()) else { return };
    let mut texts: Vec<String> = rules(element).map(|rule| rule.to_string()).collect();
    if matches!(first, Rule::NotNull | Rule::NoNullCharacter) {
        texts.push(first.to_string());
    }
    found.push(place.violates(container, &format!("{who} satisfy constraint: [{}]", texts.join(", "))));
}

impl Place<'_> {
    fn inner<'b>(&'b self, step: Step<'b>) -> Place<'b> {
        Place { parent: Some(self), step, sensitive: self.sensitive }
    }

    fn lacks(&self, rule: &Rule) -> String {
        format!("Value at '{self}' failed to satisfy constraint: {rule}")
    }

    fn violates(&self, value: &Value, rule: &impl fmt::Display) -> String {
        match shown(value).filter(|_| !self.sensitive) {
            Some(shown) => format!("Value '{shown}' at '{self}' failed to satisfy constraint: {rule}"),
            None => format!("Value at '{self}' failed to satisfy constraint: {rule}"),
        }
    }
}

/// A value as Java prints it; structures have no form of their own.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(element).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Value::Object(map) => {
            let entry = |(key, item)| Some(format!("{key}={}", element(item)?));
            let entries: Option<Vec<String>> = map.iter().map(entry).collect();
            Some(format!("{{{}}}", entries?.join(", ")))
        }
        Value::Null => None,
    }
}

fn element(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".into()),
        Value::Array(_) | Value::Object(_) => None,
        scalar => shown(scalar),
    }
}

/// `userAttributes.1.member.name`: members with a small first letter (`SMSMessage` as `sMSMessage`).
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}.")?;
        }
        match self.step {
            Step::Member(name) => {
                let mut chars = name.chars();
                if let Some(first) = chars.next() {
                    write!(f, "{}", first.to_ascii_lowercase())?;
                }
                f.write_str(chars.as_str())
            }
            Step::Element(i) => write!(f, "{i}.member"),
            Step::Entry(key) => write!(f, "{key}.member"),
        }
    }
}
