//! Every place of an input where a constraint applies, with the smallest input that has a value there.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use wire::constraints::{Member, Shape};

use crate::examples::{self, Example};

#[derive(Clone)]
pub enum Step {
    Member(&'static str),
    Element,
    Entry,
    /// The key of the only entry.
    Key,
}

/// A value's shape and the way to it.
#[derive(Clone)]
pub struct Site {
    pub shape: &'static Shape,
    pub steps: Vec<Step>,
    /// As error texts spell it.
    pub path: String,
    pub sensitive: bool,
    pub required: bool,
}

pub struct Inputs {
    pub examples: BTreeMap<&'static str, Example>,
}

impl Inputs {
    pub fn new() -> Self {
        Self { examples: examples::table() }
    }

    /// All sites below a structure, itself not counted. A shape within itself is entered once.
    pub fn sites(&self, shape: &'static Shape) -> Vec<Site> {
        let mut found = Vec::new();
        let root = Site { shape, steps: vec![], path: String::new(), sensitive: false, required: true };
        self.below(&root, &mut vec![], &mut found);
        found
    }

    fn below(&self, site: &Site, inside: &mut Vec<*const Shape>, found: &mut Vec<Site>) {
        if inside.contains(&std::ptr::from_ref(site.shape)) {
            return;
        }
        inside.push(site.shape);
        let mut enter = |step: Step, shape: &'static Shape, path: String, sensitive, required| {
            let mut steps = site.steps.clone();
            steps.push(step);
            let sensitive = sensitive || site.sensitive;
            let next = Site { shape, steps, path, sensitive, required };
            found.push(next.clone());
            self.below(&next, inside, found);
        };
        match site.shape {
            Shape::Structure(members) => {
                for member in *members {
                    let (first, rest) = member.name.split_at(1);
                    let dot = if site.path.is_empty() { "" } else { "." };
                    let path = format!("{}{dot}{}{rest}", site.path, first.to_lowercase());
                    enter(Step::Member(member.name), member.shape, path, member.sensitive, member.required);
                }
            }
            Shape::List { element, .. } => {
                let path = if is_text_or_number(element) {
                    site.path.clone()
                } else {
                    format!("{}.1.member", site.path)
                };
                enter(Step::Element, element, path, false, false);
            }
            Shape::Map { key, value, .. } => {
                enter(Step::Key, key, site.path.clone(), false, false);
                let Value::String(name) = self.smallest(key) else { unreachable!("keys are texts") };
                let path = if is_text_or_number(value) {
                    site.path.clone()
                } else {
                    format!("{}.{name}.member", site.path)
                };
                enter(Step::Entry, value, path, false, false);
            }
            _ => {}
        }
        inside.pop();
    }

    /// The smallest value that satisfies a shape: required members only.
    pub fn smallest(&self, shape: &'static Shape) -> Value {
        self.build(shape, &|member| member.required)
    }

    /// A value with every member.
    pub fn fullest(&self, shape: &'static Shape) -> Value {
        self.build(shape, &|_| true)
    }

    fn build(&self, shape: &'static Shape, wanted: &dyn Fn(&Member) -> bool) -> Value {
        let count = |min: &Option<i64>| usize::try_from(min.unwrap_or(0)).unwrap();
        match shape {
            Shape::Structure(members) => members
                .iter()
                .filter(|member| wanted(member))
                .map(|member| (member.name.to_owned(), self.build(member.shape, wanted)))
                .collect(),
            Shape::List { element, min, .. } => {
                vec![self.build(element, wanted); count(min).max(usize::from(wanted_in_lists(wanted)))].into()
            }
            Shape::Map { key, value, min, .. } if count(min) > 0 || wanted_in_lists(wanted) => {
                let Value::String(name) = self.build(key, wanted) else { unreachable!("keys are texts") };
                Map::from_iter([(name, self.build(value, wanted))]).into()
            }
            Shape::Map { .. } | Shape::Document => json!({}),
            Shape::String(s) => match (s.values.first(), s.pattern) {
                (Some(value), _) => (*value).into(),
                (None, Some(pattern)) => {
                    examples::of(&self.examples, shape, pattern).at_least(count(&s.min).max(1)).into()
                }
                (None, None) => "a".repeat(count(&s.min).max(1)).into(),
            },
            Shape::Integer { min, .. } | Shape::Long { min, .. } => min.unwrap_or(0).into(),
            Shape::Double { .. } | Shape::Timestamp => 1.5.into(),
            Shape::Boolean => true.into(),
            Shape::Blob { .. } => "AAAA".into(),
        }
    }

    /// The smallest input of `shape` that holds `value` at the end of `steps`; `None` leaves the member out.
    pub fn with(&self, shape: &'static Shape, steps: &[Step], value: Option<Value>) -> Map<String, Value> {
        match self.put(shape, steps, value) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    fn put(&self, shape: &'static Shape, steps: &[Step], value: Option<Value>) -> Option<Value> {
        let Some((step, rest)) = steps.split_first() else { return value };
        let mut whole = self.smallest(shape);
        match (step, shape) {
            (Step::Member(name), Shape::Structure(members)) => {
                let member = members.iter().find(|m| m.name == *name).unwrap();
                let map = whole.as_object_mut().unwrap();
                match self.put(member.shape, rest, value) {
                    Some(inner) => map.insert((*name).to_owned(), inner),
                    None => map.remove(*name),
                };
            }
            (Step::Element, Shape::List { element, .. }) => {
                let items = whole.as_array_mut().unwrap();
                let inner = self.put(element, rest, value)?;
                match items.first_mut() {
                    Some(first) => *first = inner,
                    None => items.push(inner),
                }
            }
            (Step::Entry, Shape::Map { key, value: element, .. }) => {
                let name = self.smallest(key).as_str().unwrap().to_owned();
                whole = Map::from_iter([(name, self.put(element, rest, value)?)]).into();
            }
            (Step::Key, Shape::Map { value: element, .. }) => {
                let name = value?.as_str().unwrap().to_owned();
                whole = Map::from_iter([(name, self.smallest(element))]).into();
            }
            _ => unreachable!("steps fit the shape"),
        }
        Some(whole)
    }
}

fn wanted_in_lists(wanted: &dyn Fn(&Member) -> bool) -> bool {
    static OPTIONAL: Member = Member { name: "", required: false, sensitive: false, shape: &Shape::Boolean };
    wanted(&OPTIONAL)
}

pub fn is_text_or_number(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::String(_)
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Double { .. }
            | Shape::Boolean
            | Shape::Timestamp
            | Shape::Blob { .. }
    )
}
