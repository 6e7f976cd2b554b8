//! Pure decisions on a request: may it pass?
