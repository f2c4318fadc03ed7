//! What a clause is for Deepgram: texts that aren't too long, and a pause.

use closare_plugin::AudioFormat;

/// Characters that Deepgram speaks at once, by either way.
const TEXT_MAX: usize = 2_000;

/// The texts to speak, none where there is nothing to say: a clause may hold a pause alone, or the end. A long one is cut
/// between words.
pub fn texts(clause: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = clause.trim();
    while rest.chars().any(char::is_alphanumeric) {
        let end = rest.char_indices().nth(TEXT_MAX).map_or(rest.len(), |(end, _)| end);
        let end = if end == rest.len() { end } else { last_space(&rest[..end]).unwrap_or(end) };
        texts.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    texts
}

/// Silence of so many milliseconds, as signed 16-bit samples.
pub fn silence(format: AudioFormat, ms: u32) -> Vec<u8> {
    let samples = u64::from(format.sample_rate) * u64::from(ms) / 1_000;
    vec![0; usize::try_from(samples).unwrap_or(0) * format.bytes_per_sample()]
}

fn last_space(text: &str) -> Option<usize> {
    text.rfind(char::is_whitespace).filter(|place| *place > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(texts(" Guten Tag. "), ["Guten Tag."]);
        assert_eq!(texts(" … "), Vec::<String>::new());
        let long = "größer ".repeat(700);
        let cut = texts(&long);
        assert!(cut.iter().all(|text| text.chars().count() <= TEXT_MAX && text.ends_with("größer")));
        assert_eq!((cut.len(), cut.join(" ")), (3, long.trim().to_owned()));
        assert_eq!(texts(&"x".repeat(4_001)).len(), 3);
    }
}
