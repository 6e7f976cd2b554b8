//! AddCustomAttributes.

use domain::Result;
use domain::pool::schema;
use flows::cx::PoolCx;
use flows::pools;
use wire::Empty;
use wire::cognito_idp::shapes::AddCustomAttributesRequest;

pub async fn handle(cx: PoolCx, input: AddCustomAttributesRequest) -> Result<Empty> {
    pools::change(&cx, |pool| {
        let mut settings = pool.settings.clone();
        let mut attributes = settings.schema_attributes.take().unwrap_or_default();
        schema::add_custom(&mut attributes, &input.custom_attributes)?;
        settings.schema_attributes = Some(attributes);
        Ok(settings)
    })
    .await?;
    Ok(Empty {})
}
