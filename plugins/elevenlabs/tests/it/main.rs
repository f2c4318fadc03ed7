//! The plugin against the socket's documented messages: lists of events in, outputs out.
//!
//! Shapes of the messages are those of
//! https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input.

mod breaks;
mod session;
mod speaks;
mod times;
