//! docs/configuration.md is written from the list of options. After a change of them:
//! `UPDATE_DOCS=1 cargo test -p server configuration`.

use std::fmt::Write;
use std::path::Path;

use clap::{Args, Command};

use super::Options;

const BEGIN: &str = "<!-- options -->\n";
const END: &str = "<!-- /options -->";

fn options() -> Vec<clap::Arg> {
    Options::augment_args(Command::new("serve")).get_arguments().cloned().collect()
}

fn table() -> String {
    let defaults = toml::Table::try_from(Options::defaults()).unwrap();
    let mut text = String::new();
    for option in options() {
        let key = option.get_id().as_str();
        let value = option.get_value_names().unwrap().first().unwrap();
        let help = option.get_long_help().or(option.get_help()).unwrap().to_string().replace('\n', " ");
        let dot = if help.ends_with('.') { "" } else { "." };
        write!(text, "\n### `{key}`\n\n{help}{dot}\n\n").unwrap();
        let many = option.get_value_delimiter().is_some();
        let (value, list) = match many {
            true => (format!("{value},…"), "A list. "),
            false => (value.to_string(), ""),
        };
        let default = defaults.get(key).map_or(String::new(), |default| format!("Default: `{default}`. "));
        writeln!(
            text,
            "{list}{default}Flag `--{} {value}`, variable `{}`.",
            option.get_long().unwrap(),
            option.get_env().unwrap().to_str().unwrap(),
        )
        .unwrap();
    }
    text.push('\n');
    text
}

/// One name, spelled in three ways.
#[test]
fn flag_variable_and_key_are_one_name() {
    for option in options() {
        let key = option.get_id().as_str();
        assert_eq!(option.get_long().unwrap(), key.replace('_', "-"));
        let variable = option.get_env().unwrap().to_str().unwrap();
        assert_eq!(variable, format!("POOLHOUSE_{}", key.to_uppercase()));
    }
}

#[test]
fn the_documentation_shows_this_configuration() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert!(shown == table, "docs/configuration.md shows other options; see the head of this test");
    }
}
