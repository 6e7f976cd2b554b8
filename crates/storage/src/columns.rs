//! The columns of rows that several queries read, each list in one place, in the order in which its `from_row`
//! takes them.

/// Of a user `u`; [`crate::users::from_row`] reads them.
macro_rules! user {
    () => {
        "u.user_id, u.username, u.status, u.enabled, u.attributes, u.pending, u.version, u.credential_version, \
         u.created_at, u.modified_at, u.factors"
    };
}

/// Of a session `s`.
macro_rules! session {
    () => {
        "s.session_id, s.user_id, s.client_id, s.auth_time, s.expires_at, s.device_key, s.generation, s.rotated_at, \
         s.acr, s.methods, s.credential_version, s.proved_at"
    };
}

/// Of a password `p`.
macro_rules! password {
    () => {
        "p.hash, p.srp_salt, p.srp_verifier, p.history, p.set_at, p.expires_at"
    };
}

/// Of a principal `p`; [`crate::principals`] reads them.
macro_rules! principal {
    () => {
        "p.principal_id, p.account, p.kind, p.name, p.path, p.tags, p.trust_policy, p.max_session, p.version, \
         p.created_at"
    };
}

pub(crate) use {password, principal, session, user};

/// What follows a principal.
pub(crate) const AFTER_PRINCIPAL: usize = 10;

/// Where the session begins behind a user, and whatever follows a user in general.
pub(crate) const AFTER_USER: usize = 11;
/// What follows a user and a session.
pub(crate) const AFTER_SESSION: usize = AFTER_USER + 12;
