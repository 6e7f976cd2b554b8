//! Proof that a caller is the app client it names: SECRET_HASH, or the raw secret where AWS takes that.

use domain::{Error, Result};
use storage::client_secrets::{self, ClientSecret};

use crate::cx::ClientCx;

/// Checks a `SecretHash` over any of `usernames` (the name sent, the real username). A client without a
/// secret takes no hash.
pub async fn check_hash(cx: &ClientCx, usernames: &[&str], hash: Option<&str>) -> Result<()> {
    let secrets = secrets(cx).await?;
    check_hash_with(cx, &secrets, usernames, hash)
}

/// As [`check_hash`], for callers that learn the username between reading the secrets and checking.
pub fn check_hash_with(
    cx: &ClientCx,
    secrets: &[ClientSecret],
    usernames: &[&str],
    hash: Option<&str>,
) -> Result<()> {
    let id = cx.client.id.as_str();
    match (secrets.is_empty(), hash) {
        (true, None) => Ok(()),
        (true, Some(_)) => Err(Error::ClientSecretMismatch(cx.client.id.clone())),
        (false, None) => Err(Error::ClientSecretMissing(cx.client.id.clone())),
        (false, Some(hash)) => {
            let fits = |secret: &ClientSecret, username: &str| {
                crypto::secret_hash::verify(&secret.value, username, id, hash)
            };
            // Every pair is tried, so that the time does not tell which one fits.
            let found = secrets
                .iter()
                .flat_map(|secret| usernames.iter().map(move |username| fits(secret, username)))
                .fold(false, |any, fits| any | fits);
            if found { Ok(()) } else { Err(Error::ClientSecretMismatch(cx.client.id.clone())) }
        }
    }
}

/// Checks a raw `ClientSecret`.
pub async fn check_secret(cx: &ClientCx, given: Option<&str>) -> Result<()> {
    let secrets = secrets(cx).await?;
    match (secrets.is_empty(), given) {
        (true, None) => Ok(()),
        (false, Some(given)) => {
            let found = secrets
                .iter()
                .map(|secret| crypto::mac::equal(secret.value.as_bytes(), given.as_bytes()))
                .fold(false, |any, fits| any | fits);
            if found { Ok(()) } else { Err(Error::InvalidClientOrSecret) }
        }
        _ => Err(Error::InvalidClientOrSecret),
    }
}

/// The client's secrets; needed only where it has any.
pub async fn secrets(cx: &ClientCx) -> Result<Vec<ClientSecret>> {
    if cx.client.has_secret {
        client_secrets::list(cx.db(), cx.pool_ref(), &cx.client.id).await
    } else {
        Ok(Vec::new())
    }
}
