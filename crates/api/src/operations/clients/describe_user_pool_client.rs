//! DescribeUserPoolClient.

use domain::Result;
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{DescribeUserPoolClientRequest, DescribeUserPoolClientResponse};

pub async fn handle(
    cx: PoolCx,
    input: DescribeUserPoolClientRequest,
) -> Result<DescribeUserPoolClientResponse> {
    let client = super::find(&cx, &input.client_id).await?;
    Ok(DescribeUserPoolClientResponse { user_pool_client: Some(super::describe(&cx, &client).await?) })
}
