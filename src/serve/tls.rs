//! The certificate and the terms of TLS: versions 1.2 and 1.3, ECDHE with AES-GCM on 1.2 (GP-03, GP-04).
//!
//! Sessions are resumed by tickets that the client keeps: nothing is remembered here for it. The tickets' keys are the
//! process's own, are changed every six hours, and are forgotten after twice that.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::{self, CipherSuite, ServerConfig, version};

use crate::config::Tls;

/// Tickets at the end of a handshake of TLS 1.3. Each costs a twentieth of the handshake; whoever resumes a session gets
/// another.
const TICKETS: usize = 1;

/// Why the HTTPS door cannot open.
#[derive(Debug)]
pub enum TlsFault {
    /// A PEM file cannot be read.
    File(PathBuf, rustls_pki_types::pem::Error),
    /// The folder or a file of the self-signed certificate cannot be written.
    Write(PathBuf, io::Error),
    /// The self-signed certificate cannot be made for the names of the settings.
    Make(rcgen::Error),
    /// The system gives no randomness for the keys of tickets.
    Tickets(rustls::Error),
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    Refused(rustls::Error),
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsFault::File(path, _) => write!(f, "{} cannot be read as PEM", path.display()),
            TlsFault::Write(path, _) => write!(f, "{} cannot be written", path.display()),
            TlsFault::Make(_) => f.write_str("the self-signed certificate cannot be made"),
            TlsFault::Tickets(_) => f.write_str("the keys of TLS tickets cannot be made"),
            TlsFault::Refused(_) => f.write_str("the certificate and its key cannot be used"),
        }
    }
}

impl std::error::Error for TlsFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TlsFault::File(_, error) => Some(error),
            TlsFault::Write(_, error) => Some(error),
            TlsFault::Make(error) => Some(error),
            TlsFault::Tickets(error) | TlsFault::Refused(error) => Some(error),
        }
    }
}

