//! A carrier that streams calls: its end of the WebSocket as Twilio's documentation describes it, with a player that plays what it
//! gets in real time, and its API on loopback. Twilio itself can't be had in a test.

use super::Sound;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use closare_media::{Codec, Decoder, Encoder};
use futures::{SinkExt, StreamExt};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::sync::CancellationToken;

pub const TOKEN: &str = "0a1b2c3d4e5f60718293";
pub const AUTH: &str = "the-accounts-token";
pub const PUBLIC: &str = "wss://calls.example.com";
const FRAME: usize = 160;

/// The carrier's API: what it was asked to do with calls.
pub struct Api {
    pub origin: String,
    desk: Desk,
}

#[derive(Clone, Default)]
struct Desk {
    asked: Arc<Mutex<Vec<Asked>>>,
    /// The stream of the call, which the carrier closes once it is asked to do something with the call.
    stream: Arc<Mutex<Option<End>>>,
    /// It takes requests, and answers none.
    silent: Arc<AtomicBool>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    pub user: String,
    pub form: BTreeMap<String, String>,
}

impl Api {
    pub async fn start() -> Api {
        let desk = Desk::default();
        let router = Router::new()
            .route("/2010-04-01/Accounts/{account}/Calls/{call}", post(update))
            .with_state(desk.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Api { origin, desk }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.desk.asked.lock().unwrap().clone()
    }

    /// Closes this stream before it answers what it is asked of its call, as a carrier may.
    pub fn ends(&self, caller: &Streamed) {
        *self.desk.stream.lock().unwrap() = Some(caller.end.clone());
    }

    /// Answers no more.
    pub fn falls_silent(&self) {
        self.desk.silent.store(true, Ordering::Relaxed);
    }
}

async fn update(
    State(desk): State<Desk>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> axum::Json<Value> {
    let basic = headers["authorization"].to_str().unwrap().strip_prefix("Basic ").unwrap();
    let user = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    desk.asked.lock().unwrap().push(Asked { path: uri.path().to_owned(), user, form });
    if desk.silent.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
    let stream = desk.stream.lock().unwrap().take();
    if let Some(end) = stream {
        end.wanted.cancel();
        // It is gone before the answer is there.
        end.came.cancelled().await;
    }
    axum::Json(json!({"status": "in-progress"}))
}

/// A call that is streamed.
pub struct Streamed {
    say: mpsc::UnboundedSender<Said>,
    heard: Arc<Mutex<Heard>>,
    end: End,
}

/// Of a stream, by its carrier.
#[derive(Clone, Default)]
struct End {
    wanted: CancellationToken,
    came: CancellationToken,
}

enum Said {
    Words(Vec<i16>),
    Key(char),
}

#[derive(Clone, Default)]
pub struct Heard {
    /// What the caller's ear got, silence where nothing was played.
    pub samples: Vec<i16>,
    pub clears: usize,
    pub closed: bool,
}

impl Streamed {
    pub async fn call(at: SocketAddr) -> Streamed {
        let path = format!("/twilio/{TOKEN}");
        let mut mac = Hmac::<Sha1>::new_from_slice(AUTH.as_bytes()).unwrap();
        mac.update(format!("{PUBLIC}{path}").as_bytes());
        let mut request = format!("ws://{at}{path}").into_client_request().unwrap();
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        request.headers_mut().insert("X-Twilio-Signature", signature.parse().unwrap());
        let (socket, _) = client_async(request, TcpStream::connect(at).await.unwrap()).await.unwrap();
        let (say, said) = mpsc::unbounded_channel();
        let heard = Arc::<Mutex<Heard>>::default();
        let end = End::default();
        tokio::spawn(Carrier::new(socket, heard.clone()).run(said, end.clone()));
        Streamed { say, heard, end }
    }

    /// Speaks after what it is saying already.
    pub fn say(&self, sound: &Sound) {
        self.say.send(Said::Words(sound.at(8_000).samples)).unwrap();
    }

    pub fn press(&self, key: char) {
        self.say.send(Said::Key(key)).unwrap();
    }

    pub fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }
}

struct Carrier {
    socket: WebSocketStream<TcpStream>,
    heard: Arc<Mutex<Heard>>,
    words: VecDeque<i16>,
    plays: VecDeque<Play>,
    encoder: Encoder,
    decoder: Decoder,
    frames: u64,
}

enum Play {
    Frame(Vec<u8>),
    Mark(String),
}

impl Carrier {
    fn new(socket: WebSocketStream<TcpStream>, heard: Arc<Mutex<Heard>>) -> Carrier {
        Carrier {
            socket,
            heard,
            words: VecDeque::new(),
            plays: VecDeque::new(),
            encoder: Encoder::new(Codec::Pcmu),
            decoder: Decoder::new(Codec::Pcmu),
            frames: 0,
        }
    }

