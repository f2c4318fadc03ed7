//! A server of the live page, without a telephone: the test tells what the engine would.

use closare_call::Speaker;
use closare_runtime::{Live, LiveCalls, Metered};
use closare_server::{Calls, Meters, Server};
use closare_store::{OperatorKey, Store};
use closare_terms::CallId;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub struct House {
    pub server: Server,
    pub store: Store,
    pub live: Arc<LiveCalls>,
    metered: Arc<Mutex<Vec<Metered>>>,
    _folder: TempDir,
}

impl House {
    pub async fn start() -> House {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), OperatorKey::new([7; 32])).await.unwrap();
        let live = Arc::new(LiveCalls::new());
        let metered = Arc::default();
        let server = serve(([127, 0, 0, 1], 0).into(), &folder, &store, &live, &metered).await;
        House { server, store, live, metered, _folder: folder }
    }

    /// The same house with a new server at the same port, as after `closare serve` was started anew.
    pub async fn start_anew(self) -> House {
        let House { server, store, live, metered, _folder } = self;
        let address = server.address();
        drop(server);
        let server = serve(address, &_folder, &store, &live, &metered).await;
        House { server, store, live, metered, _folder }
    }

    /// A plugin has used the network.
    pub fn meters(&self, vendor: Metered) {
        self.metered.lock().unwrap().push(vendor);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// A call comes in, as the runtime begins one.
    pub fn rings(&self, id: &str, agent: &str, number: &str) {
        self.live.add(id.into(), agent, number, mpsc::channel(1).0);
        let (agent, number) = (agent.to_owned(), number.to_owned());
        self.tell(Live::Began { call: id.into(), agent, number });
    }

    pub fn tell(&self, live: Live) {
        self.live.tell(live);
    }

    /// Somebody is in the middle of a turn, and has said this so far.
    pub fn says(&self, call: &CallId, speaker: Speaker, words: &str) {
        self.tell(Live::Words { call: call.clone(), speaker, words: words.to_owned() });
    }

    /// All of a call is in the store.
    pub async fn kept(&self, id: &CallId) {
        self.store.flush().await;
        self.live.remove(id);
        self.tell(Live::Kept { call: id.clone() });
    }
}

async fn serve(
    address: SocketAddr,
    folder: &TempDir,
    store: &Store,
    live: &Arc<LiveCalls>,
    metered: &Arc<Mutex<Vec<Metered>>>,
) -> Server {
    let metered = metered.clone();
    let meters: Meters = Arc::new(move || metered.lock().unwrap().clone());
    let calls =
        Calls { live: live.clone(), kept: (**store).clone(), timezone: "Europe/Berlin".into(), meters };
    // A port that was just let go may take a moment.
    for _ in 0..100 {
        match Server::start_page(address, folder.path(), calls.clone()).await {
            Ok(server) => return server,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
    panic!("no server at {address}")
}
