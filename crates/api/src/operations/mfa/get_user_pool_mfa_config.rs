//! GetUserPoolMfaConfig.

use domain::{Error, Result};
use flows::cx::PoolCx;
use wire::cognito_idp::shapes::{GetUserPoolMfaConfigRequest, GetUserPoolMfaConfigResponse};

pub async fn handle(cx: PoolCx, _: GetUserPoolMfaConfigRequest) -> Result<GetUserPoolMfaConfigResponse> {
    let pool = storage::pools::read(cx.db(), cx.pool_ref())
        .await?
        .ok_or_else(|| Error::PoolNotFound(cx.pool().id.clone()))?;
    Ok(GetUserPoolMfaConfigResponse {
        sms_mfa_configuration: super::sms_block(&pool),
        mfa_configuration: Some(pool.mfa_configuration()),
        software_token_mfa_configuration: pool.mfa.software_token,
        email_mfa_configuration: pool.mfa.email,
        webauthn_configuration: pool.mfa.web_authn,
    })
}
