//! What `/v1/listen` is asked for: the query, checked as documented.

use crate::sound::Encoding;

#[derive(Clone, Debug)]
pub struct Listening {
    pub model: String,
    /// `None` for audio in a container.
    pub audio: Option<(Codec, u32)>,
    /// Milliseconds; `None` where it is off. 10 where nothing is said.
    pub endpointing: Option<u64>,
    pub interim_results: bool,
    pub utterance_end_ms: Option<u64>,
    pub vad_events: bool,
    pub punctuated: bool,
}

/// Of raw audio. The emulator hears speech in G.711 and linear16 only; others it just counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Heard(Encoding),
    Counted,
}

/// Families of models that stream, and whether a name behind the family is one of theirs.
const MODELS: [(&str, &[&str]); 5] = [
    ("nova-3", &["general", "medical"]),
    (
        "nova-2",
        &[
            "general",
            "meeting",
            "phonecall",
            "voicemail",
            "finance",
            "conversationalai",
            "video",
            "medical",
            "drivethru",
            "automotive",
            "atc",
        ],
    ),
    ("nova", &["general", "phonecall", "medical"]),
    ("enhanced", &["general", "meeting", "phonecall", "finance"]),
    ("base", &["general", "meeting", "phonecall", "voicemail", "finance", "conversationalai", "video"]),
];

const LANGUAGES: [&str; 52] = [
    "ar", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he",
    "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "mr", "ms", "multi", "nl", "no", "pl",
    "pt", "ro", "ru", "sk", "sl", "sr", "sv", "ta", "taq", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh",
    "tamasheq",
];

const FLAGS: [&str; 11] = [
    "interim_results",
    "vad_events",
    "punctuate",
    "smart_format",
    "numerals",
    "diarize",
    "multichannel",
    "profanity_filter",
    "mip_opt_out",
    "dictation",
    "filler_words",
];

impl Listening {
    /// # Errors
    /// A sentence on the first parameter that is wrong.
    pub fn of(query: &[(String, String)]) -> Result<Listening, String> {
        let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let model = get("model").unwrap_or("base-general");
        let language = get("language").unwrap_or("en");
        if !is_model(model) || !speaks(model, language) {
            return Err("No such model/language/tier combination found.".to_owned());
        }
        for name in FLAGS {
            if let Some(value) = get(name).filter(|value| !matches!(*value, "true" | "false")) {
                return Err(format!("Invalid query string: `{name}` must be a boolean, found `{value}`"));
            }
        }
        check_words(model, get("keyterm"), get("keywords"))?;
        let is = |name: &str| get(name) == Some("true");
        let listening = Listening {
            model: model.to_owned(),
            audio: audio(get("encoding"), get("sample_rate"))?,
            endpointing: endpointing(get("endpointing"))?,
            interim_results: is("interim_results"),
            utterance_end_ms: get("utterance_end_ms")
                .map(|value| number("utterance_end_ms", value))
                .transpose()?,
            vad_events: is("vad_events"),
            punctuated: is("punctuate") || is("smart_format"),
        };
        // https://developers.deepgram.com/docs/utterance-end: it looks at the interim results.
        if listening.utterance_end_ms.is_some() && !listening.interim_results {
            return Err("`utterance_end_ms` requires `interim_results=true`".to_owned());
        }
        Ok(listening)
    }
}

fn is_model(model: &str) -> bool {
    MODELS.iter().any(|(family, kinds)| {
        let rest = model.strip_prefix(family);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|kind| kinds.contains(&kind))
        })
    })
}

fn speaks(model: &str, language: &str) -> bool {
    let main = language.split('-').next().unwrap_or(language);
    let two_at_once = model.starts_with("nova-2") || model.starts_with("nova-3");
    LANGUAGES.contains(&main) && (main != "multi" || two_at_once)
}

/// <https://developers.deepgram.com/docs/keyterm>: Nova-3 takes key terms, all others keywords.
fn check_words(model: &str, keyterm: Option<&str>, keywords: Option<&str>) -> Result<(), String> {
    match (model.starts_with("nova-3"), keyterm, keywords) {
        (false, Some(_), _) => Err("Keyterm prompting is only supported by Nova-3 models.".to_owned()),
        (true, _, Some(_)) => Err("Keywords are not supported for Nova-3 models, use keyterm.".to_owned()),
        _ => Ok(()),
    }
}

fn audio(encoding: Option<&str>, rate: Option<&str>) -> Result<Option<(Codec, u32)>, String> {
    let Some(encoding) = encoding else { return Ok(None) };
    let codec = match encoding {
        "linear16" => Codec::Heard(Encoding::Linear16),
        "mulaw" => Codec::Heard(Encoding::Mulaw),
        "alaw" => Codec::Heard(Encoding::Alaw),
        "linear32" | "flac" | "amr-nb" | "amr-wb" | "opus" | "ogg-opus" | "speex" | "g729" => Codec::Counted,
        other => return Err(format!("Invalid query string: unsupported `encoding` `{other}`")),
    };
    let rate = rate.ok_or("`sample_rate` is required when `encoding` is given")?;
    let rate = number("sample_rate", rate)?;
    match u32::try_from(rate).ok().filter(|rate| (8_000..=48_000).contains(rate)) {
        Some(rate) => Ok(Some((codec, rate))),
        None => Err(format!("Invalid query string: unsupported `sample_rate` `{rate}`")),
    }
}

fn endpointing(value: Option<&str>) -> Result<Option<u64>, String> {
    match value {
        None | Some("true") => Ok(Some(10)),
        Some("false") => Ok(None),
        Some(value) => number("endpointing", value).map(Some),
    }
}

fn number(name: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("Invalid query string: `{name}` must be a number, found `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str) -> Result<Listening, String> {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Listening::of(&pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn what_the_documentation_allows() {
        for query in [
            "model=nova-3&encoding=linear16&sample_rate=16000&language=de&interim_results=true&keyterm=Anna",
            "model=nova-2-phonecall&encoding=mulaw&sample_rate=8000&endpointing=false&keywords=Anna:2",
            "model=nova-3-general&language=multi&endpointing=300&interim_results=true&utterance_end_ms=1000",
            "",
        ] {
            check(query).unwrap();
        }
    }

    #[test]
    fn what_it_forbids() {
        for query in [
            "model=nova-9",
            "model=nova-3&language=xx",
            "model=base&language=multi",
            "model=nova-3&encoding=pcm&sample_rate=8000",
            "model=nova-3&encoding=linear16",
            "model=nova-3&interim_results=yes",
            "model=nova-3&utterance_end_ms=1000",
            "model=nova-2&keyterm=Anna",
            "model=nova-3&keywords=Anna",
            "model=nova-3&endpointing=soon",
        ] {
            check(query).unwrap_err();
        }
    }
}
