//! The whole of a vendor.

pub const URL: &str = "https://api.example.com/v1/chat/completions";

closare_plugin::options! {
    pub struct Options { model: String = "small".to_owned(), heat: f32 = 0.3 }
}

closare_plugin::chat_model! {
    options: Options,
    request: |options, chat| Request::post(URL)
        .credential("key")
        .json(&completions::body(&options.model, Some(options.heat), chat)),
    event: |event| match event.data.as_str() {
        "[DONE]" => Done,
        data => completions::piece(data)?,
    },
}
