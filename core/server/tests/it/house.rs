//! A server of the page alone, and a client that says exactly what it is told to.

use closare_runtime::{Live, LiveCalls, Metered};
use closare_server::{Calls, Server};
use closare_store::{
    Content, Cost, Entry, EntryKind, Marks, NewCall, OperatorKey, Outcome, Retention, Speaker, Status, Store,
    Turn, Usage,
};
use closare_terms::{CallId, Kind, Language, Millis, PhoneNumber, Unit, UnixMillis};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

/// 2026-11-24T08:00:00Z
pub const STARTED: UnixMillis = UnixMillis(1_795_507_200_000);

/// What a page must show as text.
pub const MARKUP: &str = "<script>alert(1)</script> & \"quoted\"";

const PATIENCE: Duration = Duration::from_secs(10);

pub struct House {
    pub server: Server,
    pub live: Arc<LiveCalls>,
    pub store: Store,
    pub folder: TempDir,
}

pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl House {
    pub async fn start() -> House {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), OperatorKey::new([7; 32])).await.unwrap();
        let live = Arc::new(LiveCalls::new());
        let calls = Calls {
            live: live.clone(),
            kept: (*store).clone(),
            timezone: "Europe/Berlin".into(),
            meters: Arc::new(meters),
        };
        let server = Server::start_page(([127, 0, 0, 1], 0).into(), folder.path(), calls).await.unwrap();
        House { server, live, store, folder }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// A new link's path with its query.
    pub fn link(&self) -> String {
        let prefix = format!("http://{}", self.address());
        self.server.page().unwrap().strip_prefix(&prefix).unwrap().to_owned()
    }

    /// What a browser that came by a link shows.
    pub async fn cookie(&self) -> String {
        let answer = self.get(&self.link(), "").await;
        answer.headers["set-cookie"].split(';').next().unwrap().to_owned()
    }

    /// With the right `Host`; `more` are further header lines, each ended by CR and LF.
    pub async fn get(&self, path: &str, more: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{more}", self.address())).await
    }

    pub async fn with_cookie(&self, path: &str) -> Answer {
        let cookie = self.cookie().await;
        self.get(path, &format!("Cookie: {cookie}\r\n")).await
    }

    /// A request's head without its end.
    pub async fn send(&self, head: &str) -> Answer {
        let mut stream = self.open(&format!("{head}Connection: close\r\n")).await;
        let mut bytes = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an answer").unwrap();
        Answer::read(&bytes)
    }

    /// A stream of events, opened with a cookie.
    pub async fn events(&self, path: &str) -> Events {
        let cookie = self.cookie().await;
        let stream = self
            .open(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n", self.address()))
            .await;
        Events { stream, text: String::new() }
    }

    async fn open(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address()).await.unwrap();
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        stream
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    /// The next event's name and data.
    pub async fn next(&mut self) -> (String, serde_json::Value) {
        loop {
            if let Some((event, rest)) = self.take() {
                self.text = rest;
                return event;
            }
            let mut bytes = [0; 4_096];
            let read = timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("an event").unwrap();
            assert!(read > 0, "the stream has ended");
            self.text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
    }

    pub async fn ends(&mut self) {
        let mut rest = Vec::new();
        timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("the stream's end").unwrap();
    }

    fn take(&self) -> Option<((String, serde_json::Value), String)> {
        let (_, rest) = self.text.split_once("event: ")?;
        let (event, rest) = rest.split_once("\n\n")?;
        let (name, data) = event.split_once('\n')?;
        let data = data.lines().find_map(|line| line.strip_prefix("data: "))?;
        Some(((name.to_owned(), serde_json::from_str(data).unwrap()), rest.to_owned()))
    }
}

pub fn began(id: &str) -> Live {
    Live::Began { call: id.into(), agent: "booking".into(), number: "1000".into() }
}

pub fn said(id: &str, heard: &str) -> Live {
    let speaker = closare_call::Speaker::Caller;
    Live::Turn { call: id.into(), at: Millis(900), speaker, heard: heard.into(), unheard: None }
}

pub fn says(id: &str, words: &str) -> Live {
    Live::Words { call: id.into(), speaker: closare_call::Speaker::Caller, words: words.into() }
}

/// One vendor, which answered once and stalled once.
fn meters() -> Vec<Metered> {
    vec![Metered {
        plugin: "deepgram".into(),
        origin: "https://api.deepgram.com".into(),
        requests: 2,
        answers: 1,
        failures: BTreeMap::from([("stalled", 1)]),
        latency_ms_mean: Some(35),
        latency_ms_max: Some(35),
        ..Metered::default()
    }]
}

/// A call with a cut-off turn and half a second of sound.
pub async fn keep_call(store: &Store, id: &str) {
    let call = CallId::from(id);
    let new = NewCall {
        id: call.clone(),
        agent: "booking".into(),
        workflow: "booking".into(),
        workflow_version: "ab12".into(),
        from: None,
        to: PhoneNumber::from("1000"),
        language: Language::from("en"),
        started: STARTED,
        retention: Retention::plan("Europe/Berlin", 30),
    };
    store.begin_call(new).unwrap();
    store.answered(&call, STARTED + Millis(900));
    store.put(
        &call,
        Turn {
            index: 0,
            speaker: Speaker::Agent,
            started: STARTED + Millis(1_000),
            ended: STARTED + Millis(2_000),
            heard: Some(MARKUP.into()),
            unheard: Some(" never heard".into()),
            interrupted: true,
            language: Language::from("en"),
            ai_generated: true,
            ai_system: None,
        },
    );
    let used = Usage::new("language-model".into(), "openai".into(), None, Unit::Requests, 3);
    store.put(&call, Usage { cost: Some(Cost { micros: 3_000, currency: "EUR".into() }), ..used });
    store.writer().append(Entry {
        call: call.clone(),
        seq: 0,
        at: Millis(1_200),
        kind: EntryKind::Event,
        skeleton:
            serde_json::json!({"requested": {"role": "language-model", "index": 0, "plugin": "openai"}})
                .to_string(),
        contents: vec![Content { index: 0, kind: Kind::Transcript, text: "req_011".into() }],
    });
    let marks =
        Marks { software: "Closare 0.1.0".into(), comment: "AI-generated speech on channel 2".into() };
    let mut recorder = store.recorder(&call, 8_000, 2, STARTED + Millis(1_000), marks).unwrap();
    recorder.write(&[1_000; 8_000]);
    recorder.finish().await.unwrap();
    let ended = STARTED + Millis(2_500);
    let reason = "caller_hung_up".into();
    store.finish_call(&call, Outcome { ended, status: Status::Ended, reason, route: None, intent: None });
    store.flush().await;
}
