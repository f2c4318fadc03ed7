//! Who is let in: a command by the token of the data folder, a browser by a link that opens once and then by its cookie.
//!
//! A server on loopback is reached by every page that the browser of this machine opens, so three things are looked at before
//! anything else. The `Host` must be this machine's: a foreign name that was made to point at 127.0.0.1 (DNS rebinding) is
//! refused. The cookie is `SameSite=Strict`. And since another port of this machine is the *same* site, what a script asks for
//! must come from this very origin (`Sec-Fetch-Site`).

use crate::access::{same, secret};
use crate::{Access, Error};
use axum::http::{HeaderMap, header};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

/// Links that were made and not opened yet. More than a person makes; a flood drops the oldest.
const LINKS_MAX: usize = 16;

pub(crate) struct Door {
    access: Access,
    /// What the cookie holds. It dies with the process, and isn't the token: a browser sends it to any port of this machine.
    session: String,
    links: Mutex<VecDeque<String>>,
}

impl Door {
    pub fn new(access: Access) -> Result<Door, Error> {
        Ok(Door { access, session: secret()?, links: Mutex::default() })
    }

    pub fn address(&self) -> SocketAddr {
        self.access.address
    }

    /// A link to the page that opens once.
    pub fn link(&self) -> Result<String, Error> {
        let token = secret()?;
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() == LINKS_MAX {
            links.pop_front();
        }
        links.push_back(token.clone());
        Ok(format!("http://{}/?token={token}", self.access.address))
    }

    /// Takes a link's token: the cookie to set, or `None` where it opens nothing (any more).
    pub fn enter(&self, token: &str) -> Option<String> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let at = links.iter().position(|link| same(link, token))?;
        links.remove(at);
        Some(self.cookie())
    }

    /// The server's own session ends it; the month is for browsers that are closed between.
    fn cookie(&self) -> String {
        const MONTH: u32 = 30 * 24 * 3_600;
        let name = self.cookie_name();
        format!("{name}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={MONTH}", self.session)
    }

    /// Cookies know hosts, not ports: two servers on one machine need two names.
    fn cookie_name(&self) -> String {
        format!("closare-{}", self.access.address.port())
    }

    /// Whether the request shows the cookie.
    pub fn knows(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie_name();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(key, value)| key == name && same(&self.session, value))
    }

    /// Whether the request shows the data folder's token.
    pub fn has_token(&self, headers: &HeaderMap) -> bool {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        header.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| self.access.opens(token))
    }

    /// Whether the request was meant for this machine, by exactly one `Host`.
    pub fn is_host(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        host.to_str().is_ok_and(|host| names_us(host, self.access.address))
    }
}

/// Whether a script of another origin asks. A browser that sends no such header sends no script's request with a strict cookie
/// across sites either.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

fn names_us(host: &str, address: SocketAddr) -> bool {
    const HTTP: u16 = 80;
    let host = host.to_ascii_lowercase();
    let port = address.port();
    let own = match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    ["127.0.0.1", "localhost", "[::1]", &own]
        .iter()
        .any(|name| host == format!("{name}:{port}") || port == HTTP && host == *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn door() -> Door {
        Door::new(Access { address: ([127, 0, 0, 1], 7060).into(), token: "a".repeat(64) }).unwrap()
    }

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let values = values
            .iter()
            .map(|value| (header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        values.collect()
    }

    #[test]
    fn a_link_opens_once_and_its_cookie_stays() {
        let door = door();
        let link = door.link().unwrap();
        let token = link.strip_prefix("http://127.0.0.1:7060/?token=").unwrap();
        assert!(door.enter(&"0".repeat(64)).is_none());
        let cookie = door.enter(token).unwrap();
        assert!(door.enter(token).is_none());
        let (pair, marks) = cookie.split_once("; ").unwrap();
        assert_eq!(marks, "HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000");
        assert!(door.knows(&headers("cookie", &[&format!("other=1; {pair}")])));
        assert!(!door.knows(&headers("cookie", &[&pair.replace("7060", "7061")])));
        assert!(!door.knows(&headers("cookie", &["closare-7060="])) && !door.knows(&HeaderMap::new()));
        assert!(!door.has_token(&headers("authorization", &[&format!("Bearer {}", door.session)])));
    }

    #[test]
    fn links_that_nobody_opens_are_few() {
        let door = door();
        let token = |link: String| link.rsplit_once('=').unwrap().1.to_owned();
        let first = token(door.link().unwrap());
        let last = (0..LINKS_MAX).map(|_| token(door.link().unwrap())).last().unwrap();
        assert!(door.enter(&first).is_none() && door.enter(&last).is_some());
    }

    #[test]
    fn only_this_machines_names_with_the_port() {
        let door = door();
        for host in ["127.0.0.1:7060", "localhost:7060", "LOCALHOST:7060", "[::1]:7060"] {
            assert!(door.is_host(&headers("host", &[host])), "{host}");
        }
        for host in [
            "",
            "127.0.0.1",
            "127.0.0.1:80",
            "evil.example:7060",
            "127.0.0.1.evil.example:7060",
            "127.0.0.1:7060, a",
        ] {
            assert!(!door.is_host(&headers("host", &[host])), "{host}");
        }
        assert!(!door.is_host(&HeaderMap::new()));
        assert!(!door.is_host(&headers("host", &["127.0.0.1:7060", "evil.example"])));
        assert!(
            names_us("localhost", ([127, 0, 0, 2], 80).into())
                && names_us("127.0.0.2:9", ([127, 0, 0, 2], 9).into())
        );
    }

    #[test]
    fn another_port_of_this_machine_is_foreign() {
        assert!(is_foreign(&headers("sec-fetch-site", &["same-site"])));
        assert!(is_foreign(&headers("sec-fetch-site", &["cross-site"])));
        assert!(!is_foreign(&headers("sec-fetch-site", &["same-origin"])));
        assert!(!is_foreign(&HeaderMap::new()));
    }
}
