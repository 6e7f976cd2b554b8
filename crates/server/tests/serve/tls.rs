use std::fs::{self, Permissions};
use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::program::{Answer, Place, Program, eventually, exchange, request};

const GET: &str = "GET /none HTTP/1.1\r\nhost: id.example.com\r\nconnection: close\r\n\r\n";

/// Writes a certificate of its own for id.example.com into the place.
fn certify(place: &Place) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(["id.example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    let key_file = place.path("key.pem");
    fs::write(&key_file, key.serialize_pem()).unwrap();
    fs::set_permissions(&key_file, Permissions::from_mode(0o600)).unwrap();
    fs::write(place.path("cert.pem"), certificate.pem()).unwrap();
    certificate.der().clone()
}

fn with_certificate(place: Place) -> Place {
    let [certificate, key] =
        ["cert.pem", "key.pem"].map(|name| place.path(name).to_str().unwrap().to_owned());
    place.with(&["--tls-certificate", &certificate, "--tls-key", &key])
}

/// What a client that trusts this certificate alone gets.
fn get(server: &Program, trusted: &CertificateDer<'static>) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), "id.example.com".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(server.api)?);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(exchange(&mut stream, GET))
}

#[test]
fn a_new_certificate_is_read_at_a_hangup() {
    let place = with_certificate(Place::new());
    let first = certify(&place);
    let server = place.start();
    assert_eq!(get(&server, &first).unwrap().status, 404);

    let second = certify(&place);
    get(&server, &second).unwrap_err();
    server.signal("HUP");
    eventually(|| get(&server, &second).is_ok());
    get(&server, &first).unwrap_err();

    // What cannot be used leaves the one before in place.
    fs::write(place.path("cert.pem"), "no certificate").unwrap();
    server.signal("HUP");
    eventually(|| server.log().contains("the certificate stays as it was"));
    assert_eq!(get(&server, &second).unwrap().status, 404);
    assert_eq!(server.end(), 0);
}

#[test]
fn a_handshake_that_does_not_come_is_not_waited_for() {
    let place = with_certificate(Place::new()).with(&["--header-seconds", "1"]);
    certify(&place);
    let server = place.start();
    let mut silent = TcpStream::connect(server.api).unwrap();
    silent.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let mut nothing = Vec::new();
    silent.read_to_end(&mut nothing).unwrap();
    assert_eq!(nothing, b"");
}

#[test]
fn plain_http_is_not_answered_beside_a_certificate() {
    let place = with_certificate(Place::new());
    certify(&place);
    let server = place.start();
    let plain = std::panic::catch_unwind(|| request(server.api, GET));
    assert!(plain.is_err(), "{plain:?}");
}

#[test]
fn certificates_that_do_not_serve_are_refused() {
    let place = with_certificate(Place::new());
    assert!(place.refusal().contains("cert.pem: "));
    certify(&place);
    let key = fs::read(place.path("key.pem")).unwrap();
    certify(&place);
    fs::write(place.path("key.pem"), key).unwrap();
    let complaint = place.refusal();
    assert!(complaint.contains("cert.pem: "), "key and certificate are not of one pair: {complaint}");
    certify(&place);
    fs::set_permissions(place.path("key.pem"), Permissions::from_mode(0o644)).unwrap();
    let complaint = place.refusal();
    assert!(complaint.contains("key.pem: others may read it"), "{complaint}");
}