    async fn run(mut self, mut said: mpsc::UnboundedReceiver<Said>, end: End) {
        self.send(json!({"event": "connected", "protocol": "Call", "version": "1.0.0"})).await;
        self.send(json!({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": {
            "streamSid": "MZ1", "accountSid": "AC1", "callSid": "CA1", "tracks": ["inbound"],
            "customParameters": {"from": "+15550100"},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}))
            .await;
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            tokio::select! {
                _ = tick.tick() => self.frame().await,
                said = said.recv() => match said {
                    Some(Said::Words(samples)) => self.words.extend(samples),
                    Some(Said::Key(key)) => {
                        let digit = key.to_string();
                        self.send(json!({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"digit": digit}})).await;
                    }
                    // The caller hangs up.
                    None => break,
                },
                () = end.wanted.cancelled() => break,
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.take(&serde_json::from_str(&text).unwrap()).await,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(_) | None => break,
                },
            }
        }
        self.heard.lock().unwrap().closed = true;
        let _ =
            self.socket.send(Message::text(json!({"event": "stop", "streamSid": "MZ1"}).to_string())).await;
        end.came.cancel();
    }

    /// A frame each way.
    async fn frame(&mut self) {
        let mut samples = vec![0; FRAME];
        while let Some(Play::Mark(name)) = self.plays.front() {
            let mark = json!({"event": "mark", "streamSid": "MZ1", "mark": {"name": name}});
            self.plays.pop_front();
            self.send(mark).await;
        }
        if let Some(Play::Frame(payload)) = self.plays.pop_front() {
            self.decoder.decode_into(&payload, &mut samples);
        }
        self.heard.lock().unwrap().samples.extend(samples);
        let frame: Vec<i16> = (0..FRAME).map(|_| self.words.pop_front().unwrap_or(0)).collect();
        let mut payload = Vec::new();
        self.encoder.encode_into(&frame, &mut payload);
        self.frames += 1;
        let timestamp = (self.frames * 20).to_string();
        self.send(json!({"event": "media", "streamSid": "MZ1", "sequenceNumber": (self.frames + 1).to_string(),
            "media": {"track": "inbound", "chunk": self.frames.to_string(), "timestamp": timestamp, "payload": STANDARD.encode(payload)}}))
            .await;
    }

    async fn take(&mut self, message: &Value) {
        match message["event"].as_str().unwrap() {
            "media" => {
                let payload = STANDARD.decode(message["media"]["payload"].as_str().unwrap()).unwrap();
                self.plays.extend(payload.chunks(FRAME).map(|frame| Play::Frame(frame.to_vec())));
            }
            "mark" => self.plays.push_back(Play::Mark(message["mark"]["name"].as_str().unwrap().to_owned())),
            "clear" => {
                self.heard.lock().unwrap().clears += 1;
                // All open marks come back at once.
                self.plays.retain(|play| matches!(play, Play::Mark(_)));
            }
            other => panic!("expected what Twilio takes, found `{other}`"),
        }
    }

    async fn send(&mut self, value: Value) {
        // Whether the other end has gone shows by the next message.
        let _ = self.socket.send(Message::text(value.to_string())).await;
    }
}
