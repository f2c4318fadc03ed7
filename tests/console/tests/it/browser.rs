//! A headless Chromium and one tab of it, over the DevTools protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>): JSON over a WebSocket that it opens on loopback.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A browser that starts on a busy machine takes several seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the page is looked at for what shall appear on it.
const LOOK_EVERY: Duration = Duration::from_millis(40);

pub struct Browser {
    process: Child,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The tab's, once there is one.
    session: Option<String>,
    last: u64,
    /// What the browser told by itself, since the start.
    told: Vec<Value>,
    profile: TempDir,
}

impl Browser {
    /// `None`, with a word on why, where no Chromium is installed.
    pub async fn start() -> Option<Browser> {
        let Some(program) = program() else {
            println!("SKIPPED: Chromium is not installed; install Debian's package `chromium`");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let process = Command::new(program)
            // A container's root can't make the sandbox, and /dev/shm is small there; only our own page is opened.
            .args(["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
            .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
            .args(["--mute-audio", "--hide-scrollbars", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let socket = connect(profile.path()).await;
        let mut browser = Browser { process, socket, session: None, last: 0, told: Vec::new(), profile };
        browser.open_tab().await;
        Some(browser)
    }

    pub async fn go(&mut self, url: &str) {
        self.send("Page.navigate", json!({"url": url})).await;
    }

    /// The value of an expression on the page; a promise is waited for.
    pub async fn value(&mut self, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let mut answer = self.send("Runtime.evaluate", asked).await;
        // While a page goes away and the next one comes, nothing on it has a value.
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true.
    pub async fn until(&mut self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.value(&format!("Boolean({expression})")).await != true {
            if Instant::now() > deadline {
                let shown = self.value("document.body.innerText").await;
                panic!("expected `{expression}`, found:\n{}", shown.as_str().unwrap_or_default());
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the page shows this text within what the selector finds.
    pub async fn shows(&mut self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        let found =
            format!("[...document.querySelectorAll({selector})].some(it => it.textContent.includes({text}))");
        self.until(&found).await;
    }

    /// Clicks with the mouse, in the middle of the first element that the selector finds, or at this share of its width.
    pub async fn click(&mut self, selector: &str, share: f64) {
        let place = format!(
            "(() => {{ const it = document.querySelector({}); it.scrollIntoView({{block: 'center'}}); \
             const box = it.getBoundingClientRect(); \
             return [box.left + box.width * {share}, box.top + box.height / 2]; }})()",
            json!(selector)
        );
        let place = self.value(&place).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.send("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Presses a key that writes nothing or a line's end: `Tab`, `Enter`.
    pub async fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            _ => panic!("expected a key that the tests press, found `{key}`"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.send("Input.dispatchKeyEvent", event).await;
        }
    }

    /// The window's width and height in CSS pixels, and whether the person likes it dark.
    pub async fn look(&mut self, width: u32, height: u32, dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600});
        self.send("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = if dark { "dark" } else { "light" };
        let feature = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.send("Emulation.setEmulatedMedia", feature).await;
    }

    /// A picture of the whole page, as `target/console/NAME.png`.
    pub async fn picture(&mut self, name: &str) {
        let asked = json!({"format": "png", "captureBeyondViewport": true});
        let mut look = tokio::time::interval(Duration::from_millis(50));
        let data = loop {
            look.tick().await;
            // Before the first layout the page has no width, and no picture.
            if let Some(data) = self.send("Page.captureScreenshot", asked.clone()).await["data"].as_str() {
                break data.to_owned();
            }
        };
        let bytes = STANDARD.decode(data).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/console");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Addresses that the tab has asked for, pictures within the page left out.
    pub fn asked(&self) -> Vec<&str> {
        let requests = self.told_as("Network.requestWillBeSent");
        requests
            .filter_map(|told| told["request"]["url"].as_str())
            .filter(|url| !url.starts_with("data:"))
            .collect()
    }

    /// Errors of scripts, and what the page's policy has kept from it.
    pub fn errors(&self) -> Vec<String> {
        let thrown = self.told_as("Runtime.exceptionThrown").map(|told| told["exceptionDetails"].to_string());
        let logged = self.told_as("Log.entryAdded").map(|told| &told["entry"]);
        thrown.chain(logged.filter(|entry| entry["level"] == "error").map(Value::to_string)).collect()
    }

    pub async fn close(mut self) {
        self.session = None;
        let _ = self.socket.send(Message::text(r#"{"id":0,"method":"Browser.close"}"#)).await;
        let _ = timeout(PATIENCE, self.process.wait()).await;
        drop(self.profile);
    }

    async fn open_tab(&mut self) {
        let target = self.send("Target.createTarget", json!({"url": "about:blank"})).await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.send("Target.attachToTarget", attach).await;
        self.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            self.send(&format!("{domain}.enable"), json!({})).await;
        }
    }

    fn told_as(&self, method: &'static str) -> impl Iterator<Item = &Value> {
        self.told.iter().filter(move |told| told["method"] == method).map(|told| &told["params"])
    }

    async fn send(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.socket.send(Message::text(message.to_string())).await.unwrap();
        loop {
            let next = timeout(PATIENCE, self.socket.next()).await;
            let Message::Text(text) =
                next.unwrap_or_else(|_| panic!("{method}: no answer")).unwrap().unwrap()
            else {
                continue;
            };
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == self.last {
                let error = &answer["error"];
                assert!(error.is_null() || goes_away(error), "{method}: {error}");
                return answer["result"].take();
            }
            self.told.push(answer);
        }
    }
}

/// The page goes away, or isn't laid out yet, while something on it is asked for: it has no value then, and whoever waits asks again.
fn goes_away(error: &Value) -> bool {
    const WORDS: [&str; 4] =
        ["navigated or closed", "Cannot find context", "Execution context was destroyed", "with 0 width"];
    error["message"].as_str().is_some_and(|message| WORDS.iter().any(|words| message.contains(words)))
}

/// Debian's name for it, and others'.
fn program() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// The browser writes its port and its path into its profile once it listens.
async fn connect(profile: &Path) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
    let (file, deadline) = (profile.join("DevToolsActivePort"), Instant::now() + PATIENCE);
    loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| !path.is_empty()) {
            return connect_async(format!("ws://127.0.0.1:{port}{path}")).await.unwrap().0;
        }
        assert!(Instant::now() < deadline, "the browser doesn't listen");
        sleep(LOOK_EVERY).await;
    }
}
