use crate::Target;
use crate::dice::Dice;
use closare_plugin::audio::{AudioChunks, from_base64, to_base64};
use closare_plugin::chat::Piece;
use closare_plugin::events::{ServerSentEvent, ServerSentEvents};
use closare_plugin::{AudioFormat, completions};

pub const TARGET: Target = Target { name: "events", check, cases: 12_000, length_max: 8_192 };

/// A vendor's body: it says the same however its bytes are cut; each event is a piece or a failure; audio comes in whole
/// samples. The first two bytes say where to cut.
fn check(bytes: &[u8]) {
    let mut dice = Dice::new(bytes);
    let (first, each) = (usize::from(dice.byte()), usize::from(dice.byte()) % 64 + 1);
    let body = dice.take(bytes.len());
    let first = first.min(body.len());

    let whole = events(std::iter::once(body));
    let cut = std::iter::once(&body[..first]).chain(body[first..].chunks(each));
    assert_eq!(events(cut), whole);
    for event in &whole {
        assert!(!event.event.contains(['\r', '\n']) && !event.data.contains('\r'), "{event:?}");
        piece(&event.data);
    }
    audio(&body[..first], body[first..].chunks(each), body);
}

fn events<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Vec<ServerSentEvent> {
    let mut reader = ServerSentEvents::new();
    let mut found: Vec<_> = chunks.flat_map(|bytes| reader.feed(bytes)).collect();
    found.extend(reader.finish());
    assert_eq!(reader.finish(), None, "it ends once");
    found
}

fn piece(data: &str) {
    if let Ok(Piece::Many(pieces)) = completions::piece(data) {
        assert!(pieces.len() <= data.len(), "more pieces than bytes");
    }
    if let Some(bytes) = from_base64(data) {
        assert_eq!(from_base64(&to_base64(&bytes)), Some(bytes));
    }
}

fn audio<'a>(first: &[u8], rest: impl Iterator<Item = &'a [u8]>, body: &[u8]) {
    let mut chunks = AudioChunks::new(AudioFormat::pcm(16_000));
    let mut heard = chunks.feed(first);
    for bytes in rest {
        let samples = chunks.feed(bytes);
        assert!(samples.len().is_multiple_of(2), "half a sample");
        heard.extend(samples);
    }
    assert!(
        body.windows(heard.len().max(1)).any(|part| part == heard) || heard.is_empty(),
        "nothing is made up"
    );
}