/// Reads the certificate, or makes it at the first start, and states the terms.
///
/// # Errors
/// Files that cannot be read or written, and certificates that do not fit their key.
pub fn acceptor(tls: &Tls, state: &Path) -> Result<TlsAcceptor, TlsFault> {
    let (certificate, key) = match tls {
        Tls::Files { certificate, key } => (certificate.clone(), key.clone()),
        Tls::SelfSigned { names } => self_signed(names, &state.join("tls"))?,
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&certificate)
        .and_then(|items| items.collect())
        .map_err(|error| TlsFault::File(certificate, error))?;
    let key = PrivateKeyDer::from_pem_file(&key).map_err(|error| TlsFault::File(key, error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsFault::Refused)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(TlsFault::Tickets)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = TICKETS;
    config.ignore_client_order = true;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The suites on offer, the one that is taken first if the client knows it too: all of TLS 1.3, and of TLS 1.2 those that
/// GP-04 names. Most clients would put AES with 256 bits first, which has two fifths more rounds, and with it SHA-384,
/// for which many processors have no instructions; nobody breaks the one with 128 bits either.
const SUITES: [CipherSuite; 7] = [
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];

fn provider() -> CryptoProvider {
    let provider = aws_lc_rs::default_provider();
    let known = |wanted: &CipherSuite| provider.cipher_suites.iter().find(|known| known.suite() == *wanted).copied();
    CryptoProvider { cipher_suites: SUITES.iter().filter_map(known).collect(), ..provider }
}

/// The files of the self-signed certificate, made unless both are there.
fn self_signed(names: &[String], folder: &Path) -> Result<(PathBuf, PathBuf), TlsFault> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if certificate.is_file() && key.is_file() {
        return Ok((certificate, key));
    }
    let made = rcgen::generate_simple_self_signed(names.to_vec()).map_err(TlsFault::Make)?;
    fs::create_dir_all(folder).map_err(|error| TlsFault::Write(folder.to_owned(), error))?;
    // The key comes first: a start that is cut here makes both anew.
    write(&key, &made.signing_key.serialize_pem(), 0o600).map_err(|error| TlsFault::Write(key.clone(), error))?;
    write(&certificate, &made.cert.pem(), 0o644).map_err(|error| TlsFault::Write(certificate.clone(), error))?;
    Ok((certificate, key))
}

/// Writes a file anew, readable as `mode` says from its first octet on.
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _unused = mode;
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gp_04_tls_1_2_has_four_suites() {
        let old: Vec<String> = provider()
            .cipher_suites
            .iter()
            .filter(|suite| suite.tls13().is_none())
            .map(|suite| format!("{:?}", suite.suite()))
            .collect();
        assert_eq!(old.len(), 4, "{old:?}");
        assert!(old.iter().all(|suite| suite.contains("ECDHE") && suite.contains("GCM")), "{old:?}");
    }

    /// A server of the house with a certificate of this algorithm, as `acceptor` makes it from files.
    fn server(algorithm: &'static rcgen::SignatureAlgorithm) -> Arc<ServerConfig> {
        let folder = tempfile::tempdir().expect("a folder");
        let key_pair = rcgen::KeyPair::generate_for(algorithm).expect("a key");
        let parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let made = parameters.self_signed(&key_pair).expect("a certificate");
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        fs::write(&certificate, made.pem()).expect("written");
        fs::write(&key, key_pair.serialize_pem()).expect("written");
        let acceptor = acceptor(&Tls::Files { certificate, key }, folder.path()).expect("an acceptor");
        Arc::clone(acceptor.config())
    }

    /// Accepts whatever certificate the server has.
    #[derive(Debug)]
    struct Trusting;

    impl rustls::client::danger::ServerCertVerifier for Trusting {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &rustls_pki_types::ServerName<'_>,
            _: &[u8],
            _: rustls_pki_types::UnixTime,
        ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
            Ok(rustls::client::danger::ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
        }
    }

    /// A client that offers one suite alone, and keeps what it is given to resume sessions.
    fn client(suite: rustls::SupportedCipherSuite) -> Result<Arc<rustls::ClientConfig>, rustls::Error> {
        offering(vec![suite], suite.version())
    }

    /// A client that offers these suites, the first one first.
    fn offering(
        cipher_suites: Vec<rustls::SupportedCipherSuite>,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> Result<Arc<rustls::ClientConfig>, rustls::Error> {
        let offered = CryptoProvider { cipher_suites, ..aws_lc_rs::default_provider() };
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(offered))
            .with_protocol_versions(&[version])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Trusting))
            .with_no_client_auth();
        Ok(Arc::new(config))
    }

    /// Shakes hands in memory as a client that offers one suite alone; the suite and version that were agreed upon.
    fn shake(
        server: &Arc<ServerConfig>,
        suite: rustls::SupportedCipherSuite,
    ) -> Result<(CipherSuite, rustls::ProtocolVersion), rustls::Error> {
        let client = connect(server, &client(suite)?)?;
        let agreed = client.negotiated_cipher_suite().expect("a suite");
        Ok((agreed.suite(), client.protocol_version().expect("a version")))
    }

    /// Shakes hands in memory, and reads what the server says right after.
    fn connect(
        server: &Arc<ServerConfig>,
        client: &Arc<rustls::ClientConfig>,
    ) -> Result<rustls::ClientConnection, rustls::Error> {
        let name = rustls_pki_types::ServerName::try_from("localhost").expect("a name");
        let mut client = rustls::ClientConnection::new(Arc::clone(client), name)?;
        let mut server = rustls::ServerConnection::new(Arc::clone(server))?;
        for _ in 0..8 {
            let mut wire = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut wire).expect("a buffer takes everything");
            }
            let mut unread = wire.as_slice();
            while !unread.is_empty() {
                server.read_tls(&mut unread).expect("a buffer gives everything");
                server.process_new_packets()?;
            }
            let mut wire = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut wire).expect("a buffer takes everything");
            }
            let mut unread = wire.as_slice();
            while !unread.is_empty() {
                client.read_tls(&mut unread).expect("a buffer gives everything");
                client.process_new_packets()?;
            }
        }
        assert!(!client.is_handshaking() && !server.is_handshaking());
        assert_eq!(client.handshake_kind(), server.handshake_kind());
        Ok(client)
    }

    #[test]
    fn whatever_a_client_would_like_best_the_cheapest_suite_is_taken() {
        let server = server(&rcgen::PKCS_ECDSA_P256_SHA256);
        for (version, cheapest) in [
            (&version::TLS13, CipherSuite::TLS13_AES_128_GCM_SHA256),
            (&version::TLS12, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        ] {
            let mut suites = aws_lc_rs::ALL_CIPHER_SUITES.to_vec();
            suites.retain(|suite| suite.version() == version);
            for _ in 0..suites.len() {
                suites.rotate_left(1);
                let client = connect(&server, &offering(suites.clone(), version).expect("a client"));
                let agreed = client.expect("a connection").negotiated_cipher_suite().expect("a suite");
                assert_eq!(agreed.suite(), cheapest, "{suites:?}");
            }
        }
    }

    #[test]
    fn sessions_are_resumed_by_what_the_client_keeps_in_both_versions() {
        use rustls::HandshakeKind::{Full, Resumed};
        let server = server(&rcgen::PKCS_ECDSA_P256_SHA256);
        assert!(server.ticketer.enabled() && !server.session_storage.can_cache(), "nothing is kept here");
        assert!(server.ticketer.lifetime() <= 24 * 3600, "keys are forgotten");
        for suite in [
            rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
            rustls::crypto::aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        ] {
            let keeping = client(suite).expect("a client");
            let kinds: Vec<_> = (0..4)
                .map(|_| connect(&server, &keeping).expect("a connection").handshake_kind().expect("a handshake"))
                .collect();
            assert_eq!(kinds, [Full, Resumed, Resumed, Resumed], "{suite:?}");
            let another = connect(&server, &client(suite).expect("a client")).expect("a connection");
            assert_eq!(another.handshake_kind(), Some(Full), "who brings no ticket");
        }
    }

    #[test]
    fn a_ticket_of_another_process_is_no_ticket() {
        let suite = rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
        let keeping = client(suite).expect("a client");
        for _ in 0..2 {
            let server = server(&rcgen::PKCS_ECDSA_P256_SHA256);
            let kind = connect(&server, &keeping).expect("a connection").handshake_kind();
            assert_eq!(kind, Some(rustls::HandshakeKind::Full));
        }
    }

    #[test]
    fn gp_03_gp_04_each_suite_by_a_handshake() {
        let mut agreed = Vec::new();
        let mut refused = Vec::new();
        for (algorithm, kind) in [(&rcgen::PKCS_ECDSA_P256_SHA256, "ECDSA"), (&rcgen::PKCS_RSA_SHA256, "RSA")] {
            let server = server(algorithm);
            for suite in aws_lc_rs::ALL_CIPHER_SUITES {
                let name = format!("{:?}", suite.suite());
                if suite.tls13().is_none() && !name.contains(&format!("_{kind}_")) {
                    continue;
                }
                match shake(&server, *suite) {
                    Ok((same, version)) => {
                        assert_eq!((same, version), (suite.suite(), suite.version().version));
                        agreed.push(name);
                    }
                    Err(_) => refused.push(name),
                }
            }
        }
        agreed.sort();
        agreed.dedup();
        assert_eq!(
            agreed,
            [
                "TLS13_AES_128_GCM_SHA256",
                "TLS13_AES_256_GCM_SHA384",
                "TLS13_CHACHA20_POLY1305_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            ]
        );
        assert_eq!(
            refused,
            ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",]
        );
    }

    /// A ClientHello of an older version, with suites that it and TLS 1.2 have in common.
    fn old_hello(version: [u8; 2]) -> Vec<u8> {
        let suites = [0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x13, 0xc0, 0x14, 0x00, 0x2f];
        let groups = [0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17];
        let points = [0x00, 0x0b, 0x00, 0x02, 0x01, 0x00];
        let signatures = [0x00, 0x0d, 0x00, 0x06, 0x00, 0x04, 0x04, 0x03, 0x04, 0x01];
        let extensions = [groups.as_slice(), &points, &signatures].concat();
        let mut body = version.to_vec();
        body.extend([7; 32]);
        body.push(0);
        body.extend([0, 10]);
        body.extend(suites);
        body.extend([1, 0, 0, u8::try_from(extensions.len()).expect("short")]);
        body.extend(extensions);
        let length = u8::try_from(body.len()).expect("short");
        [&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length], body.as_slice()].concat()
    }

    #[test]
    fn gp_03_versions_before_1_2_are_refused() {
        let config = server(&rcgen::PKCS_ECDSA_P256_SHA256);
        let say = |version: [u8; 2]| {
            let mut server = rustls::ServerConnection::new(Arc::clone(&config)).expect("a server");
            server.read_tls(&mut old_hello(version).as_slice()).expect("a buffer gives everything");
            let outcome = server.process_new_packets().map(|_| ());
            let mut answer = Vec::new();
            server.write_tls(&mut answer).expect("a buffer takes everything");
            (outcome, answer.first().copied())
        };
        const ALERT: u8 = 0x15;
        const HANDSHAKE: u8 = 0x16;
        for old in [[3, 0], [3, 1], [3, 2]] {
            let (outcome, answer) = say(old);
            assert!(matches!(outcome, Err(rustls::Error::PeerIncompatible(_))), "{old:?}: {outcome:?}");
            assert_eq!(answer, Some(ALERT), "{old:?}");
        }
        let (outcome, answer) = say([3, 3]);
        assert_eq!((outcome, answer), (Ok(()), Some(HANDSHAKE)), "the same hello in TLS 1.2");
    }

    #[test]
    fn the_self_signed_certificate_is_made_once_and_its_key_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let tls = Tls::SelfSigned { names: vec!["localhost".into(), "127.0.0.1".into()] };
        acceptor(&tls, folder.path()).expect("made");
        let key = folder.path().join("tls/key.pem");
        let first = fs::read(&key).expect("a key");
        acceptor(&tls, folder.path()).expect("read");
        assert_eq!(fs::read(&key).expect("a key"), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let names = ["localhost".to_owned()];
        let (certificate, _) = self_signed(&names, &one).expect("made");
        let (_, key) = self_signed(&names, &two).expect("made");
        let outcome = acceptor(&Tls::Files { certificate, key }, folder.path());
        assert!(matches!(outcome, Err(TlsFault::Refused(_))));
    }
}
