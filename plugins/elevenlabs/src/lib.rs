//! ElevenLabs' voices by its multi-context WebSocket: text goes in as it is written, audio and the times of words come out.
//!
//! Of the two sockets that the vendor has, `stream-input` speaks one text and closes: each utterance would wait for a
//! handshake, and a cancelled one could only be stopped by cutting the connection. `multi-stream-input` holds up to five
//! contexts, each message of the vendor's names its own, and closing one leaves the others: so what an utterance cancelled
//! a moment ago still sends is told apart by its name, and the next one starts on an open connection.
//!
//! After https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input and
//! https://elevenlabs.io/docs/eleven-api/guides/how-to/websockets/multi-context-web-socket.

mod line;
mod message;
mod options;
mod piece;
mod speaker;
mod words;

pub use options::Options;
pub use speaker::Speaker;

closare_plugin::export_text_to_speech!(Speaker);
