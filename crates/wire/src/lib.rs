//! What AWS says: shapes, constraints, operations and errors, generated from the service models.
