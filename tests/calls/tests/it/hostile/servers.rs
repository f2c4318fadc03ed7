//! The servers that the attacker is let loose on. They keep all that reaches them.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const SECRET: &str = "sk-hostile-4711";

pub struct Servers {
    /// May have the secret.
    pub home: Server,
    /// Is declared, and may not.
    pub other: Server,
    /// Is declared by a name, and the operator hasn't allowed it.
    within: Server,
    folder: TempDir,
}

pub struct Server {
    pub origin: String,
    got: Arc<Mutex<Vec<String>>>,
}

impl Servers {
    pub async fn start() -> Servers {
        let other = Server::start(None).await;
        let elsewhere = format!("{}/landing", other.origin);
        let (home, within) = (Server::start(Some(elsewhere)).await, Server::start(None).await);
        Servers { home, other, within, folder: tempfile::tempdir().unwrap() }
    }

    pub fn inside(&self) -> String {
        self.within.origin.replace("127.0.0.1", "localhost")
    }

    /// The operator's book of secrets: one, for home.
    pub fn keys(&self) -> PathBuf {
        let book = self.folder.path().join("keys.json");
        let entry = serde_json::json!({"HOSTILE_KEY": {"value": SECRET, "for": [self.home.origin]}});
        std::fs::write(&book, entry.to_string()).unwrap();
        std::fs::set_permissions(&book, std::fs::Permissions::from_mode(0o600)).unwrap();
        book
    }

    /// Nothing came where nothing may; at home the secret is where it was declared, and in no body.
    pub fn got_no_secret(&self) {
        assert!(self.other.got().is_empty(), "{:?}", self.other.got());
        assert!(self.within.got().is_empty(), "{:?}", self.within.got());
        let home = self.home.got();
        let to = |path: &str| home.iter().filter(|got| got.starts_with(path)).collect::<Vec<_>>();
        let wanted = format!("/secret authorization=Bearer {SECRET} body={{{{secret:HOSTILE_KEY}}}}");
        assert!(!to("/secret").is_empty() && to("/secret").iter().all(|got| **got == wanted), "{home:?}");
        assert!(!to("/redirect").is_empty(), "{home:?}");
    }
}

impl Server {
    /// `/redirect` leads to `elsewhere`, `/slow` never answers.
    async fn start(elsewhere: Option<String>) -> Server {
        let got = Arc::<Mutex<Vec<String>>>::default();
        let keep = got.clone();
        let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let sent = headers.get("authorization").map_or("-", |value| value.to_str().unwrap());
            let body = String::from_utf8_lossy(&body);
            keep.lock().unwrap().push(format!("{} authorization={sent} body={body}", uri.path()));
            let (path, elsewhere) = (uri.path().to_owned(), elsewhere.clone());
            async move {
                match (path.as_str(), elsewhere) {
                    ("/slow", _) => std::future::pending().await,
                    ("/redirect", Some(place)) => {
                        (StatusCode::TEMPORARY_REDIRECT, [("location", place)]).into_response()
                    }
                    _ => "well".into_response(),
                }
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Server { origin, got }
    }

    fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}
