//! DeleteUserPoolClient. Sign-ins made through the client end with it.

use domain::Result;
use flows::cx::PoolCx;
use wire::Empty;
use wire::cognito_idp::shapes::DeleteUserPoolClientRequest;

pub async fn handle(cx: PoolCx, input: DeleteUserPoolClientRequest) -> Result<Empty> {
    let client = super::find(&cx, &input.client_id).await?;
    cx.apply(storage::clients::delete(cx.pool_ref(), &client), |_| None).await?;
    Ok(Empty {})
}
