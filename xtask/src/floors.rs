//! Who may import whom: the floors of the house, compared with the table in `docs/architecture.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::{Result, root};

/// The floor of each crate; a crate imports only from floors below its own.
const FLOORS: &[(&str, u8)] = &[
    ("wire", 0),
    ("crypto", 0),
    ("guard", 0),
    ("iam", 0),
    ("saml", 0),
    ("pgtest", 0),
    ("domain", 1),
    ("storage", 2),
    ("outbound", 2),
    ("flows", 3),
    ("api", 4),
    ("web", 4),
    ("devtools", 4),
    ("server", 5),
    ("authenticator", 2),
    ("testkit", 6),
    ("acceptance", 7),
    ("load", 7),
    ("xtask", 7),
];

pub fn run(args: &[String]) -> Result<()> {
    let imports = imports()?;
    let table: Vec<String> = imports
        .iter()
        .map(|(name, uses)| {
            let uses: Vec<&str> = uses.iter().map(String::as_str).collect();
            format!("| {name} | {} |", if uses.is_empty() { "-".into() } else { uses.join(", ") })
        })
        .collect();
    if args.iter().any(|a| a == "--print") {
        println!("{}", table.join("\n"));
        return Ok(());
    }
    check_direction(&imports)?;
    check_document(&table)
}

/// Workspace crate to the workspace crates it uses (development uses aside).
fn imports() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root())
        .output()
        .map_err(|e| format!("cargo metadata: {e}"))?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let names: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    Ok(packages
        .iter()
        .filter_map(|package| {
            let uses = package["dependencies"]
                .as_array()?
                .iter()
                .filter(|d| d["kind"] != "dev")
                .filter_map(|d| d["name"].as_str())
                .filter(|name| names.contains(name))
                .map(str::to_owned)
                .collect();
            Some((package["name"].as_str()?.to_owned(), uses))
        })
        .collect())
}

fn check_direction(imports: &BTreeMap<String, BTreeSet<String>>) -> Result<()> {
    let floor = |name: &str| {
        FLOORS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, floor)| *floor)
            .ok_or(format!("{name} has no floor"))
    };
    for (name, uses) in imports {
        let own = floor(name)?;
        for used in uses {
            if floor(used)? >= own {
                return Err(format!("{name} may not import {used}: it is not on a lower floor"));
            }
        }
    }
    Ok(())
}

fn check_document(table: &[String]) -> Result<()> {
    let path = root().join("docs/architecture.md");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("docs/architecture.md: {e}"))?;
    let written = text
        .split_once("<!-- floors -->")
        .and_then(|(_, rest)| rest.split_once("<!-- /floors -->"))
        .ok_or("docs/architecture.md has no floors table")?
        .0;
    let written: Vec<&str> = written.lines().filter(|l| l.starts_with("| ")).skip(1).collect();
    if written == table {
        Ok(())
    } else {
        Err("the floors table in docs/architecture.md is out of date: run `cargo xtask floors --print`"
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(uses: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
        uses.iter().map(|(name, used)| ((*name).to_owned(), BTreeSet::from([(*used).to_owned()]))).collect()
    }

    #[test]
    fn imports_go_down_only() {
        assert!(check_direction(&house(&[("api", "flows"), ("domain", "wire")])).is_ok());
        for (name, used) in [("domain", "storage"), ("api", "web"), ("wire", "wire"), ("server", "testkit")] {
            assert!(check_direction(&house(&[(name, used)])).is_err(), "{name} imports {used}");
        }
    }

    #[test]
    fn a_crate_without_a_floor_is_refused_even_if_nobody_uses_it() {
        let alone = BTreeMap::from([("newcomer".to_owned(), BTreeSet::new())]);
        assert_eq!(check_direction(&alone), Err("newcomer has no floor".into()));
    }
}
