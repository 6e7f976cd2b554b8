//! Reset, snapshot and restore of everything the server holds. Only stores born in `dev` come here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::{Error, Result};
use flows::Services;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use storage::installation::{self, Birth};

use crate::clock::ShiftedClock;
use crate::reply;

/// Snapshots kept at most; the oldest goes first.
const KEPT: usize = 32;

/// Snapshots of this process, by id.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    taken: u64,
    by_id: BTreeMap<u64, Arc<Vec<u8>>>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({} snapshots)", self.by_id.len())
    }
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Snapshots {
    pub(crate) async fn take(&self, services: &Services) -> Response<Bytes> {
        match services.db.store().dump().await {
            Ok(dump) => {
                let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                kept.taken += 1;
                let id = kept.taken;
                kept.by_id.insert(id, Arc::new(dump));
                if kept.by_id.len() > KEPT {
                    kept.by_id.pop_first();
                }
                reply::json(&json!({ "id": id.to_string() }))
            }
            Err(error) => failed(&error),
        }
    }

    pub(crate) async fn restore(&self, services: &Services, body: &Bytes) -> Response<Bytes> {
        let Ok(asked) = serde_json::from_slice::<Named>(body) else {
            return reply::error(StatusCode::BAD_REQUEST, "{\"id\": \"…\"} is expected.");
        };
        let dump = asked.id.parse().ok().and_then(|id: u64| {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).by_id.get(&id).cloned()
        });
        let Some(dump) = dump else {
            return reply::error(StatusCode::NOT_FOUND, "There is no such snapshot.");
        };
        let loaded = services.db.store().load(&dump).await;
        services.directory.forget_all();
        services.identities.forget_all();
        match loaded {
            Ok(()) => reply::json(&json!({})),
            Err(error) => failed(&error),
        }
    }
}

/// Empties the store and sets the clock right.
pub(crate) async fn reset(services: &Services, clock: &ShiftedClock) -> Response<Bytes> {
    let emptied = empty(services).await;
    services.directory.forget_all();
    services.identities.forget_all();
    clock.reset();
    match emptied {
        Ok(()) => reply::json(&json!({})),
        Err(error) => failed(&error),
    }
}

async fn empty(services: &Services) -> Result<()> {
    services.db.store().clear().await.map_err(Error::internal)?;
    installation::claim(&services.db, Birth::Dev).await
}

fn failed(error: &dyn std::fmt::Display) -> Response<Bytes> {
    tracing::error!(%error, "test control");
    reply::error(StatusCode::INTERNAL_SERVER_ERROR, "The store refused; see the log.")
}
