//! ListTagsForResource.

use domain::{Error, Result};
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{ListTagsForResourceRequest, ListTagsForResourceResponse};

pub async fn handle(cx: PoolCx, _input: ListTagsForResourceRequest) -> Result<ListTagsForResourceResponse> {
    let pool = storage::pools::read(cx.db(), cx.pool_ref())
        .await?
        .ok_or_else(|| Error::PoolNotFound(cx.pool().id.clone()))?;
    Ok(ListTagsForResourceResponse { tags: Some(pool.settings.user_pool_tags.unwrap_or_default()) })
}
