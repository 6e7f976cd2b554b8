//! What a browser sends back (`PublicKeyCredential.toJSON()`), as far as the WebAuthn library leaves it to its
//! caller: names that must agree, the origin, and who it says it is of.

use data_encoding::BASE64URL_NOPAD;
use domain::passkeys::allows_origin;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// `AuthenticatorTransport` (WebAuthn §5.8.4).
const TRANSPORTS: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/// Why a response is refused. The two ceremonies have different words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Malformed,
    /// It answers another challenge.
    Challenge,
    Origin,
    RelyingParty,
    /// A key, an attestation or an authenticator that is not supported.
    Unsupported,
    /// The user was not verified and must be.
    UserNotVerified,
    /// Anything else that does not hold: a signature, a counter, a foreign credential.
    Failed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    id: String,
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    authenticator_attachment: Option<String>,
    response: Inner,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    user_handle: Option<String>,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    top_origin: Option<String>,
}

/// A response whose members agree with each other.
pub(super) struct Response {
    /// Base64url without padding.
    pub(super) credential_id: String,
    /// `platform` or `cross-platform`.
    pub(super) attachment: Option<String>,
    /// Those that are known.
    pub(super) transports: Vec<String>,
    user_handle: Option<Vec<u8>>,
    client_data: ClientData,
}

impl Response {
    pub(super) fn read(credential: &Value) -> Result<Self, Fault> {
        let envelope = Envelope::deserialize(credential).map_err(|_| Fault::Malformed)?;
        if envelope.kind != "public-key" || envelope.id != envelope.raw_id || envelope.id.is_empty() {
            return Err(Fault::Malformed);
        }
        decode(&envelope.id)?;
        let client_data = decode(&envelope.response.client_data)?;
        Ok(Self {
            credential_id: envelope.id,
            attachment: envelope
                .authenticator_attachment
                .filter(|a| matches!(a.as_str(), "platform" | "cross-platform")),
            transports: envelope
                .response
                .transports
                .into_iter()
                .filter(|transport| TRANSPORTS.contains(&transport.as_str()))
                .collect(),
            user_handle: envelope.response.user_handle.as_deref().map(decode).transpose()?,
            client_data: serde_json::from_slice(&client_data).map_err(|_| Fault::Malformed)?,
        })
    }

    /// The origin, if pages of it may use the relying party's passkeys: not from inside a page of another origin
    /// (WebAuthn §7.1 and §7.2: `crossOrigin`, `topOrigin`).
    pub(super) fn origin(&self, rp_id: &str) -> Result<Url, Fault> {
        let ClientData { origin, cross_origin, top_origin } = &self.client_data;
        if *cross_origin == Some(true) || top_origin.is_some() || !allows_origin(rp_id, origin) {
            return Err(Fault::Origin);
        }
        Url::parse(origin).map_err(|_| Fault::Origin)
    }

    /// A user handle, if there is one, names this user (WebAuthn §7.2 step 6).
    pub(super) fn check_user(&self, user_id: &str) -> Result<(), Fault> {
        match &self.user_handle {
            Some(handle) if handle != user_id.as_bytes() => Err(Fault::Failed),
            _ => Ok(()),
        }
    }
}

fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Fault::Malformed)
}
