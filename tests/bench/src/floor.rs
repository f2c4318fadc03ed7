//! A server with no engine in it: no voice detection, no workflow, no policy, no plugin, no log.
//! `/echo` sends each frame back. Any other path joins the caller to the three vendors in the shortest way.
use crate::{
    audio::FRAME,
    call::{connect, media},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};

type Caller = WebSocketStream<TcpStream>;

pub async fn serve(listen: &str, vendors: &str) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    let http = reqwest::Client::builder().tcp_nodelay(true).build()?;
    loop {
        let (tcp, _) = listener.accept().await?;
        let (vendors, http) = (vendors.to_owned(), http.clone());
        tokio::spawn(async move {
            tcp.set_nodelay(true)?;
            let mut is_echo = false;
            #[allow(clippy::result_large_err)] // the library's signature
            let look = |request: &Request, response: Response| {
                is_echo = request.uri().path() == "/echo";
                Ok(response)
            };
            let caller = accept_hdr_async(tcp, look).await?;
            if is_echo { echo(caller).await } else { relay(caller, &vendors, http).await }
        });
    }
}

fn payload(message: &Value) -> Vec<u8> {
    STANDARD.decode(message["media"]["payload"].as_str().unwrap_or("")).unwrap_or_default()
}

async fn echo(mut caller: Caller) -> anyhow::Result<()> {
    while let Some(Ok(message)) = caller.next().await {
        let Message::Text(text) = message else { continue };
        let value: Value = serde_json::from_str(&text)?;
        if value["event"] == "media" {
            let audio = STANDARD.encode(payload(&value)); // decoded and coded again, as any engine must
            caller.send(Message::text(media("", &audio, 0))).await?;
        }
    }
    Ok(())
}

async fn relay(mut caller: Caller, vendors: &str, http: reqwest::Client) -> anyhow::Result<()> {
    let mut stt = connect(&format!("ws://{vendors}/v1/listen?encoding=mulaw&sample_rate=8000&vad_events=true"), None).await?;
    let mut tts = connect(&format!("ws://{vendors}/v1/speak?encoding=mulaw&sample_rate=8000"), None).await?;
    let (tokens, mut token) = mpsc::unbounded_channel::<Option<String>>();
    let mut answer: Option<tokio::task::JoinHandle<anyhow::Result<()>>> = None;
    let (mut queue, mut due, mut sequence) = (VecDeque::<u8>::new(), None::<Instant>, 0u64);
    let mut stream = String::new();
    loop {
        if due.is_none() && !queue.is_empty() {
            due = Some(Instant::now());
        }
        let pace = async {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = pace => {
                let frame: Vec<u8> = queue.drain(..queue.len().min(FRAME)).collect();
                sequence += 1;
                caller.send(Message::text(media(&stream, &STANDARD.encode(&frame), sequence))).await?;
                due = (!queue.is_empty()).then(|| due.unwrap() + Duration::from_millis(20));
            }
            message = caller.next() => {
                let Some(Ok(message)) = message else { break };
                let Message::Text(text) = message else { continue };
                let value: Value = serde_json::from_str(&text)?;
                match value["event"].as_str() {
                    Some("media") => stt.send(Message::binary(payload(&value))).await?,
                    Some("start") => stream = value["streamSid"].as_str().unwrap_or("").to_owned(),
                    Some("stop") => break,
                    _ => {}
                }
            }
            message = stt.next() => {
                let Some(Ok(Message::Text(text))) = message else { break };
                let value: Value = serde_json::from_str(&text)?;
                if value["type"] == "SpeechStarted" && (answer.is_some() || !queue.is_empty()) {
                    answer.take().inspect(|a| a.abort());
                    while token.try_recv().is_ok() {}
                    (due, _) = (None, queue.clear());
                    caller.send(Message::text(json!({"event": "clear", "streamSid": stream}).to_string())).await?;
                    tts.send(Message::text(json!({"type": "Clear"}).to_string())).await?;
                } else if value["speech_final"] == true {
                    let said = value["channel"]["alternatives"][0]["transcript"].as_str().unwrap_or("").to_owned();
                    answer = Some(tokio::spawn(think(http.clone(), format!("http://{vendors}/v1/chat/completions"), said, tokens.clone())));
                }
            }
            message = tts.next() => match message {
                Some(Ok(Message::Binary(audio))) => queue.extend(audio),
                Some(Ok(_)) => {}
                _ => break,
            },
            Some(next) = token.recv() => {
                let say = match next {
                    Some(text) => json!({"type": "Speak", "text": text}),
                    None => json!({"type": "Flush"}),
                };
                tts.send(Message::text(say.to_string())).await?;
            }
        }
    }
    answer.inspect(|a| a.abort());
    Ok(())
}

/// Streams an answer's tokens; `None` is its end.
async fn think(http: reqwest::Client, url: String, said: String, tokens: mpsc::UnboundedSender<Option<String>>) -> anyhow::Result<()> {
    let request = json!({"model": "fixed", "stream": true, "messages": [{"role": "user", "content": said}]});
    let mut body = http.post(url).json(&request).send().await?.bytes_stream();
    let mut buffer = Vec::new();
    while let Some(bytes) = body.next().await {
        buffer.extend_from_slice(&bytes?);
        while let Some(end) = buffer.windows(2).position(|w| w == b"\n\n") {
            let event: Vec<u8> = buffer.drain(..end + 2).collect();
            let Some(data) = std::str::from_utf8(&event)?.trim().strip_prefix("data: ") else { continue };
            if data == "[DONE]" {
                let _ = tokens.send(None);
                return Ok(());
            }
            let value: Value = serde_json::from_str(data)?;
            if let Some(text) = value["choices"][0]["delta"]["content"].as_str() {
                let _ = tokens.send(Some(text.to_owned()));
            }
        }
    }
    Ok(())
}
