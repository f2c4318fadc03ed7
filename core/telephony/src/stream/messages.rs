//! Twilio Media Streams on the wire: text frames of JSON in which numbers are strings, µ-law at 8 kHz, 20 ms a frame
//! (<https://www.twilio.com/docs/voice/media-streams/websocket-messages>). SignalWire and others speak the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What comes.
#[derive(Debug, PartialEq)]
pub enum Message {
    /// The socket is a stream's; [`Message::Start`] follows.
    Connected,
    Start(Start),
    /// Some of the caller's audio, as µ-law; it is in the buffer.
    Media,
    Key(char),
    /// All that was sent before this mark was played, or was cleared.
    Mark(String),
    Stop,
    /// An event that says nothing to us.
    Other,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    pub stream: String,
    pub account: String,
    pub call: String,
    /// `<Parameter>`s of the TwiML.
    pub parameters: BTreeMap<String, String>,
}

/// Why a frame can't be read. Its content is the caller's, so that none of it is told.
#[derive(Debug, thiserror::Error)]
pub enum BadMessage {
    #[error("expected a message of a media stream, found other JSON or none")]
    Json,
    #[error("expected µ-law audio at 8000 Hz and 1 channel, found `{0}`")]
    Format(String),
    #[error("expected audio in base64, found something else")]
    Base64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    stream_sid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    media: Option<WireMedia<'a>>,
    start: Option<WireStart>,
    dtmf: Option<WireKey>,
    mark: Option<WireMark>,
}

