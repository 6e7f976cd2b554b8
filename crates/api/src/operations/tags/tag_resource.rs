//! TagResource.

use domain::Result;
use domain::pool::settings::check_tags;
use flows::cx::PoolCx;
use flows::pools;
use wire::Empty;
use wire::cognito_idp::shapes::TagResourceRequest;

pub async fn handle(cx: PoolCx, input: TagResourceRequest) -> Result<Empty> {
    pools::change(&cx, |pool| {
        pool.settings.user_pool_tags.get_or_insert_default().extend(input.tags.clone());
        check_tags(&pool.settings)
    })
    .await?;
    Ok(Empty {})
}
