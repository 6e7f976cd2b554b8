//! `operation.rs` and `errors.rs`: the closed lists of what can be asked and what can be refused.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::authorization::COGNITO_IDP;
use super::model::{Operation, Service};
use super::names;
use crate::Result;

/// `mod.rs`. Only `cognito-idp` is spoken in whole; the shapes of the others are a feature each.
pub fn emit_module(module: &str) -> String {
    let gate = match module {
        "cognito_idp" => String::new(),
        other => format!("#[cfg(feature = \"{}\")]\n", other.replace('_', "-")),
    };
    format!(
        "pub mod constraints;\npub mod errors;\nmod operation;\n{gate}pub mod shapes;\n\n\
         pub use errors::ErrorKind;\npub use operation::{{Operation, TARGET_PREFIX}};\n"
    )
}

pub fn emit(service: &Service, module: &str) -> Result<String> {
    let mut variants = String::new();
    let mut from_name = String::new();
    let mut names_of = String::new();
    let mut inputs = String::new();
    let mut outputs = String::new();
    let mut errors = String::new();
    let mut authorizations = String::new();
    let mut resources = String::new();
    let mut quotas = String::new();
    for (name, operation) in &service.operations {
        let [authorization, resource, quota] = authorization(module, name, operation)?;
        let _ = writeln!(variants, "{name},");
        let _ = writeln!(from_name, "\"{name}\" => Self::{name},");
        let _ = writeln!(names_of, "Self::{name} => \"{name}\",");
        let input = match &operation.input {
            Some(input) => format!("&super::constraints::{}", names::constant(&input.shape)),
            None => "&Shape::Structure(&[])".into(),
        };
        let _ = writeln!(inputs, "Self::{name} => {input},");
        let output = match &operation.output {
            Some(output) => format!("Some(&super::constraints::{})", names::constant(&output.shape)),
            None => "None".into(),
        };
        let _ = writeln!(outputs, "Self::{name} => {output},");
        let list: Vec<String> = operation.errors.iter().map(|e| format!("ErrorKind::{}", e.shape)).collect();
        let _ = writeln!(errors, "Self::{name} => &[{}],", list.join(", "));
        let _ = writeln!(authorizations, "Self::{name} => Authorization::{authorization},");
        let resource =
            if resource.is_empty() { "None".into() } else { format!("Some(Resource::{resource})") };
        let _ = writeln!(resources, "Self::{name} => {resource},");
        let quota = if quota.is_empty() { "None".into() } else { format!("Some(QuotaCategory::{quota})") };
        let _ = writeln!(quotas, "Self::{name} => {quota},");
    }
    let count = service.operations.len();
    let prefix = &service.metadata.target_prefix;
    let list: Vec<String> = service.operations.keys().map(|n| format!("Self::{n}")).collect();
    let (imports, more_fns) = if module == "cognito_idp" {
        (
            "use crate::authorization::{Authorization, Resource};\nuse crate::quota::QuotaCategory;\n",
            format!(
                "/// What policies are evaluated on, where they authorize a call.\n\
                 pub const fn resource(self) -> Option<Resource> {{\nmatch self {{\n{resources}}}\n}}\n\n\
                 /// The request quota it draws on.\npub const fn quota(self) -> Option<QuotaCategory> {{\nmatch self {{\n{quotas}}}\n}}\n"
            ),
        )
    } else {
        ("use crate::authorization::Authorization;\n", String::new())
    };
    Ok(format!(
        "{imports}use crate::constraints::Shape;\n\nuse super::errors::ErrorKind;\n\n\
         /// What precedes the operation in `X-Amz-Target`.\npub const TARGET_PREFIX: &str = \"{prefix}\";\n\n\
         /// The operations of the service.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {{\n{variants}}}\n\n\
         impl Operation {{\npub const ALL: [Self; {count}] = [{}];\n\n\
         pub fn from_name(name: &str) -> Option<Self> {{\nSome(match name {{\n{from_name}_ => return None,\n}})\n}}\n\n\
         pub const fn name(self) -> &'static str {{\nmatch self {{\n{names_of}}}\n}}\n\n\
         /// What its input must look like.\npub fn input(self) -> &'static Shape {{\nmatch self {{\n{inputs}}}\n}}\n\n\
         /// What its output looks like, if the model gives it one.\npub fn output(self) -> Option<&'static Shape> {{\nmatch self {{\n{outputs}}}\n}}\n\n\
         /// The errors the model declares for it.\npub const fn errors(self) -> &'static [ErrorKind] {{\nmatch self {{\n{errors}}}\n}}\n\n\
         /// By what a call is authorized.\npub const fn authorization(self) -> Authorization {{\nmatch self {{\n{authorizations}}}\n}}\n\n{more_fns}}}\n",
        list.join(", ")
    ))
}

/// Authorization, resource, quota.
fn authorization(module: &str, name: &str, operation: &Operation) -> Result<[&'static str; 3]> {
    let unsigned = operation.authtype.as_deref() == Some("none");
    if module != "cognito_idp" {
        return Ok([if unsigned { "Public" } else { "Iam" }, "", ""]);
    }
    let (_, authorization, resource, quota) = COGNITO_IDP
        .iter()
        .find(|(n, ..)| *n == name)
        .ok_or_else(|| format!("{name} has no authorization"))?;
    // The model leaves these signed although the service does not evaluate IAM for them.
    let signed_anyway = matches!(*authorization, "ClientSecret" | "IamOrClientSecret");
    if !signed_anyway && unsigned == (*authorization == "Iam") {
        return Err(format!(
            "{name} is {authorization} in the table, but authtype says {:?}",
            operation.authtype
        ));
    }
    if authorization.contains("Iam") == resource.is_empty() {
        return Err(format!("{name} is {authorization}, but its resource is {resource:?}"));
    }
    Ok([authorization, resource, quota])
}

pub fn emit_errors(service: &Service) -> String {
    let kinds: BTreeSet<&String> =
        service.shapes.iter().filter(|(_, s)| s.exception).map(|(n, _)| n).collect();
    let mut variants = String::new();
    let mut names_of = String::new();
    for kind in &kinds {
        let _ = writeln!(variants, "{kind},");
        let _ = writeln!(names_of, "Self::{kind} => \"{kind}\",");
    }
    let faults: Vec<String> = service
        .shapes
        .iter()
        .filter(|(_, s)| s.exception && s.fault)
        .map(|(n, _)| format!("Self::{n}"))
        .collect();
    let fault =
        if faults.is_empty() { "false".into() } else { format!("matches!(self, {})", faults.join(" | ")) };
    format!(
        "/// The errors the service can answer.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum ErrorKind {{\n{variants}}}\n\nimpl ErrorKind {{\n/// The name in `__type`.\n\
         pub const fn as_str(self) -> &'static str {{\nmatch self {{\n{names_of}}}\n}}\n\n\
         /// Whether the fault is the server's.\npub const fn is_fault(self) -> bool {{\n{fault}\n}}\n}}\n"
    )
}
