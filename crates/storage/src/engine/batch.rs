//! The one form of a write: statements with conditions, applied all or none.

use super::Value;

/// The name of a condition inside a batch, so that its failure can be told from others.
pub type Guard = &'static str;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    None,
    Inserts(Guard),
    ChangesOne(Guard),
    Finds(Guard),
    Sees(Guard),
}

/// One statement of a batch with the condition it carries.
#[derive(Debug, Clone)]
pub struct Statement {
    pub(super) sql: &'static str,
    pub(super) params: Vec<Value>,
    pub(super) check: Check,
}

impl Statement {
    /// A statement that may change any number of rows.
    pub fn new(sql: &'static str, params: Vec<Value>) -> Self {
        Self { sql, params, check: Check::None }
    }

    /// Must insert exactly one row. Write it with `ON CONFLICT DO NOTHING`; without, a uniqueness conflict is
    /// the condition failing too, and any other broken constraint is a fault.
    pub fn must_insert(self, guard: Guard) -> Self {
        Self { check: Check::Inserts(guard), ..self }
    }

    /// Must change or delete exactly one row.
    pub fn must_change_one(self, guard: Guard) -> Self {
        Self { check: Check::ChangesOne(guard), ..self }
    }

    /// A SELECT that must return a row which no one changes or deletes before this batch is applied.
    ///
    /// PostgreSQL gets `FOR SHARE` appended: a writer of the row that came first is waited for and its result
    /// is what the condition sees; one that comes later waits for this batch. (`FOR KEY SHARE` would let an
    /// UPDATE of a mark such as `deleted_at` through.) So the text ends where a locking clause may follow: no
    /// aggregate, GROUP BY, DISTINCT, UNION or outer join. SQLite has one writer, so it holds by itself.
    ///
    /// Not for a row that the same batch changes: two such batches would each hold the share the other waits
    /// for. There the change itself carries the condition.
    pub fn must_find(self, guard: Guard) -> Self {
        Self { check: Check::Finds(guard), ..self }
    }

    /// A SELECT that must return a row at some moment during the batch. The row is not held: for marks whose
    /// loss a moment later makes what this batch writes invisible anyway, and which every batch of a pool
    /// would contend for.
    pub fn must_see(self, guard: Guard) -> Self {
        Self { check: Check::Sees(guard), ..self }
    }

    /// The guard that fails, given how many rows were changed or found.
    pub(super) fn failed_guard(&self, rows: u64) -> Option<Guard> {
        match self.check {
            Check::None => None,
            Check::Inserts(guard) | Check::ChangesOne(guard) => (rows != 1).then_some(guard),
            Check::Finds(guard) | Check::Sees(guard) => (rows == 0).then_some(guard),
        }
    }

    /// The guard that a uniqueness conflict in this statement stands for.
    pub(super) fn conflict_guard(&self) -> Option<Guard> {
        match self.check {
            Check::Inserts(guard) => Some(guard),
            _ => None,
        }
    }

    pub(super) fn is_select(&self) -> bool {
        matches!(self.check, Check::Finds(_) | Check::Sees(_))
    }
}

/// What an acknowledged batch outlives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Durability {
    /// Everything, the failure of the machine included.
    #[default]
    Full,
    /// The end of Poolhouse's process. A machine that fails may lose it, and so may PostgreSQL, by a crash or a failover
    /// that Poolhouse outlives. Whatever was applied after it is then lost too, up to where the loss happened: what is
    /// there is a beginning of what was applied, in order, and, where Poolhouse outlived the loss, what came later.
    Ordered,
}

/// Statements applied all or none, in order.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(super) statements: Vec<Statement>,
    pub(super) durability: Durability,
}

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// The batch, acknowledged without waiting for the disk. It outlives Poolhouse's process, and a failure of the
    /// database if anything applied between the two does. For what may be forgotten together with its consequences; a
    /// durable batch that must not come without it carries it as a condition.
    pub fn ordered(self) -> Self {
        Self { durability: Durability::Ordered, ..self }
    }
}

impl FromIterator<Statement> for Batch {
    fn from_iter<I: IntoIterator<Item = Statement>>(statements: I) -> Self {
        Self { statements: statements.into_iter().collect(), ..Self::default() }
    }
}
