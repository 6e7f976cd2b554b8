//! All SQL: one text, two engines, guarded batches.
