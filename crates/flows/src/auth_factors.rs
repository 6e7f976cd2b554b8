//! What a user can sign in with: `ConfiguredUserAuthFactors`.

use domain::auth::{self, Facts, FirstFactor};
use domain::{Result, User};
use wire::cognito_idp::shapes::AuthFactorType;

use crate::cx::PoolCx;
use crate::sign_in;

/// The first factors that the pool allows and the user has, and a verified software token.
pub async fn configured(cx: &PoolCx, user: &User) -> Result<Vec<AuthFactorType>> {
    let password = storage::passwords::find(cx.db(), cx.pool_ref(), user).await?;
    let facts = Facts {
        has_password: password.is_some(),
        has_passkey: sign_in::has_passkey(cx, user).await?,
        ..Facts::of(cx.pool(), user, cx.now())
    };
    let mut factors: Vec<AuthFactorType> =
        auth::available(&facts).into_iter().map(FirstFactor::kind).collect();
    factors.dedup();
    if user.factors.has_software_token {
        factors.push(AuthFactorType::SoftwareToken);
    }
    Ok(factors)
}
