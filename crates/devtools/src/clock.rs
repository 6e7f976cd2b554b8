//! The clock of a test server: the machine's own, shifted by whole seconds.

use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use domain::ports::{Clock, SystemClock};
use domain::time::Time;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::reply;

/// A shift of more than a century is a mistake.
const FURTHEST: i64 = 100 * 366 * 86_400;

/// Real time plus an offset. What the server issues or expires goes by `now`, SRP timestamps and request
/// signatures by `real`.
#[derive(Debug, Default)]
pub struct ShiftedClock {
    /// Seconds.
    offset: AtomicI64,
}

impl Clock for ShiftedClock {
    fn now(&self) -> Time {
        Time::from_millis(self.real().millis() + self.offset.load(Ordering::Relaxed) * 1000)
    }

    fn real(&self) -> Time {
        SystemClock.now()
    }
}

#[derive(Deserialize)]
struct Offset {
    offset_seconds: i64,
}

#[derive(Deserialize)]
struct Advance {
    seconds: i64,
}

impl ShiftedClock {
    pub(crate) fn show(&self) -> Response<Bytes> {
        let now =
            jiff::Timestamp::from_millisecond(self.now().millis()).map(|t| t.to_string()).unwrap_or_default();
        reply::json(&json!({ "offset_seconds": self.offset.load(Ordering::Relaxed), "now": now }))
    }

    pub(crate) fn set(&self, body: &Bytes) -> Response<Bytes> {
        match serde_json::from_slice::<Offset>(body) {
            Ok(asked) if asked.offset_seconds.abs() <= FURTHEST => {
                self.offset.store(asked.offset_seconds, Ordering::Relaxed);
                self.show()
            }
            _ => reply::error(
                StatusCode::BAD_REQUEST,
                "{\"offset_seconds\": N} is expected, at most a century.",
            ),
        }
    }

    pub(crate) fn advance(&self, body: &Bytes) -> Response<Bytes> {
        let Ok(asked) = serde_json::from_slice::<Advance>(body) else {
            return reply::error(StatusCode::BAD_REQUEST, "{\"seconds\": N} is expected.");
        };
        let moved = self.offset.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |offset| {
            offset.checked_add(asked.seconds).filter(|sum| sum.abs() <= FURTHEST)
        });
        match moved {
            Ok(_) => self.show(),
            Err(_) => {
                reply::error(StatusCode::BAD_REQUEST, "The clock cannot be shifted by more than a century.")
            }
        }
    }

    pub(crate) fn reset(&self) {
        self.offset.store(0, Ordering::Relaxed);
    }
}
