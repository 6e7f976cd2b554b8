//! Each constrained member of each operation of `cognito-idp`, just inside and just outside.

use serde_json::{Map, Value, json};
use wire::check_constraints;
use wire::cognito_idp::Operation;
use wire::constraints::{Shape, StringShape};

use crate::examples;
use crate::sites::{Inputs, Site, Step, is_text_or_number};

/// The rules of a text or number in AWS's words: longest, shortest, pattern or values.
fn words(shape: &Shape) -> Vec<String> {
    let (kind, max, min) = match shape {
        Shape::String(s) => ("length", s.max, s.min),
        Shape::List { min, max, .. } | Shape::Map { min, max, .. } | Shape::Blob { min, max } => {
            ("length", *max, *min)
        }
        Shape::Integer { min, max } | Shape::Long { min, max } => ("value", *max, *min),
        _ => ("", None, None),
    };
    let mut words = Vec::new();
    words.extend(max.map(|max| format!("Member must have {kind} less than or equal to {max}")));
    words.extend(min.map(|min| format!("Member must have {kind} greater than or equal to {min}")));
    if let Shape::String(StringShape { pattern, values, .. }) = shape {
        words.extend(pattern.map(|p| format!("Member must satisfy regular expression pattern: {}", p.text)));
        if !values.is_empty() {
            words.push(format!("Member must satisfy enum value set: [{}]", values.join(", ")));
        }
    }
    words
}

/// How many inputs were asked.
#[derive(Default)]
struct Asked {
    inside: usize,
    outside: usize,
}

struct Question<'a> {
    inputs: &'a Inputs,
    operation: Operation,
    site: &'a Site,
}

impl Question<'_> {
    fn input(&self, value: Option<Value>) -> Map<String, Value> {
        self.inputs.with(self.operation.input(), &self.site.steps, value)
    }

    #[track_caller]
    fn passes(&self, value: Value, asked: &mut Asked) {
        asked.inside += 1;
        let outcome = check_constraints(self.operation.input(), &self.input(Some(value)));
        assert_eq!(outcome, Ok(()), "{} {}", self.operation.name(), self.site.path);
    }

    /// `broken` are the rules that `value` breaks, in AWS's words.
    #[track_caller]
    fn fails(&self, value: Value, broken: &[String], asked: &mut Asked) {
        assert!(!broken.is_empty(), "nothing is wrong with {value}");
        asked.outside += 1;
        let all = words(self.site.shape).join(", ");
        let (shown, broken) = match self.site.steps.last() {
            Some(Step::Element) if is_text_or_number(self.site.shape) => {
                (format!("[{}]", print(&value)), vec![format!("Member must satisfy constraint: [{all}]")])
            }
            Some(Step::Key) => {
                let Some(Step::Member(_) | Step::Element | Step::Entry) = self.site.steps.iter().rev().nth(1)
                else {
                    unreachable!("a map lies in a member")
                };
                (self.container(&value), vec![format!("Map keys must satisfy constraint: [{all}]")])
            }
            Some(Step::Entry) if is_text_or_number(self.site.shape) => {
                (self.container(&value), vec![format!("Map value must satisfy constraint: [{all}]")])
            }
            _ => (print(&value), broken.to_vec()),
        };
        let hidden = self.site.sensitive || shown == "?";
        let subject = if hidden { "Value".to_owned() } else { format!("Value '{shown}'") };
        let texts: Vec<String> = broken
            .iter()
            .map(|rule| format!("{subject} at '{}' failed to satisfy constraint: {rule}", self.site.path))
            .collect();
        let plural = if texts.len() == 1 { "" } else { "s" };
        let expected = format!("{} validation error{plural} detected: {}", texts.len(), texts.join("; "));
        let outcome = check_constraints(self.operation.input(), &self.input(Some(value)));
        assert_eq!(outcome, Err(expected), "{}", self.operation.name());
    }

    /// The map around a key or a value.
    fn container(&self, value: &Value) -> String {
        let mut around = Value::Object(self.input(Some(value.clone())));
        for step in &self.site.steps[..self.site.steps.len() - 1] {
            around = match step {
                Step::Member(name) => around[*name].take(),
                Step::Element => around[0].take(),
                _ => around.as_object().unwrap().values().next().unwrap().clone(),
            };
        }
        print(&around)
    }
}

