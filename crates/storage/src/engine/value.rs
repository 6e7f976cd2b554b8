//! Parameters and rows.

/// The three types that columns have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Int,
    Text,
    Blob,
}

/// A parameter or a column's value. A NULL says of which type it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Null(Type),
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// The kind only: values can be secret.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null(kind) => write!(f, "Null({kind:?})"),
            other => write!(f, "{:?}(…)", other.kind()),
        }
    }
}

impl Value {
    pub(super) fn kind(&self) -> Type {
        match self {
            Self::Null(kind) => *kind,
            Self::Int(_) => Type::Int,
            Self::Text(_) => Type::Text,
            Self::Blob(_) => Type::Blob,
        }
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Int(b.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<Option<i64>> for Value {
    fn from(n: Option<i64>) -> Self {
        n.map_or(Self::Null(Type::Int), Self::Int)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null(Type::Text), Self::Text)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null(Type::Text), Self::from)
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        bytes.map_or(Self::Null(Type::Blob), Self::Blob)
    }
}

/// A row, read by column position. A column of another type than asked for is a mistake in the SQL next to
/// the call: it is caught in tests and reads as empty otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub(super) Vec<Value>);

impl Row {
    pub fn int(&self, i: usize) -> i64 {
        self.opt_int(i).unwrap_or_else(|| self.mistyped(i))
    }

    pub fn text(&self, i: usize) -> &str {
        self.opt_text(i).unwrap_or_else(|| self.mistyped(i))
    }

    pub fn blob(&self, i: usize) -> &[u8] {
        self.opt_blob(i).unwrap_or_else(|| self.mistyped(i))
    }

    pub fn opt_int(&self, i: usize) -> Option<i64> {
        match self.0.get(i) {
            Some(Value::Int(n)) => Some(*n),
            _ => None,
        }
    }

    pub fn opt_text(&self, i: usize) -> Option<&str> {
        match self.0.get(i) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn opt_blob(&self, i: usize) -> Option<&[u8]> {
        match self.0.get(i) {
            Some(Value::Blob(bytes)) => Some(bytes),
            _ => None,
        }
    }

    fn mistyped<T: Default>(&self, i: usize) -> T {
        debug_assert!(false, "column {i} of {self:?} is not of the type asked for");
        T::default()
    }
}
