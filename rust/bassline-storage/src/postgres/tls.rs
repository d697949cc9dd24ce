//! TLS as libpq's `sslmode` has it: none, whatever the server shows, one that a trusted authority has signed, or that and of its name.

use super::error::PostgresError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What is looked at of the certificate that the server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Verify {
    #[default]
    Nothing,
    Issuer,
    Name,
}

/// Whom to believe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Trust {
    pub(crate) verify: Verify,
    /// A file of certificates; those of the system if there is none.
    pub(crate) roots: Option<PathBuf>,
}

impl Trust {
    /// A connector that believes whom this does.
    pub(crate) fn connector(&self) -> Result<MakeRustlsConnect, PostgresError> {
        let provider = Arc::new(ring::default_provider());
        // As libpq has it: a root certificate that is given is looked at.
        let verify = match (self.verify, &self.roots) {
            (Verify::Nothing, Some(_)) => Verify::Issuer,
            (verify, _) => verify,
        };
        let within = match verify {
            Verify::Nothing => None,
            Verify::Issuer | Verify::Name => {
                let roots = Arc::new(self.roots()?);
                let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
                Some(verifier.map_err(|error| refused(&error.to_string()))?)
            }
        };
        let verifier = Arc::new(Verifier {
            provider: Arc::clone(&provider),
            within,
            of_its_name: verify == Verify::Name,
        });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(&error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }

    fn roots(&self) -> Result<RootCertStore, PostgresError> {
        let mut store = RootCertStore::empty();
        match &self.roots {
            Some(path) => {
                let named = |what: String| refused(&format!("sslrootcert '{}': {what}", path.display()));
                let certificates = CertificateDer::pem_file_iter(path).map_err(|error| named(error.to_string()))?;
                for certificate in certificates {
                    let certificate = certificate.map_err(|error| named(error.to_string()))?;
                    store.add(certificate).map_err(|error| named(error.to_string()))?;
                }
                if store.is_empty() {
                    return Err(named("no certificate in it".to_owned()));
                }
            }
            None => {
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                if store.is_empty() {
                    return Err(refused("this system trusts nobody; give sslrootcert=FILE"));
                }
            }
        }
        Ok(store)
    }
}

fn refused(reason: &str) -> PostgresError {
    PostgresError::Trust {
        reason: reason.to_owned(),
    }
}

/// Looks at a certificate as far as it is asked to.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    within: Option<Arc<WebPkiServerVerifier>>,
    of_its_name: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(within) = &self.within else {
            return Ok(ServerCertVerified::assertion());
        };
        match within.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.of_its_name => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