/// As Java prints it; `?` where it has no form.
fn print(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().any(|i| i.is_object() || i.is_array()) => "?".into(),
        Value::Array(items) => format!("[{}]", items.iter().map(print).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.values().any(|v| v.is_object() || v.is_array()) => "?".into(),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(k, v)| format!("{k}={}", print(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// The rule with `what` in its words.
fn rule(rules: &[String], what: &str) -> Option<String> {
    rules.iter().find(|rule| rule.contains(what)).cloned()
}

fn size(n: i64) -> usize {
    usize::try_from(n).unwrap()
}

fn texts(question: &Question, shape: &StringShape, asked: &mut Asked) {
    let rules = words(question.site.shape);
    if !shape.values.is_empty() {
        shape.values.iter().for_each(|value| question.passes((*value).into(), asked));
        for value in ["", "NOT_A_VALUE", &format!(" {}", shape.values[0])] {
            question.fails(value.into(), &rules, asked);
        }
        return;
    }
    let example = shape.pattern.map(|p| examples::of(&question.inputs.examples, question.site.shape, p));
    let of_length = |n| match example {
        Some(example) => example.of_length(n),
        None => Some("a".repeat(n)),
    };
    let within = |text: &str| {
        let n = i64::try_from(text.encode_utf16().count()).unwrap();
        (shape.max.is_none_or(|max| n <= max), shape.min.is_none_or(|min| n >= min))
    };
    let broken = |text: &str, matches: bool| -> Vec<String> {
        let (short_enough, long_enough) = within(text);
        let mut broken = Vec::new();
        broken.extend(rule(&rules, "less than").filter(|_| !short_enough));
        broken.extend(rule(&rules, "greater than").filter(|_| !long_enough));
        broken.extend(rule(&rules, "expression pattern").filter(|_| !matches));
        broken
    };
    // Where no text of the wrong length satisfies the pattern, both rules are broken.
    if let Some(max) = shape.max {
        if let Some(longest) = of_length(size(max)) {
            question.passes(longest.into(), asked);
        }
        let (text, matches) =
            of_length(size(max) + 1).map_or(("x".repeat(size(max) + 1), false), |t| (t, true));
        question.fails(text.clone().into(), &broken(&text, matches), asked);
    }
    if let Some(min) = shape.min.filter(|min| *min > 0) {
        if let Some(shortest) = of_length(size(min)) {
            question.passes(shortest.into(), asked);
        }
        let (text, matches) =
            of_length(size(min) - 1).map_or((" ".repeat(size(min) - 1), false), |t| (t, true));
        question.fails(text.clone().into(), &broken(&text, matches), asked);
    }
    for text in example.iter().flat_map(|e| e.valid).filter(|text| within(text) == (true, true)) {
        question.passes((*text).into(), asked);
    }
    for text in example.iter().flat_map(|e| e.invalid) {
        question.fails((*text).into(), &broken(text, false), asked);
    }
}

fn numbers(question: &Question, min: Option<i64>, max: Option<i64>, asked: &mut Asked) {
    let rules = words(question.site.shape);
    for (bound, outside, side) in [(max, 1, "less than"), (min, -1, "greater than")] {
        if let Some(bound) = bound {
            question.passes(bound.into(), asked);
            question.fails((bound + outside).into(), rule(&rules, side).as_slice(), asked);
        }
    }
}

/// Lists and maps by how many they hold.
fn counts(
    question: &Question,
    min: Option<i64>,
    max: Option<i64>,
    of: impl Fn(usize) -> Option<Value>,
    asked: &mut Asked,
) {
    let rules = words(question.site.shape);
    for (bound, outside, side) in [(max, 1, "less than"), (min.filter(|min| *min > 0), -1, "greater than")] {
        let Some(bound) = bound else { continue };
        if let Some(value) = of(size(bound)) {
            question.passes(value, asked);
        }
        if let Some(value) = of(size(bound + outside)) {
            question.fails(value, rule(&rules, side).as_slice(), asked);
        }
    }
}

#[test]
fn every_constrained_member_passes_just_inside_and_fails_just_outside() {
    let inputs = Inputs::new();
    let mut asked = Asked::default();
    let mut missing = 0;
    for operation in Operation::ALL {
        let shape = operation.input();
        let smallest = inputs.with(shape, &[], Some(inputs.smallest(shape)));
        assert_eq!(check_constraints(shape, &smallest), Ok(()), "{}", operation.name());
        for site in &inputs.sites(shape) {
            let question = Question { inputs: &inputs, operation, site };
            match site.shape {
                Shape::String(text) => texts(&question, text, &mut asked),
                Shape::Integer { min, max } | Shape::Long { min, max } => {
                    numbers(&question, *min, *max, &mut asked)
                }
                Shape::List { element, min, max } => {
                    counts(
                        &question,
                        *min,
                        *max,
                        |n| Some(vec![inputs.smallest(element); n].into()),
                        &mut asked,
                    );
                }
                Shape::Map { key, value, min, max } => {
                    counts(&question, *min, *max, |n| entries(&inputs, key, value, n), &mut asked);
                }
                Shape::Blob { max: Some(max), .. } => {
                    let bytes = |n: usize| json!("AAAA".repeat(n / 3) + ["", "AA==", "AAA="][n % 3]);
                    question.passes(bytes(size(*max)), &mut asked);
                    question.fails(bytes(size(*max) + 1), &words(site.shape)[..1], &mut asked);
                }
                _ => {}
            }
            if let (true, Some(Step::Member(_))) = (site.required, site.steps.last()) {
                missing += 1;
                let expected = format!(
                    "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must not be null",
                    site.path
                );
                assert_eq!(
                    check_constraints(shape, &question.input(None)),
                    Err(expected),
                    "{}",
                    operation.name()
                );
            }
        }
    }
    println!("{} inside, {} outside, {missing} missing", asked.inside, asked.outside);
    assert!(asked.inside >= 2000 && asked.outside >= 3300 && missing >= 350);
}

/// `n` entries with different keys, where the keys can differ.
fn entries(inputs: &Inputs, key: &'static Shape, value: &'static Shape, n: usize) -> Option<Value> {
    let Shape::String(constraints) = key else { return None };
    let mut keys: Vec<String> = (1..=n).map(|i| "k".repeat(i)).collect();
    if let Some(pattern) = constraints.pattern {
        let example = examples::of(&inputs.examples, key, pattern);
        keys = match example.fill {
            Some(_) => (0..n)
                .filter_map(|i| example.of_length(example.head.len() + example.tail.len() + i))
                .collect(),
            None => example.valid.iter().take(n).map(|k| (*k).to_owned()).collect(),
        };
    }
    let map: Map<String, Value> = keys.into_iter().map(|k| (k, inputs.smallest(value))).collect();
    (map.len() == n).then(|| map.into())
}

#[test]
fn every_pattern_has_examples_and_every_example_a_pattern() {
    let inputs = Inputs::new();
    let mut used = std::collections::BTreeSet::new();
    for operation in Operation::ALL {
        for site in inputs.sites(operation.input()) {
            let Shape::String(StringShape { pattern: Some(pattern), .. }) = site.shape else { continue };
            used.insert(pattern.text);
            let example = examples::of(&inputs.examples, site.shape, pattern);
            assert!(example.valid.iter().all(|text| pattern.matches(text)), "{}", pattern.text);
            assert!(example.invalid.iter().all(|text| !pattern.matches(text)), "{}", pattern.text);
            assert!(!example.valid.is_empty(), "{}", pattern.text);
            assert!(!example.invalid.is_empty() || pattern.text == "(?s).*", "{}", pattern.text);
        }
    }
    let unused: Vec<_> = inputs.examples.keys().filter(|text| !used.contains(*text)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
