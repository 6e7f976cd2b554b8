//! The part of a service model that the generator reads.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::overrides;
use crate::Result;

#[derive(Deserialize)]
pub struct Service {
    pub metadata: Metadata,
    pub operations: BTreeMap<String, Operation>,
    pub shapes: BTreeMap<String, Shape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    pub target_prefix: String,
    pub endpoint_prefix: String,
}

#[derive(Deserialize)]
pub struct Operation {
    pub input: Option<Target>,
    pub output: Option<Target>,
    #[serde(default)]
    pub errors: Vec<Target>,
    pub authtype: Option<String>,
}

#[derive(Clone, Deserialize)]
pub struct Target {
    pub shape: String,
}

#[derive(Clone, Deserialize)]
pub struct Shape {
    #[serde(rename = "type")]
    pub kind: String,
    /// In the order of the model, which is the order of constraint failures.
    #[serde(default)]
    pub members: serde_json::Map<String, Value>,
    #[serde(default)]
    pub required: Vec<String>,
    pub member: Option<Target>,
    pub key: Option<Target>,
    pub value: Option<Target>,
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    #[serde(default, deserialize_with = "whole")]
    pub min: Option<i64>,
    #[serde(default, deserialize_with = "whole")]
    pub max: Option<i64>,
    pub pattern: Option<String>,
    /// What is checked instead of `pattern`, from the override table.
    #[serde(skip)]
    pub check_as: Option<String>,
    /// `Debug` leaves the value out although the model does not mark it, from the override table.
    #[serde(skip)]
    pub redact: bool,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub document: bool,
    #[serde(default)]
    pub exception: bool,
    #[serde(default)]
    pub fault: bool,
}

impl Shape {
    /// Member name and shape name, in model order.
    pub fn member_shapes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members.iter().filter_map(|(name, member)| Some((name.as_str(), member["shape"].as_str()?)))
    }

    fn children(&self) -> Vec<&str> {
        let mut out: Vec<&str> = self.member_shapes().map(|(_, shape)| shape).collect();
        out.extend([&self.member, &self.key, &self.value].into_iter().flatten().map(|t| t.shape.as_str()));
        out
    }
}

impl Service {
    pub fn parse(model: &Value) -> Result<Self> {
        let mut service = Self::deserialize(model).map_err(|e| format!("model: {e}"))?;
        overrides::apply(&service.metadata.endpoint_prefix.clone(), &mut service.shapes)?;
        Ok(service)
    }

    pub fn shape(&self, name: &str) -> Result<&Shape> {
        self.shapes.get(name).ok_or_else(|| format!("no shape {name}"))
    }

    /// Whether `to` can be reached from `from`: such a member must be boxed where no list breaks the cycle.
    pub fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name)
                && let Some(shape) = self.shapes.get(name)
            {
                open.extend(shape.children());
            }
        }
        false
    }

    /// Whether `Debug` leaves the value out.
    pub fn is_redacted(&self, name: &str) -> bool {
        self.is_sensitive(name) || self.shapes.get(name).is_some_and(|shape| shape.redact)
    }

    /// Whether the value itself (not a structure inside it) is marked sensitive.
    pub fn is_sensitive(&self, name: &str) -> bool {
        let Some(shape) = self.shapes.get(name) else { return false };
        shape.sensitive
            || [&shape.member, &shape.key, &shape.value]
                .into_iter()
                .flatten()
                .any(|t| self.is_sensitive(&t.shape))
    }
}

/// Bounds are whole numbers, sometimes written with a fraction of zero.
fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<i64>, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    #[expect(clippy::cast_possible_truncation, reason = "bounds are small")]
    Ok(number.as_i64().or_else(|| number.as_f64().map(|f| f as i64)))
}
