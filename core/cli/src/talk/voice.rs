//! The caller's lines as audio, spoken before the call by a text-to-speech plugin of this machine, and kept.

use crate::problem::{During, Problem};
use closare_host::words::{Opening, Said};
use closare_host::{Event, Plugin, TtsInput, TtsOutput};
use closare_runtime::sound;
use closare_terms::{Language, Millis, UnixMillis};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A line as it is spoken, without silence at its ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// Hz.
    pub rate: u32,
    pub samples: Vec<i16>,
}

/// A voice that hasn't said a line by then won't.
const LINE_MAX: Duration = Duration::from_secs(60);

/// Speaks each text, in their order; what was spoken before comes from the cache.
pub async fn render(
    plugin: &Plugin,
    texts: &[&str],
    language: &Language,
    cache: &Path,
) -> Result<Vec<Spoken>, Problem> {
    let folder = cache.join("caller");
    let mut spoken = Vec::new();
    for text in texts {
        let path = folder.join(name(plugin, language, text));
        if let Some(kept) = read(&path) {
            spoken.push(kept);
            continue;
        }
        let line = speak(plugin, text, language).await?;
        keep(&path, &line).during(format!("can't write `{}`", path.display()))?;
        spoken.push(line);
    }
    Ok(spoken)
}

async fn speak(plugin: &Plugin, text: &str, language: &Language) -> Result<Spoken, Problem> {
    let failed = |reason: String| Problem::new("the caller's voice can't say a line").because(reason);
    let (tell, told) = unbounded_channel();
    let options =
        plugin.options_checked(&serde_json::json!({})).map_err(|error| failed(error.to_string()))?;
    let languages = vec![language.clone()];
    let opening = Opening { at: Millis::ZERO, wall: UnixMillis(0), seed: 2, options, languages };
    let session = plugin.open_tts(opening, sound::USUAL, None, move |event| {
        let _ = tell.send(event);
    });
    let said = Said::plain(text);
    session
        .send(TtsInput::Say { at: Millis::ZERO, utterance: 1, said, last: true })
        .map_err(|error| failed(error.to_string()))?;
    let line = tokio::time::timeout(LINE_MAX, collect(told)).await;
    line.unwrap_or_else(|_| Err("it took too long".to_owned())).map(trimmed).map_err(failed)
}

async fn collect(mut told: UnboundedReceiver<Event<TtsOutput>>) -> Result<Spoken, String> {
    let (mut line, mut format) = (Spoken::default(), sound::USUAL);
    while let Some(event) = told.recv().await {
        match event {
            Event::Opened(opened) => {
                format = opened.format.unwrap_or(format);
                line.rate = format.sample_rate;
            }
            Event::Output(TtsOutput::Audio { bytes, .. }) => {
                line.samples.extend(sound::samples(format, &bytes));
            }
            Event::Output(TtsOutput::Done { .. }) => return Ok(line),
            Event::Output(TtsOutput::Failed { failure, .. }) => return Err(failure.to_string()),
            Event::Ended(Err(error)) => return Err(error.to_string()),
            Event::Ended(Ok(())) => break,
            Event::Output(_) => {}
        }
    }
    Err("it ended before the line did".to_owned())
}

/// The end of the line must be the end of speech: the wait for an answer is counted from there.
fn trimmed(line: Spoken) -> Spoken {
    /// −46 dB of full scale: below any vowel, above a voice's breath.
    const AUDIBLE: u16 = 164;
    let audible = |sample: &i16| sample.unsigned_abs() > AUDIBLE;
    let begin = line.samples.iter().position(audible).unwrap_or(0);
    let end = line.samples.iter().rposition(audible).map_or(line.samples.len(), |last| last + 1);
    Spoken { samples: line.samples[begin..end].to_vec(), ..line }
}

fn name(plugin: &Plugin, language: &Language, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [plugin.sha256(), language.as_str(), text] {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    let hash: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{hash}.wav")
}

fn read(path: &PathBuf) -> Option<Spoken> {
    let (rate, samples) = closare_media::wav::read(&std::fs::read(path).ok()?).ok()?;
    Some(Spoken { rate, samples })
}

/// Written beside and moved, so that a killed process leaves no half line.
fn keep(path: &Path, line: &Spoken) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("part");
    std::fs::write(&beside, closare_media::wav::write(line.rate, &line.samples))?;
    std::fs::rename(beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_at_the_ends_goes() {
        let line = |samples: &[i16]| Spoken { rate: 8_000, samples: samples.to_vec() };
        assert_eq!(trimmed(line(&[0, 10, 900, 0, -900, 20, 0])), line(&[900, 0, -900]));
        assert_eq!(trimmed(line(&[0, 1])), line(&[0, 1]));
    }

    #[test]
    fn a_line_is_read_as_it_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("caller/line.wav");
        let line = Spoken { rate: 22_050, samples: vec![1, -2, 3] };
        assert_eq!(read(&path), None);
        keep(&path, &line).unwrap();
        assert_eq!(read(&path), Some(line));
    }
}
