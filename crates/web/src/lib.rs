//! The browser surface: issuer documents, and later OAuth 2.0 and managed login.
