//! From exec to the first answered ListUserPools, each time in a fresh folder.

use serde::Serialize;
use serde_json::json;

use crate::Result;
use crate::client::Client;
use crate::measure::millis;
use crate::stage::Stage;

const STARTS: usize = 11;

#[derive(Debug, Clone, Serialize)]
pub struct ColdStart {
    pub best_ms: f64,
    pub median_ms: f64,
    pub worst_ms: f64,
}

pub async fn measure(stage: &Stage) -> Result<ColdStart> {
    let mut times = Vec::with_capacity(STARTS);
    for n in 0..STARTS {
        let server = stage.start(&format!("cold-{n}")).await?;
        let mut client = Client::open(server.address).await?;
        client.call_signed("ListUserPools", &json!({ "MaxResults": 1 })).await?;
        times.push(millis(server.started.elapsed()));
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(ColdStart { best_ms: times[0], median_ms: times[STARTS / 2], worst_ms: times[STARTS - 1] })
}
