//! ListWebAuthnCredentials, in the order of their registration.

use domain::Result;
use domain::passkeys::Passkey;
use flows::cx::UserCx;
use storage::passkeys;
use wire::Timestamp;
use wire::cognito_idp::shapes::{
    ListWebAuthnCredentialsRequest, ListWebAuthnCredentialsResponse, WebAuthnCredentialDescription,
};

use crate::pagination::{self, Listing};

/// Size of a page that was not given one: every passkey a user can have.
const PAGE: usize = 20;

pub async fn handle(
    cx: UserCx,
    input: ListWebAuthnCredentialsRequest,
) -> Result<ListWebAuthnCredentialsResponse> {
    super::refuse_reset(&cx)?;
    let name = format!("ListWebAuthnCredentials/{}", cx.user.id);
    let listing = Listing::of_pool(&name, &cx);
    let after = listing.position(&cx.services, input.next_token.as_deref())?;
    let limit = input.max_results.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(PAGE);
    let mut found = passkeys::of_user(cx.db(), cx.pool_ref(), &cx.user.id).await?;
    found.retain(|passkey| position(passkey) > after);
    let (page, next_token) = pagination::cut(&listing, &cx.services, found, limit, position);
    Ok(ListWebAuthnCredentialsResponse { credentials: page.into_iter().map(describe).collect(), next_token })
}

/// Orders as the list does.
fn position(passkey: &Passkey) -> String {
    format!("{:020}/{}", passkey.created_at.millis(), passkey.credential_id)
}

fn describe(passkey: Passkey) -> WebAuthnCredentialDescription {
    WebAuthnCredentialDescription {
        credential_id: passkey.credential_id,
        friendly_credential_name: passkey.name,
        relying_party_id: passkey.rp_id,
        authenticator_attachment: passkey.attachment,
        authenticator_transports: passkey.transports,
        created_at: Timestamp(passkey.created_at.millis()),
    }
}
