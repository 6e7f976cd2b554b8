//! DeleteUserPool.

use domain::{Error, Result};
use flows::cx::PoolCx;
use flows::pools;
use wire::Empty;
use wire::cognito_idp::shapes::{DeleteUserPoolRequest, DeletionProtectionType};

pub async fn handle(cx: PoolCx, _input: DeleteUserPoolRequest) -> Result<Empty> {
    pools::delete(&cx, |pool| {
        if pool.settings.deletion_protection == Some(DeletionProtectionType::Active) {
            return Err(Error::invalid(
                "The user pool cannot be deleted because deletion protection is activated. \
                 Deletion protection must be inactivated first.",
            ));
        }
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
