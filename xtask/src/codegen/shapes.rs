//! `shapes.rs`: structures and enumerations.

use std::collections::BTreeSet;
use std::fmt::Write;

use heck::ToPascalCase;

use super::model::{Service, Shape};
use super::names;
use crate::Result;

/// Imports that not every service needs: how the code names the type, and where it comes from.
const IMPORTS: [(&str, &str); 4] = [
    ("BTreeMap<", "use std::collections::BTreeMap;"),
    ("Redacted", "use crate::redact::Redacted;"),
    ("Blob", "use crate::Blob;"),
    ("Timestamp", "use crate::Timestamp;"),
];

pub fn emit(service: &Service) -> Result<String> {
    let mut code = String::new();
    for (name, shape) in &service.shapes {
        if shape.kind == "structure" && !shape.exception && !shape.document {
            structure(&mut code, service, name, shape)?;
        } else if shape.kind == "string" && !shape.values.is_empty() {
            enumeration(&mut code, name, shape);
        }
    }
    let mut imports = String::from(
        "use std::fmt;\nuse std::str::FromStr;\nuse serde::{Deserialize, Serialize};\nuse crate::UnknownValue;\n",
    );
    for (used, import) in IMPORTS {
        if [": ", "<", "&", "| "].iter().any(|before| code.contains(&format!("{before}{used}"))) {
            let _ = writeln!(imports, "{import}");
        }
    }
    Ok(format!("{imports}\n{code}"))
}

fn structure(out: &mut String, service: &Service, name: &str, shape: &Shape) -> Result<()> {
    let mut fields = String::new();
    let mut debug = String::new();
    for (member, target) in shape.member_shapes() {
        let field = names::field(member);
        let required = shape.required.iter().any(|r| r == member);
        let mut rust = rust_type(service, target)?;
        let is_structure = service.shape(target)?.kind == "structure" && !service.shape(target)?.document;
        if is_structure && service.reaches(target, name) {
            rust = format!("Box<{rust}>");
        }
        let mut attributes = Vec::new();
        if field.trim_start_matches("r#").to_pascal_case() != member {
            attributes.push(format!("rename = \"{member}\""));
        }
        if !required {
            rust = format!("Option<{rust}>");
            attributes.push("skip_serializing_if = \"Option::is_none\"".into());
        }
        if !attributes.is_empty() {
            let _ = writeln!(fields, "#[serde({})]", attributes.join(", "));
        }
        let _ = writeln!(fields, "pub {field}: {rust},");
        let shown = if service.is_redacted(target) {
            if required { "&Redacted".into() } else { format!("&self.{field}.as_ref().map(|_| Redacted)") }
        } else {
            format!("&self.{field}")
        };
        let _ = write!(debug, ".field(\"{}\", {shown})", field.trim_start_matches("r#"));
    }
    let eq = if has_float(service, name, &mut BTreeSet::new()) { "" } else { ", Eq" };
    let _ = writeln!(
        out,
        "#[derive(Clone, Default, PartialEq{eq}, Serialize, Deserialize)]\n#[serde(rename_all = \"PascalCase\")]\n\
         pub struct {name} {{\n{fields}}}\n\n\
         impl fmt::Debug for {name} {{\nfn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n\
         f.debug_struct(\"{name}\"){debug}.finish()\n}}\n}}\n"
    );
    Ok(())
}

fn has_float(service: &Service, name: &str, seen: &mut BTreeSet<String>) -> bool {
    let Some(shape) = service.shapes.get(name) else { return false };
    if !seen.insert(name.to_owned()) {
        return false;
    }
    matches!(shape.kind.as_str(), "double" | "float")
        || shape.member_shapes().any(|(_, s)| has_float(service, s, seen))
        || [&shape.member, &shape.value].into_iter().flatten().any(|t| has_float(service, &t.shape, seen))
}

fn rust_type(service: &Service, name: &str) -> Result<String> {
    let shape = service.shape(name)?;
    let inner = |target: &Option<super::model::Target>| match target {
        Some(target) => rust_type(service, &target.shape),
        None => Err(format!("{name} has no element")),
    };
    Ok(match shape.kind.as_str() {
        _ if shape.document => "serde_json::Value".into(),
        "structure" => name.to_owned(),
        "string" if !shape.values.is_empty() => name.to_owned(),
        "string" => "String".into(),
        "boolean" => "bool".into(),
        "integer" => "i32".into(),
        "long" => "i64".into(),
        "double" | "float" => "f64".into(),
        "timestamp" => "Timestamp".into(),
        "blob" => "Blob".into(),
        "list" => format!("Vec<{}>", inner(&shape.member)?),
        "map" => format!("BTreeMap<String, {}>", inner(&shape.value)?),
        other => return Err(format!("{name} is of unknown type {other}")),
    })
}

fn enumeration(out: &mut String, name: &str, shape: &Shape) {
    let variants: Vec<(String, &String)> = shape.values.iter().map(|v| (names::variant(v), v)).collect();
    let _ = writeln!(
        out,
        "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]\n\
         pub enum {name} {{"
    );
    for (i, (variant, value)) in variants.iter().enumerate() {
        let default = if i == 0 { "#[default]\n" } else { "" };
        let rename =
            if variant == *value { String::new() } else { format!("#[serde(rename = \"{value}\")]\n") };
        let _ = writeln!(out, "{default}{rename}{variant},");
    }
    let _ = writeln!(out, "}}\n\nimpl {name} {{\npub const ALL: &[Self] = &[");
    for (variant, _) in &variants {
        let _ = write!(out, "Self::{variant},");
    }
    let _ = writeln!(
        out,
        "];\n\n/// The value on the wire.\npub const fn as_str(self) -> &'static str {{\nmatch self {{"
    );
    for (variant, value) in &variants {
        let _ = writeln!(out, "Self::{variant} => \"{value}\",");
    }
    let _ = writeln!(
        out,
        "}}\n}}\n}}\n\nimpl FromStr for {name} {{\ntype Err = UnknownValue;\n\n\
         fn from_str(text: &str) -> Result<Self, UnknownValue> {{\n\
         Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or(UnknownValue)\n}}\n}}\n"
    );
}
