//! The section `[tls]`: files that are read here, so that a wrong one stops the start at its line.

use std::path::Path;

use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::Tls;
use super::check::path;
use super::source::{At, Notes, Section};

/// Names of the self-signed certificate where the settings name none.
const SELF_SIGNED_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Checks `[tls]`; it must be there where the HTTPS door is open.
pub fn section(mut section: Section<'_>, folder: &Path, wanted: bool, notes: &mut Notes) -> Option<Tls> {
    let line = section.line();
    let self_signed = section.flag("self_signed", notes).is_some_and(|flag| flag.value);
    let names = section.texts("self_signed_names", notes);
    let certificate = section.text("certificate", notes);
    let key = section.text("key", notes);
    section.finish(notes);
    let tls = match (self_signed, certificate, key) {
        (true, None, None) => {
            let mut names: Vec<String> = names.into_iter().map(|name| name.value).collect();
            if names.is_empty() {
                names = SELF_SIGNED_NAMES.map(str::to_owned).to_vec();
            }
            Some(Tls::SelfSigned { names })
        }
        (true, _, _) => {
            notes.note(line, "[tls] has both `self_signed = true` and files: choose one");
            None
        }
        (false, Some(certificate), Some(key)) => files(&certificate, &key, folder, notes),
        (false, None, None) => None,
        (false, Some(_), None) => {
            notes.note(line, "tls.key is missing");
            None
        }
        (false, None, Some(_)) => {
            notes.note(line, "tls.certificate is missing");
            None
        }
    };
    if wanted && tls.is_none() && line == 0 {
        notes.note(0, "listen.https needs [tls] with `certificate` and `key`, or with `self_signed = true`");
    }
    tls
}

fn files(certificate: &At<String>, key: &At<String>, folder: &Path, notes: &mut Notes) -> Option<Tls> {
    let files = Tls::Files { certificate: path(folder, &certificate.value), key: path(folder, &key.value) };
    let Tls::Files { certificate: chain, key: secret } = &files else {
        return None;
    };
    let certificates = certificates(chain).map_err(|reason| {
        notes.note(certificate.line, format!("tls.certificate: {} {reason}", chain.display()));
    });
    let private = private_key(secret).map_err(|reason| {
        notes.note(key.line, format!("tls.key: {} {reason}", secret.display()));
    });
    if let (Ok(certificates), Ok(private)) = (certificates, private)
        && let Err(reason) = fit(certificates, private)
    {
        notes.note(key.line, format!("tls.key: {} {reason}", secret.display()));
    }
    Some(files)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if certificates.is_empty() => Err("holds no certificate in PEM form".to_owned()),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unreadable(&error)),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let key = PrivateKeyDer::from_pem_file(file).map_err(|error| unreadable(&error))?;
    others_cannot_read(file).map(|()| key)
}

/// Whether the key is that of the first certificate: a check of the settings promises that the door can open.
fn fit(certificates: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<(), String> {
    use rustls::{Error, InconsistentKeys};
    match CertifiedKey::from_der(certificates, key, &aws_lc_rs::default_provider()) {
        Ok(_) => Ok(()),
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err("is not the key of the certificate".to_owned())
        }
        Err(error) => Err(format!("cannot be used with the certificate: {error}")),
    }
}

#[cfg(unix)]
fn others_cannot_read(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file).map_err(|error| format!("cannot be read: {error}"))?.permissions().mode();
    if mode & 0o007 == 0 {
        Ok(())
    } else {
        Err(format!("is open to every user (mode {:o}); take that away", mode & 0o777))
    }
}

#[cfg(not(unix))]
fn others_cannot_read(_file: &Path) -> Result<(), String> {
    Ok(())
}

/// Says what is wrong with a PEM file, without any of its content.
fn unreadable(error: &rustls_pki_types::pem::Error) -> String {
    use rustls_pki_types::pem::Error;
    match error {
        Error::Io(error) => format!("cannot be read: {error}"),
        Error::NoItemsFound => "holds nothing of the wanted kind in PEM form".to_owned(),
        _ => "is no valid PEM file".to_owned(),
    }
}
