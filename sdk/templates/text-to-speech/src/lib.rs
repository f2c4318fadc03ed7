//! Text-to-speech over HTTP: a clause is one request, its samples are told as they come.

closare_plugin::options! {
    pub struct Options {
        base_url: String = "https://api.example.com/v1".to_owned(),
        voice: String = "anna".to_owned(),
    }
}

closare_plugin::http_voice! {
    options: Options,
    format: AudioFormat::pcm(16_000),
    request: |options, voice, clause| Request::post(format!("{}/speak", options.base_url))
        .credential("key")
        .json(&json!({"text": clause.text, "voice": voice.unwrap_or(&options.voice), "format": "pcm_16000"})),
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_plugin::AudioFormat;
    use closare_plugin::test::{Session, opening};
    use closare_plugin::text_to_speech::Output;

    #[test]
    fn samples_are_told_as_they_come() {
        let (start, wanted) = (opening(serde_json::json!({})), AudioFormat::pcm(8_000));
        let (mut session, format) = Session::<Voice, Output>::speak(start, wanted, None).unwrap();
        assert_eq!(format, AudioFormat::pcm(16_000));
        session.say(1, "Hello.");
        let ticket = session.request().ticket;
        session.told();
        session.answer(ticket, 200, [1, 0, 2, 0]);
        let expected = [Output::Audio((1, vec![1, 0, 2, 0])), Output::Done(1)];
        assert_eq!(session.told(), expected);
    }
}
