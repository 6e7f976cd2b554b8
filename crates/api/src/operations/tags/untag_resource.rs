//! UntagResource. Names that are no tag of the pool are ignored.

use domain::Result;
use flows::cx::PoolCx;
use flows::pools;
use wire::Empty;
use wire::cognito_idp::shapes::UntagResourceRequest;

pub async fn handle(cx: PoolCx, input: UntagResourceRequest) -> Result<Empty> {
    pools::change(&cx, |pool| {
        let tags = pool.settings.user_pool_tags.get_or_insert_default();
        tags.retain(|name, _| !input.tag_keys.contains(name));
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