#[derive(Deserialize)]
struct WireMedia<'a> {
    /// `inbound` where it is told: the one track of a `<Connect><Stream>`.
    #[serde(borrow)]
    track: Option<Cow<'a, str>>,
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStart {
    stream_sid: Option<String>,
    #[serde(default)]
    account_sid: String,
    #[serde(default)]
    call_sid: String,
    #[serde(default)]
    custom_parameters: BTreeMap<String, String>,
    media_format: WireFormat,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireFormat {
    encoding: String,
    sample_rate: u32,
    channels: u32,
}

#[derive(Deserialize)]
struct WireKey {
    digit: String,
}

#[derive(Deserialize)]
struct WireMark {
    name: String,
}

/// Reads a text frame. Audio is put into `sound`, in place of what it held.
///
/// # Errors
/// It isn't one of a media stream, or its audio isn't what we speak.
pub fn read(text: &str, sound: &mut Vec<u8>) -> Result<Message, BadMessage> {
    let wire: Wire<'_> = serde_json::from_str(text).map_err(|_| BadMessage::Json)?;
    Ok(match wire.event.as_ref() {
        "connected" => Message::Connected,
        "start" => Message::Start(start(wire.start.ok_or(BadMessage::Json)?, wire.stream_sid.as_deref())?),
        "media" => {
            let media = wire.media.ok_or(BadMessage::Json)?;
            if media.track.is_some_and(|track| track == "outbound") {
                return Ok(Message::Other);
            }
            sound.clear();
            STANDARD.decode_vec(media.payload.as_bytes(), sound).map_err(|_| BadMessage::Base64)?;
            Message::Media
        }
        "dtmf" => {
            let digit = wire.dtmf.ok_or(BadMessage::Json)?.digit;
            let key = digit.chars().next().filter(|key| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D'));
            key.map_or(Message::Other, Message::Key)
        }
        "mark" => Message::Mark(wire.mark.ok_or(BadMessage::Json)?.name),
        "stop" => Message::Stop,
        _ => Message::Other,
    })
}

fn start(start: WireStart, stream: Option<&str>) -> Result<Start, BadMessage> {
    let WireFormat { encoding, sample_rate, channels } = start.media_format;
    if encoding != "audio/x-mulaw" || sample_rate != 8_000 || channels != 1 {
        let encoding: String = encoding.chars().filter(|c| !c.is_control()).take(ENCODING_MAX).collect();
        return Err(BadMessage::Format(format!("{encoding} at {sample_rate} Hz, {channels} channels")));
    }
    let stream = start.stream_sid.or(stream.map(str::to_owned)).ok_or(BadMessage::Json)?;
    Ok(Start {
        stream,
        account: start.account_sid,
        call: start.call_sid,
        parameters: start.custom_parameters,
    })
}

/// Of a stranger's name for his encoding, so much is told.
const ENCODING_MAX: usize = 40;

/// What goes out to a stream.
pub struct Writer {
    /// The stream's id, as a JSON string.
    stream: String,
}

impl Writer {
    pub fn new(stream: &str) -> Writer {
        Writer { stream: serde_json::Value::from(stream).to_string() }
    }

    /// Audio, as µ-law.
    pub fn media(&self, payload: &[u8]) -> String {
        let mut text = String::with_capacity(payload.len() * 4 / 3 + 100);
        text.push_str(r#"{"event":"media","streamSid":"#);
        text.push_str(&self.stream);
        text.push_str(r#","media":{"payload":""#);
        STANDARD.encode_string(payload, &mut text);
        text.push_str(r#""}}"#);
        text
    }

    pub fn mark(&self, name: &str) -> String {
        let name = serde_json::Value::from(name);
        format!(r#"{{"event":"mark","streamSid":{},"mark":{{"name":{name}}}}}"#, self.stream)
    }

    /// Drops what was sent and is not played yet.
    pub fn clear(&self) -> String {
        format!(r#"{{"event":"clear","streamSid":{}}}"#, self.stream)
    }
}

#[cfg(test)]
mod tests {
    use super::{read as read_into, *};
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Message, BadMessage> {
        read_into(text, &mut Vec::new())
    }

    #[test]
    fn what_twilio_sends() {
        assert_eq!(
            read(r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#).unwrap(),
            Message::Connected
        );
        let text = r#"{"event":"start","sequenceNumber":"1","streamSid":"MZ18ad","start":{"streamSid":"MZ18ad","accountSid":"AC1",
            "callSid":"CA1","tracks":["inbound"],"customParameters":{"agent":"desk"},
            "mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}"#;
        let parameters = BTreeMap::from([("agent".to_owned(), "desk".to_owned())]);
        let expected =
            Start { stream: "MZ18ad".into(), account: "AC1".into(), call: "CA1".into(), parameters };
        assert_eq!(read(text).unwrap(), Message::Start(expected));
        let text = r#"{"event":"media","sequenceNumber":"3","streamSid":"MZ18ad",
            "media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"//7+"}}"#;
        let mut sound = vec![1, 2, 3, 4];
        assert_eq!(read_into(text, &mut sound).unwrap(), Message::Media);
        assert_eq!(sound, [0xFF, 0xFE, 0xFE]);
        let text = r#"{"event":"dtmf","streamSid":"MZ18ad","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}"#;
        assert_eq!(read(text).unwrap(), Message::Key('1'));
        assert_eq!(read(&text.replace(r#""digit":"1""#, r#""digit":"é""#)).unwrap(), Message::Other);
        let text = r#"{"event":"mark","sequenceNumber":"4","streamSid":"MZ18ad","mark":{"name":"u7.3"}}"#;
        assert_eq!(read(text).unwrap(), Message::Mark("u7.3".to_owned()));
        let text = r#"{"event":"stop","sequenceNumber":"9","streamSid":"MZ18ad","stop":{"accountSid":"AC1","callSid":"CA1"}}"#;
        assert_eq!(read(text).unwrap(), Message::Stop);
        assert_eq!(read(r#"{"event":"something-new"}"#).unwrap(), Message::Other);
    }

    #[test]
    fn what_is_no_stream_of_ours() {
        let format = r#"{"event":"start","streamSid":"M","start":{"mediaFormat":{"encoding":"audio/l16","sampleRate":16000,"channels":1}}}"#;
        insta::assert_snapshot!(read(format).unwrap_err(), @"expected µ-law audio at 8000 Hz and 1 channel, found `audio/l16 at 16000 Hz, 1 channels`");
        let odd =
            read(&format.replace("audio/l16", &format!("\\n{}", "x".repeat(500)))).unwrap_err().to_string();
        assert!(!odd.contains('\n') && odd.chars().count() < 150, "{odd}");
        for text in ["", "null", "{}", r#"{"event":1}"#, r#"{"event":"media"}"#, r#"{"event":"start"}"#] {
            assert!(matches!(read(text), Err(BadMessage::Json)), "{text}");
        }
        let text = r#"{"event":"media","media":{"payload":"&&&"}}"#;
        assert!(matches!(read(text), Err(BadMessage::Base64)));
    }

    #[test]
    fn what_we_send() {
        let writer = Writer::new("MZ\"18");
        insta::assert_snapshot!(writer.media(&[0xFF, 0xFE]), @r#"{"event":"media","streamSid":"MZ\"18","media":{"payload":"//4="}}"#);
        insta::assert_snapshot!(writer.mark("u1"), @r#"{"event":"mark","streamSid":"MZ\"18","mark":{"name":"u1"}}"#);
        insta::assert_snapshot!(writer.clear(), @r#"{"event":"clear","streamSid":"MZ\"18"}"#);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in ".*") {
            let _ = read(&text);
        }

        #[test]
        fn audio_comes_back_as_it_went(payload in prop::collection::vec(any::<u8>(), 0..400)) {
            let text = Writer::new("M").media(&payload);
            let mut sound = Vec::new();
            prop_assert_eq!(read_into(&text, &mut sound).unwrap(), Message::Media);
            prop_assert_eq!(sound, payload);
        }
    }
}
