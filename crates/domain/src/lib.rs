//! The nouns and rules of a user pool; no SQL, no HTTP.
