//! TLS for `poolhouse dev`: a certificate authority of its own, kept in the data folder so that trusting it
//! once is enough, and a fresh certificate for this machine's names at each start.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::time::Time;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::TlsAcceptor;

const DAY: Duration = Duration::from_secs(86_400);
/// The longest life that every client accepts of a certificate whose authority was added by hand.
const LEAF_LIFE: Duration = Duration::from_secs(800 * 86_400);
const AUTHORITY_LIFE: Duration = Duration::from_secs(3650 * 86_400);

/// What accepts connections, and where the authority's certificate lies for clients to trust.
pub struct Tls {
    pub acceptor: TlsAcceptor,
    pub authority: PathBuf,
}

/// Makes the authority in `folder` on first use (`ca.pem`, and `ca-key.pem` for the owner alone), then a
/// certificate for localhost and `names`.
pub fn prepare(folder: &Path, names: &[String], now: Time) -> Result<Tls, String> {
    let failed = |what: &str, e: &dyn std::fmt::Display| format!("TLS: {what}: {e}");
    let authority_file = folder.join("ca.pem");
    let authority_key =
        authority_key(folder, &authority_file, now).map_err(|e| failed("the local authority", &e))?;
    let issuer = Issuer::new(authority(now), authority_key);

    let mut hosts = vec!["localhost".to_owned(), "*.localhost".into(), "127.0.0.1".into(), "::1".into()];
    hosts.extend(names.iter().cloned());
    let key = KeyPair::generate().map_err(|e| failed("a key", &e))?;
    let mut leaf = CertificateParams::new(hosts).map_err(|e| failed("the host names", &e))?;
    leaf.distinguished_name = named("Poolhouse development server");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    leaf.not_before = day(now) - DAY;
    leaf.not_after = day(now) + LEAF_LIFE;
    let leaf = leaf.signed_by(&key, &issuer).map_err(|e| failed("the certificate", &e))?;

    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let acceptor = CertifiedKey::from_der(vec![leaf.der().clone()], private, &super::provider())
        .and_then(|certificate| super::acceptor(Arc::new(SingleCertAndKey::from(certificate))))
        .map_err(|e| failed("the configuration", &e))?;
    Ok(Tls { acceptor, authority: authority_file })
}

/// The authority's key: the one kept in the folder, or a new one with its certificate.
fn authority_key(folder: &Path, certificate: &Path, now: Time) -> Result<KeyPair, String> {
    let file = folder.join("ca-key.pem");
    if certificate.exists()
        && let Ok(pem) = fs::read_to_string(&file)
    {
        return KeyPair::from_pem(&pem).map_err(|e| e.to_string());
    }
    let key = KeyPair::generate().map_err(|e| e.to_string())?;
    let signed = authority(now).self_signed(&key).map_err(|e| e.to_string())?;
    let mut private = fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&file)
        .map_err(|e| e.to_string())?;
    private.write_all(key.serialize_pem().as_bytes()).map_err(|e| e.to_string())?;
    fs::write(certificate, signed.pem()).map_err(|e| e.to_string())?;
    Ok(key)
}

fn authority(now: Time) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("Poolhouse development authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = day(now) - DAY;
    params.not_after = day(now) + AUTHORITY_LIFE;
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut out = DistinguishedName::new();
    out.push(DnType::CommonName, name);
    out
}

/// The calendar day of a time, in the type that certificates take.
fn day(now: Time) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(now.secs() / 86_400 * 86_400)
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}
