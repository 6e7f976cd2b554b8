//! The members of a document: each is taken once, what is left over is refused.

use std::collections::BTreeMap;

use crate::json::Node;
use crate::malformed::{At, Malformed};

/// Longest document that is read, in bytes: what IAM's operations take. The quotas of where a policy is attached
/// are far below, see [`size`].
const LONGEST: usize = 131_072;

/// The size of a document as IAM's quotas count it: characters that are no white space.
pub(crate) fn size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// What a document says outside its statements.
pub(crate) struct Document {
    /// Whether its version is 2012-10-17, which brought policy variables.
    pub variables: bool,
    pub id: Option<String>,
    pub statements: Vec<Node>,
}

impl Document {
    pub(crate) fn read(text: &str) -> Result<Self, Malformed> {
        let root = At::ROOT;
        if text.len() > LONGEST {
            return Err(root.syntax(format_args!("it is longer than {LONGEST} bytes")));
        }
        let node = Node::read(text).map_err(|error| root.syntax(error))?;
        let mut fields = Fields::of(node, root)?;
        let variables = match fields.text("Version")?.as_deref() {
            // As IAM does when a document does not say.
            None | Some("2008-10-17") => false,
            Some("2012-10-17") => true,
            Some(other) => {
                return Err(root.member("Version").syntax(format_args!("{other:?} is no version")));
            }
        };
        let id = fields.text("Id")?;
        let statements = match fields.take("Statement") {
            Some(Node::List(statements)) if !statements.is_empty() => statements,
            Some(statement @ Node::Object(_)) => vec![statement],
            Some(Node::List(_)) => return Err(root.member("Statement").syntax("it is empty")),
            Some(other) => {
                let detail = format!("{} where statements are due", other.kind());
                return Err(root.member("Statement").syntax(detail));
            }
            None => return Err(root.syntax("Statement is missing")),
        };
        fields.finish()?;
        Ok(Self { variables, id, statements })
    }
}

/// The members of an object that are still to be read.
pub(crate) struct Fields<'a> {
    members: BTreeMap<String, Node>,
    at: At<'a>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(node: Node, at: At<'a>) -> Result<Self, Malformed> {
        match node {
            Node::Object(members) => Ok(Self { members, at }),
            other => Err(at.syntax(format_args!("{} where an object is due", other.kind()))),
        }
    }

    pub(crate) fn at(&self) -> At<'a> {
        self.at
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Node> {
        self.members.remove(name)
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Malformed> {
        match self.take(name) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(other) => {
                let detail = format!("{} where a string is due", other.kind());
                Err(self.at.member(name).syntax(detail))
            }
        }
    }

    /// The one of two members that is given, and whether it is the negated one.
    pub(crate) fn either(
        &mut self,
        name: &'static str,
        negated: &'static str,
    ) -> Result<Option<(bool, &'static str, Node)>, Malformed> {
        match (self.take(name), self.take(negated)) {
            (Some(_), Some(_)) => Err(self.at.syntax(format_args!("both {name} and {negated} are given"))),
            (Some(node), None) => Ok(Some((false, name, node))),
            (None, Some(node)) => Ok(Some((true, negated, node))),
            (None, None) => Ok(None),
        }
    }

    /// Nothing may be left that nobody asked for.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.at.syntax(format_args!("{name:?} is no member here"))),
        }
    }
}

/// One text, or a list of them.
pub(crate) fn texts<'a>(node: &'a Node, at: &At<'_>) -> Result<Vec<&'a str>, Malformed> {
    let text = |node: &'a Node, at: &At<'_>| match node {
        Node::Text(text) => Ok(text.as_str()),
        other => Err(at.syntax(format_args!("{} where a string is due", other.kind()))),
    };
    match node {
        Node::List(items) => {
            items.iter().enumerate().map(|(index, item)| text(item, &at.index(index))).collect()
        }
        one => Ok(vec![text(one, at)?]),
    }
}
