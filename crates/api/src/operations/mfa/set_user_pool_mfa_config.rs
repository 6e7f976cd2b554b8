//! SetUserPoolMfaConfig: each block that is given replaces the one before, the others stay.

use domain::Result;
use flows::cx::PoolCx;
use flows::pools;
use wire::cognito_idp::shapes::{
    GetUserPoolMfaConfigRequest, SetUserPoolMfaConfigRequest, SetUserPoolMfaConfigResponse,
};

pub async fn handle(cx: PoolCx, input: SetUserPoolMfaConfigRequest) -> Result<SetUserPoolMfaConfigResponse> {
    pools::change(&cx, |pool| pool.mfa.set(&mut pool.settings, input.clone())).await?;
    let user_pool_id = input.user_pool_id;
    let now =
        super::get_user_pool_mfa_config::handle(cx, GetUserPoolMfaConfigRequest { user_pool_id }).await?;
    Ok(SetUserPoolMfaConfigResponse {
        sms_mfa_configuration: now.sms_mfa_configuration,
        software_token_mfa_configuration: now.software_token_mfa_configuration,
        email_mfa_configuration: now.email_mfa_configuration,
        mfa_configuration: now.mfa_configuration,
        webauthn_configuration: now.webauthn_configuration,
    })
}
