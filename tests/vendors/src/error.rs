/// Why the emulator can't start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a certificate can't be made")]
    Certificate(#[from] rcgen::Error),
    #[error("TLS can't be set up")]
    Tls(#[from] rustls::Error),
    #[error("can't listen on loopback")]
    Listen(#[from] std::io::Error),
}
