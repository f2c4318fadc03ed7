/// What can be wrong with bytes from outside.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("expected at least `{expected}` bytes, found `{found}`")]
    TooShort { expected: usize, found: usize },
    #[error("expected version `2`, found `{0}`")]
    Version(u8),
    #[error("expected padding of 1 to `{room}` bytes, found `{found}`")]
    Padding { room: usize, found: usize },
    #[error("expected an RTCP packet type of 200 to 207, found `{0}`")]
    PacketType(u8),
    #[error("expected a WAV file with PCM or float samples")]
    Wav(#[from] hound::Error),
    #[error("expected a WAV file of 1 to 8 channels, found `{0}`")]
    Channels(u16),
}
