//! A certificate from files, which are read again when they change.

use std::fmt;
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;
use crate::private::{self, Readers};

/// Between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The certificate as last read.
struct Current(ArcSwap<CertifiedKey>);

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current(<certificate>)")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// Serves the certificate of these files, and goes on serving it when what they hold later cannot be used.
pub fn serve(files: TlsFiles) -> Result<TlsAcceptor, String> {
    let seen = times(&files);
    let current = Arc::new(Current(ArcSwap::from_pointee(load(&files)?)));
    let acceptor = super::acceptor(current.clone()).map_err(|e| format!("TLS: {e}"))?;
    let hangups = signal(SignalKind::hangup()).map_err(|e| format!("SIGHUP: {e}"))?;
    tokio::spawn(follow(files, seen, current, hangups, LOOK_EVERY));
    Ok(acceptor)
}

/// The certificate with its key, if they belong together.
pub fn load(files: &TlsFiles) -> Result<CertifiedKey, String> {
    let at = |path: &std::path::Path, e: &dyn fmt::Display| format!("{}: {e}", path.display());
    let in_certificate = |e: &dyn fmt::Display| at(&files.certificate, e);
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| in_certificate(&e))?;
    if chain.is_empty() {
        return Err(in_certificate(&"no certificate in it"));
    }
    let in_key = |e: &dyn fmt::Display| at(&files.key, e);
    let open = File::open(&files.key).map_err(|e| in_key(&e))?;
    private::judge(&open, Readers::Group).map_err(|e| in_key(&e))?;
    let key = PrivateKeyDer::from_pem_reader(open).map_err(|e| in_key(&e))?;
    CertifiedKey::from_der(chain, key, &super::provider()).map_err(|e| in_certificate(&e))
}

async fn follow(
    files: TlsFiles,
    mut seen: [Option<SystemTime>; 2],
    current: Arc<Current>,
    mut hangups: Signal,
    look_every: Duration,
) {
    let mut looks = tokio::time::interval(look_every);
    loop {
        let is_asked = tokio::select! {
            _ = hangups.recv() => true,
            _ = looks.tick() => false,
        };
        let now = times(&files);
        if !is_asked && now == seen {
            continue;
        }
        seen = now;
        match load(&files) {
            Ok(certificate) => {
                current.0.store(Arc::new(certificate));
                tracing::info!("read the certificate again");
            }
            Err(error) => tracing::error!(%error, "the certificate stays as it was"),
        }
    }
}

/// When the files were last changed.
fn times(files: &TlsFiles) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|file| file.metadata().and_then(|metadata| metadata.modified()).ok())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    /// Writes a new certificate; its DER form.
    fn certify(files: &TlsFiles) -> Vec<u8> {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(["a.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        fs::set_permissions(&files.key, Permissions::from_mode(0o600)).unwrap();
        fs::write(&files.certificate, certificate.pem()).unwrap();
        certificate.der().to_vec()
    }

    #[tokio::test]
    async fn a_change_is_noticed_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles { certificate: folder.path().join("c"), key: folder.path().join("k") };
        let first = certify(&files);
        let current = Arc::new(Current(ArcSwap::from_pointee(load(&files).unwrap())));
        let served = || current.0.load().cert[0].to_vec();
        assert_eq!(served(), first);
        let hangups = signal(SignalKind::hangup()).unwrap();
        let moment = Duration::from_millis(20);
        tokio::spawn(follow(files.clone(), times(&files), current.clone(), hangups, moment));
        let second = certify(&files);
        // Clocks of file systems may be coarser than this test is quick.
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        fs::File::options().write(true).open(&files.certificate).unwrap().set_modified(later).unwrap();
        let noticed = async {
            while served() != second {
                tokio::time::sleep(moment).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), noticed).await.expect("it is noticed");
    }
}
