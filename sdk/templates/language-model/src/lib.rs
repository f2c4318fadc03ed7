//! A chat model over HTTP that streams its answer as server-sent events.

closare_plugin::options! {
    pub struct Options {
        base_url: String = "https://api.example.com/v1".to_owned(),
        model: String = "small".to_owned(),
        temperature: f32 = 0.3,
    }
}

closare_plugin::chat_model! {
    options: Options,
    request: |options, chat| Request::post(format!("{}/chat/completions", options.base_url))
        .credential("key")
        .json(&completions::body(&options.model, Some(options.temperature), chat)),
    event: |event| match event.data.as_str() {
        "[DONE]" => Done,
        data => completions::piece(data)?,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_plugin::language_model::{Ending, Output};
    use closare_plugin::test::{Session, chat, opening};

    #[test]
    fn an_answer_comes_in_tokens() {
        let options = serde_json::json!({"model": "large"});
        let mut session = Session::<Model, Output>::think(opening(options)).unwrap();
        session.start(1, chat("Hello"));
        let request = session.request();
        assert_eq!(request.url, "https://api.example.com/v1/chat/completions");
        let event = r#"data: {"choices": [{"delta": {"content": "Good morning."}}]}"#;
        session.answer(request.ticket, 200, format!("{event}\n\ndata: [DONE]\n\n"));
        let (job, text) = (1, "Good morning.".to_owned());
        let expected = [
            Output::Token((job, text)),
            Output::Done((job, Ending::Complete)),
        ];
        assert_eq!(session.told(), expected);
    }
}
