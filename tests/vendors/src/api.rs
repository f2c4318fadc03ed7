//! Which vendor, and which of its doors.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vendor {
    Deepgram,
    ElevenLabs,
    Anthropic,
    OpenAi,
}

impl Vendor {
    /// The one key that this vendor accepts.
    pub fn key(self) -> &'static str {
        match self {
            Vendor::Deepgram => "deepgram-test-key",
            Vendor::ElevenLabs => "elevenlabs-test-key",
            Vendor::Anthropic => "anthropic-test-key",
            Vendor::OpenAi => "openai-test-key",
        }
    }
}

/// A door of a vendor: where faults are armed, and what a request is recorded under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Api {
    /// `wss /v1/listen`
    DeepgramListen,
    /// `wss /v1/speak`
    DeepgramSpeak,
    /// `POST /v1/speak`
    DeepgramSpeakOnce,
    /// `wss /v1/text-to-speech/{voice}/stream-input`
    ElevenLabsStream,
    /// `wss /v1/text-to-speech/{voice}/multi-stream-input`
    ElevenLabsMulti,
    /// `POST /v1/messages`
    AnthropicMessages,
    /// `POST /v1/chat/completions`
    OpenAiChat,
    /// `POST /v1/audio/transcriptions`
    OpenAiTranscriptions,
    /// `POST /v1/audio/speech`
    OpenAiSpeech,
}

impl Api {
    pub fn vendor(self) -> Vendor {
        match self {
            Api::DeepgramListen | Api::DeepgramSpeak | Api::DeepgramSpeakOnce => Vendor::Deepgram,
            Api::ElevenLabsStream | Api::ElevenLabsMulti => Vendor::ElevenLabs,
            Api::AnthropicMessages => Vendor::Anthropic,
            Api::OpenAiChat | Api::OpenAiTranscriptions | Api::OpenAiSpeech => Vendor::OpenAi,
        }
    }
}
