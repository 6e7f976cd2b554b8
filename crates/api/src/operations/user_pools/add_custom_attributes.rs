//! AddCustomAttributes.

use domain::Result;
use domain::pool::schema;
use flows::cx::PoolCx;
use flows::pools;
use wire::Empty;
use wire::cognito_idp::shapes::AddCustomAttributesRequest;

pub async fn handle(cx: PoolCx, input: AddCustomAttributesRequest) -> Result<Empty> {
    pools::change(&cx, |pool| {
        let attributes = pool.settings.schema_attributes.get_or_insert_default();
        schema::add_custom(attributes, &input.custom_attributes)
    })
    .await?;
    Ok(Empty {})
}
