//! Acts that the API and the login pages share.
