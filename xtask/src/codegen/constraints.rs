//! `constraints.rs`: a static description of every shape that an input or output can contain.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::model::{Service, Shape};
use super::{names, patterns};
use crate::Result;

pub fn emit(service: &Service) -> Result<String> {
    let mut needed = BTreeSet::new();
    for operation in service.operations.values() {
        for target in [&operation.input, &operation.output].into_iter().flatten() {
            collect(service, &target.shape, &mut needed);
        }
    }
    let mut out = String::from(
        "#[allow(unused_imports)]\nuse crate::constraints::{Member, Pattern, Shape, StringShape};\n\n",
    );
    let patterns = pattern_names(service, &needed)?;
    for ((text, checked), name) in &patterns {
        let _ = writeln!(
            out,
            "pub static {name}: Pattern = Pattern::new({text:?}, {:?});",
            patterns::translate(checked)?
        );
    }
    out.push('\n');
    for name in &needed {
        let shape = service.shape(name)?;
        let _ = writeln!(
            out,
            "pub static {}: Shape = {};",
            names::constant(name),
            describe(service, shape, &patterns)?
        );
    }
    Ok(out)
}

fn collect<'a>(service: &'a Service, name: &'a str, needed: &mut BTreeSet<&'a str>) {
    if needed.insert(name)
        && let Some(shape) = service.shapes.get(name)
    {
        for (_, target) in shape.member_shapes() {
            collect(service, target, needed);
        }
        for target in [&shape.member, &shape.key, &shape.value].into_iter().flatten() {
            collect(service, &target.shape, needed);
        }
    }
}

type PatternNames = BTreeMap<(String, String), String>;

fn key(shape: &Shape) -> Option<(String, String)> {
    let text = shape.pattern.clone()?;
    let checked = shape.check_as.clone().unwrap_or_else(|| text.clone());
    Some((text, checked))
}

fn pattern_names(service: &Service, needed: &BTreeSet<&str>) -> Result<PatternNames> {
    let mut found = PatternNames::new();
    for name in needed {
        let shape = service.shape(name)?;
        if let Some(key) = key(shape).filter(|_| shape.kind == "string") {
            found.entry(key).or_default();
        }
    }
    for (i, name) in found.values_mut().enumerate() {
        *name = format!("PATTERN_{i}");
    }
    Ok(found)
}

fn describe(service: &Service, shape: &Shape, patterns: &PatternNames) -> Result<String> {
    let target = |t: &Option<super::model::Target>| {
        t.as_ref()
            .map(|t| format!("&{}", names::constant(&t.shape)))
            .ok_or("element without shape".to_owned())
    };
    let bounds = format!("min: {:?}, max: {:?}", shape.min, shape.max);
    Ok(match shape.kind.as_str() {
        _ if shape.document => "Shape::Document".into(),
        "structure" => {
            let mut members = String::new();
            for (member, target) in shape.member_shapes() {
                let required = shape.required.iter().any(|r| r == member);
                let _ = write!(
                    members,
                    "Member {{ name: {member:?}, required: {required}, sensitive: {}, shape: &{} }},",
                    service.is_sensitive(target),
                    names::constant(target)
                );
            }
            format!("Shape::Structure(&[{members}])")
        }
        "list" => format!("Shape::List {{ element: {}, {bounds} }}", target(&shape.member)?),
        "map" => format!(
            "Shape::Map {{ key: {}, value: {}, {bounds} }}",
            target(&shape.key)?,
            target(&shape.value)?
        ),
        "string" => {
            let pattern = match key(shape) {
                Some(key) => format!("Some(&{})", patterns[&key]),
                None => "None".into(),
            };
            format!(
                "Shape::String(StringShape {{ {bounds}, pattern: {pattern}, values: &{:?} }})",
                shape.values
            )
        }
        "integer" => format!("Shape::Integer {{ {bounds} }}"),
        "long" => format!("Shape::Long {{ {bounds} }}"),
        "double" | "float" => format!("Shape::Double {{ {bounds} }}"),
        "boolean" => "Shape::Boolean".into(),
        "timestamp" => "Shape::Timestamp".into(),
        "blob" => format!("Shape::Blob {{ {bounds} }}"),
        other => return Err(format!("unknown type {other}: {}", service.metadata.endpoint_prefix)),
    })
}
