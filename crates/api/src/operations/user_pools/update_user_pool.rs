//! UpdateUserPool: replaces every settable member, absent ones by their default.

use domain::Result;
use domain::pool::settings;
use domain::session_tracking;
use flows::cx::PoolCx;
use flows::pools;
use wire::Empty;
use wire::cognito_idp::shapes::UpdateUserPoolRequest;

pub async fn handle(cx: PoolCx, input: UpdateUserPoolRequest) -> Result<Empty> {
    pools::change(&cx, |pool| {
        pool.settings = settings::update(&pool.settings, input.clone())?;
        if pool.session_tracking.enabled {
            session_tracking::check_tier(&pool.settings)?;
        }
        pool.mfa.follow(&pool.settings)
    })
    .await?;
    Ok(Empty {})
}
