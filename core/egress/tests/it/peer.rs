//! A server, and a session that talks to it.

use axum::Router;
use axum::http::HeaderMap;
use closare_egress::{
    Credential, Egress, EgressConfig, EgressOptions, Grant, Limits, Metered, NetSession, Origin, SecretBook,
};
use closare_terms::Millis;
use closare_terms::network::{Body, NetEffect, NetEvent, Request, Socket, Trouble};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Serves on a free port of loopback; gives the origin.
pub async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    origin
}

pub struct Setup {
    pub grant: Grant,
    pub allow_private: Vec<Origin>,
    pub secrets: SecretBook,
    pub limits: Limits,
    pub options: EgressOptions,
}

impl Setup {
    /// May reach these, and they may be private.
    pub fn at(origins: &[&str]) -> Setup {
        let origins: Vec<_> = origins.iter().map(|url| Origin::of(url).unwrap()).collect();
        let grant = Grant {
            plugin: "test".into(),
            origins: origins.clone(),
            credentials: BTreeMap::new(),
            secrets: ["KEY".to_owned()].into(),
            in_first_message: false,
        };
        let limits = Limits {
            connect: Duration::from_millis(500),
            answer: Duration::from_secs(5),
            stall: Duration::from_millis(300),
            ..Limits::default()
        };
        Setup {
            grant,
            allow_private: origins,
            secrets: SecretBook::default(),
            limits,
            options: EgressOptions::default(),
        }
    }

    pub fn credential(mut self, credential: Credential) -> Setup {
        self.grant.credentials.insert("key".to_owned(), credential);
        self
    }

    pub fn secret(mut self, value: &str, origin: &str) -> Setup {
        self.secrets.set("KEY", value, vec![Origin::of(origin).unwrap()]);
        self
    }

    /// For a peer that thinks.
    pub fn slow(mut self) -> Setup {
        self.limits.stall = Duration::from_secs(20);
        self.limits.answer = Duration::from_secs(60);
        self
    }

    pub fn start(self) -> Talk {
        self.start_with_room(|| true)
    }

    pub fn start_with_room(self, room: impl Fn() -> bool + Send + Sync + 'static) -> Talk {
        let config =
            EgressConfig { limits: self.limits, allow_private: self.allow_private, secrets: self.secrets };
        let egress = Egress::with(config, self.options).unwrap();
        let (told, events) = unbounded_channel();
        let session = egress.session(self.grant, move |event| drop(told.send(event)), room);
        Talk { egress, session, events }
    }
}

pub struct Talk {
    pub egress: Egress,
    pub session: NetSession,
    events: UnboundedReceiver<NetEvent>,
}

impl Talk {
    pub async fn next(&mut self) -> NetEvent {
        tokio::time::timeout(Duration::from_secs(60), self.events.recv())
            .await
            .expect("an event")
            .expect("a session")
    }

    pub async fn nothing_for(&mut self, time: Duration) {
        if let Ok(event) = tokio::time::timeout(time, self.events.recv()).await {
            panic!("expected no event, found {event:?}");
        }
    }

    /// Asks, and gives the answer's status, headers and body once it ended.
    pub async fn ask(&mut self, request: Request) -> Result<(u16, Vec<(String, String)>, String), Trouble> {
        self.session.carry(NetEffect::Ask(request));
        self.answer().await
    }

    pub async fn answer(&mut self) -> Result<(u16, Vec<(String, String)>, String), Trouble> {
        let mut head = None;
        let mut body = vec![];
        loop {
            match self.next().await {
                NetEvent::Answered(answered) => head = Some(answered),
                NetEvent::Chunk { bytes, .. } => body.extend(bytes),
                NetEvent::Ended { .. } => {
                    let head = head.expect("a head before the end");
                    return Ok((head.status, head.headers, String::from_utf8(body).unwrap()));
                }
                NetEvent::Failed { trouble, .. } => return Err(trouble),
                NetEvent::Waiting { .. } => {}
                event => panic!("expected an answer, found {event:?}"),
            }
        }
    }

    pub fn metered(&self) -> Metered {
        self.egress.meter()[&"test".into()]
    }

    pub fn metered_at(&self, origin: &str) -> Metered {
        self.egress.meter_by_origin()[&("test".into(), Origin::of(origin).unwrap())]
    }

    pub fn end_session(self) -> UnboundedReceiver<NetEvent> {
        drop(self.session);
        self.events
    }
}

pub fn get(url: &str) -> Request {
    Request {
        ticket: 1,
        method: "GET".into(),
        url: url.into(),
        headers: vec![],
        body: Body::None,
        credential: None,
        time_limit: None,
        repeatable: false,
    }
}

pub fn post(url: &str, body: &str) -> Request {
    Request { method: "POST".into(), body: Body::Whole(body.into()), ..get(url) }
}

pub fn socket(url: &str) -> NetEffect {
    let url = url.replace("http://", "ws://");
    NetEffect::Open(Socket { ticket: 7, url, headers: vec![], protocols: vec![], credential: None })
}

pub fn millis(ms: u64) -> Option<Millis> {
    Some(Millis(ms))
}

/// What the server heard of the credentials, for a body.
pub fn heard(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
    format!("authorization={} x-key={}", text("authorization"), text("x-key"))
}
