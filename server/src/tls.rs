//! Https by this process: a certificate from files, which is read again when they change.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::SystemTime,
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// Why there is no certificate to show, in one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Not readable, or not PEM.
    #[error("cannot read {path}: {source}; name a PEM file with --tls-cert and one with --tls-key")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// No certificate in the file.
    #[error("there is no certificate in {0}: it must hold the chain, the server's own first")]
    Empty(PathBuf),
    /// Of another key, or of a kind that is not supported.
    #[error("cannot use the certificate and its key: {0}; they must belong together")]
    Unusable(#[source] rustls::Error),
}

/// The certificate, as it is shown to whoever connects.
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    shown: Arc<Shown>,
    /// When the files were last written, as far as they were read.
    written_at: Mutex<[Option<SystemTime>; 2]>,
}

impl Certificate {
    /// From PEM files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let written_at = written_at(chain, key);
        let shown = Shown(RwLock::new(Arc::new(read(chain, key)?)));
        Ok(Self {
            chain: chain.to_owned(),
            key: key.to_owned(),
            shown: Arc::new(shown),
            written_at: Mutex::new(written_at),
        })
    }

    /// What connections are accepted with: TLS 1.2 and 1.3.
    ///
    /// # Errors
    /// Never with the provider this is built with.
    pub fn config(&self) -> Result<ServerConfig, TlsError> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unusable)?
            .with_no_client_auth();
        Ok(config.with_cert_resolver(Arc::clone(&self.shown) as Arc<dyn ResolvesServerCert>))
    }

    /// Reads the files where they were written since; new connections see what is new. What cannot
    /// be used is logged, and the old certificate shown on.
    pub fn renew(&self) {
        let now = written_at(&self.chain, &self.key);
        let mut known = self
            .written_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if *known == now {
            return;
        }
        match read(&self.chain, &self.key) {
            Ok(new) => {
                *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                *known = now;
                tracing::info!("the certificate was read again");
            }
            // Perhaps half written: it is tried again.
            Err(error) => tracing::warn!(%error, "the new certificate cannot be used"),
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn written_at(chain: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    let written = |path| fs::metadata(path).and_then(|file: fs::Metadata| file.modified());
    [chain, key].map(|path| io::Result::ok(written(path)))
}

fn read(chain: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::File { path, source }
    };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(failed(chain))?;
    if certificates.is_empty() {
        return Err(TlsError::Empty(chain.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(failed(key))?;
    CertifiedKey::from_der(certificates, key, &provider()).map_err(TlsError::Unusable)
}

/// What is shown now.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_certificate(dir: &Path) -> (PathBuf, PathBuf, Vec<u8>) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (dir.join("chain.pem"), dir.join("key.pem"));
        fs::write(&chain, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (chain, key, made.cert.der().to_vec())
    }

    fn shown(certificate: &Certificate) -> Vec<u8> {
        certificate.shown.0.read().unwrap().cert[0].to_vec()
    }

    /// As if the files had been written at another time.
    fn forget_when_written(certificate: &Certificate) {
        *certificate.written_at.lock().unwrap() = [None, None];
    }

    #[test]
    fn a_certificate_that_was_renewed_is_shown_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (chain, key, first) = write_certificate(dir.path());
        let certificate = Certificate::load(&chain, &key).unwrap();
        assert_eq!(shown(&certificate), first);
        let (_, _, second) = write_certificate(dir.path());
        forget_when_written(&certificate);
        certificate.renew();
        assert_ne!(first, second);
        assert_eq!(shown(&certificate), second);
        fs::write(&chain, "half of it").unwrap();
        forget_when_written(&certificate);
        certificate.renew();
        assert_eq!(shown(&certificate), second);
    }

    #[test]
    fn what_is_no_certificate_with_its_key_is_told_in_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let (chain, key, _) = write_certificate(dir.path());
        let absent = dir.path().join("absent.pem");
        let empty = dir.path().join("empty.pem");
        fs::write(&empty, "").unwrap();
        let other = tempfile::tempdir().unwrap();
        let (_, foreign_key, _) = write_certificate(other.path());
        for (chain, key) in [
            (&absent, &key),
            (&chain, &absent),
            (&empty, &key),
            (&chain, &empty),
            (&key, &key),
            (&chain, &foreign_key),
        ] {
            let Err(error) = Certificate::load(chain, key) else {
                panic!("{} with {}", chain.display(), key.display())
            };
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}
