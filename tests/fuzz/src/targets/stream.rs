use crate::Target;
use closare_telephony::messages::{BadMessage, Message, Writer, read};

pub const TARGET: Target = Target { name: "stream", check, cases: 24_000, length_max: 8_192 };

/// A frame is a message that we know, one that says nothing to us, or an error that tells none of its content. What we send
/// back is read as we meant it.
fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut sound = vec![1, 2, 3];
    match read(text, &mut sound) {
        Ok(Message::Media) => {
            assert!(sound.len() <= text.len() * 3 / 4, "audio grows");
            written_as_read(&sound);
        }
        Ok(Message::Start(start)) => {
            assert!(start.parameters.len() <= text.len());
            named(&start.stream);
        }
        Ok(Message::Key(key)) => assert!(matches!(key, '0'..='9' | '*' | '#' | 'A'..='D'), "no key: {key:?}"),
        Ok(Message::Mark(name)) => named(&name),
        Ok(Message::Connected | Message::Stop | Message::Other) => {}
        Err(BadMessage::Json | BadMessage::Base64) => {}
        Err(error @ BadMessage::Format(_)) => {
            let told = error.to_string();
            assert!(!told.chars().any(char::is_control) && told.len() < 300, "{told:?}");
        }
    }
}

fn written_as_read(sound: &[u8]) {
    let mut again = Vec::new();
    let read = read(&Writer::new("MZ").media(sound), &mut again);
    assert!(matches!(read, Ok(Message::Media)) && again == sound);
}

/// A name that a stranger chose, given back to him: it is still one JSON string.
fn named(name: &str) {
    let writer = Writer::new(name);
    let mut sound = Vec::new();
    assert_eq!(read(&writer.mark(name), &mut sound).ok(), Some(Message::Mark(name.to_owned())));
    assert_eq!(read(&writer.clear(), &mut sound).ok(), Some(Message::Other));
}
