//! Rude clients at the door with TLS: before, within and after the handshake.

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::script::{Hearing, Step, play, send};
use super::*;
use crate::config::Tls;

const SECOND: u64 = 1000;

/// The server's side, and a client that trusts it and offers these protocols.
pub fn sides(protocols: &[&[u8]]) -> (TlsAcceptor, TlsConnector) {
    let folder = tempfile::tempdir().expect("a folder");
    let names = Tls::SelfSigned { names: vec!["localhost".to_owned()] };
    let acceptor = tls::acceptor(&names, folder.path()).expect("a certificate");
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(folder.path().join("tls/certificate.pem")).expect("made");
    roots.add(certificate).expect("a certificate");
    let mut client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    (acceptor, TlsConnector::from(Arc::new(client)))
}

#[tokio::test(start_paused = true)]
async fn rude_clients_before_the_handshake_is_done() {
    let hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0x41; 100]].concat();
    let (acceptor, _) = sides(&[]);
    for (what, steps, hearing, ends, parting) in [
        ("never sends", vec![], Hearing::Stays, 5 * SECOND, Parting::TooSlow),
        (
            "an octet of a hello a second",
            vec![send(&hello), Step::Repeat(60, SECOND, vec![0x41])],
            Hearing::Stays,
            5 * SECOND,
            Parting::TooSlow,
        ),
        ("half a hello", vec![send(&hello)], Hearing::Stays, 5 * SECOND, Parting::TooSlow),
        ("half a hello, and leaves", vec![send(&hello), Step::Leave], Hearing::Deaf, 0, Parting::Handshake),
        ("no TLS", vec![send("GET / HTTP/1.1\r\n\r\n")], Hearing::Stays, 0, Parting::Handshake),
        ("half-closes", vec![Step::HalfClose], Hearing::Stays, 0, Parting::Handshake),
    ] {
        let (shell, acceptor) = (shell(Limits::default()), acceptor.clone());
        let converse = |server, stop| async move { http::secure(server, acceptor, CLIENT, &shell, stop).await };
        let record = play(steps, hearing, converse).await;
        assert_eq!((record.ended_ms, record.parting), (ends, parting), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_after_the_handshake_has_the_deadline_of_a_first_octet() {
    for (protocols, asked, ends) in [
        (&[b"http/1.1".as_slice()][..], "", 5),
        (&[b"h2"], "", 5),
        (&[b"http/1.1"], "GET /rdap/help HTTP/1.1\r\n", 5),
        (&[b"http/1.1"], "GET /rdap/help HTTP/1.1\r\nhost: a\r\n\r\n", 30),
    ] {
        let (acceptor, connector) = sides(protocols);
        let (client, server) = duplex(4096);
        let (shell, start) = (shell(Limits::default()), Instant::now());
        let (_stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move { http::secure(server, acceptor, CLIENT, &shell, stopped).await });
        let name = ServerName::try_from("localhost").expect("a name");
        let mut client = connector.connect(name, client).await.expect("a handshake");
        client.write_all(asked.as_bytes()).await.expect("open");
        client.flush().await.expect("open");
        let mut heard = Vec::new();
        // With or without a proper goodbye of TLS.
        let _end = client.read_to_end(&mut heard).await;
        let parting = task.await.expect("no panic");
        assert_eq!(start.elapsed().as_secs(), ends, "{protocols:?} {asked:?}: {parting}");
        assert_eq!(String::from_utf8_lossy(&heard).contains("HTTP/1.1 200"), ends == 30, "{protocols:?} {asked:?}");
    }
}
