//! Speech-to-text over HTTP: a turn of the caller is one request, a WAV file up and JSON down.

closare_plugin::options! {
    pub struct Options {
        base_url: String = "https://api.example.com/v1".to_owned(),
        model: String = "small".to_owned(),
    }
}

closare_plugin::http_ear! {
    options: Options,
    request: |options, turn| Request::post(format!("{}/listen?model={}", options.base_url, options.model))
        .credential("key")
        .body("audio/wav", turn.wav()),
    text: |answer| answer["text"].as_str(),
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_plugin::AudioFormat;
    use closare_plugin::speech_to_text::{Listening, Output};
    use closare_plugin::test::{Session, opening};

    #[test]
    fn a_turn_is_one_request() {
        let (start, format) = (opening(serde_json::json!({})), AudioFormat::pcm(16_000));
        let (languages, hints, end_after) = Default::default();
        let what = Listening {
            languages,
            hints,
            end_after,
        };
        let mut session = Session::<Ear, Output>::hear(start, format, what).unwrap();
        let tone: Vec<u8> = (0..16_000)
            .flat_map(|at| [0, if at % 40 < 20 { 16 } else { 240 }])
            .collect();
        session.audio(&tone).flush();
        let request = session.request();
        session.told();
        session.answer(request.ticket, 200, r#"{"text": "Hello."}"#);
        let told = session.told();
        assert!(matches!(&told[..], [Output::Final(heard)] if heard.text == "Hello."));
    }
}
