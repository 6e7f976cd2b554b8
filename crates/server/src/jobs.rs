//! The clockwork that runs upkeep while the server serves.

use std::sync::Arc;
use std::time::Duration;

use flows::Services;
use flows::upkeep::{self, FORGET_EVERY, NOTICE_EVERY};
use tokio::time::{MissedTickBehavior, interval};

/// Starts the jobs; they end with the runtime.
pub fn start(services: &Arc<Services>) {
    let (forgetting, noticing) = (services.clone(), services.clone());
    tokio::spawn(async move {
        let mut ticks = every(FORGET_EVERY);
        loop {
            ticks.tick().await;
            if let Err(error) = upkeep::forget_expired(&forgetting).await {
                tracing::warn!(%error, "forgetting what has expired");
            }
        }
    });
    tokio::spawn(async move {
        let mut ticks = every(NOTICE_EVERY);
        loop {
            ticks.tick().await;
            if let Err(error) = upkeep::notice_changes(&noticing).await {
                // What is not known to be current is not used.
                noticing.directory.forget_all();
                tracing::warn!(%error, "noticing changes of other nodes");
            }
        }
    });
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
