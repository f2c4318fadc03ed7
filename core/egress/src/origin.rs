//! Where bytes go: scheme, host and port, and nothing of the path.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use url::{Host, Url};

/// An origin as in RFC 6454, kept in its normal form. `ws` counts as `http` and `wss` as `https`: the same door.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    tls: bool,
    /// As a URL writes it: lower case, IDNA, an IPv6 address in brackets.
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of a URL; its path and query are left out.
    ///
    /// # Errors
    /// [`Error::Origin`] where it isn't an absolute URL of http, https, ws or wss with a host.
    pub fn of(url: &str) -> Result<Origin, Error> {
        let bad = || Error::Origin(url.to_owned());
        Origin::of_url(&Url::parse(url).map_err(|_| bad())?)
    }

    pub(crate) fn of_url(url: &Url) -> Result<Origin, Error> {
        let bad = || Error::Origin(format!("{}:", url.scheme()));
        let tls = match url.scheme() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(bad()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(bad)?.to_owned();
        Ok(Origin { tls, host, port: url.port_or_known_default().ok_or_else(bad)? })
    }

    /// Every way to write it in front of a path.
    pub fn spellings(&self) -> Vec<String> {
        let (schemes, usual) = if self.tls { (["https", "wss"], 443) } else { (["http", "ws"], 80) };
        let port = format!(":{}", self.port);
        let ports = if self.port == usual { vec!["", port.as_str()] } else { vec![port.as_str()] };
        let with = |scheme| ports.iter().map(move |port| format!("{scheme}://{}{port}", self.host));
        schemes.into_iter().flat_map(with).collect()
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.tls
    }

    /// The host, where it is an address and not a name: no resolver is asked for it.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match Host::parse(&self.host).ok()? {
            Host::Ipv4(v4) => Some(v4.into()),
            Host::Ipv6(v6) => Some(v6.into()),
            Host::Domain(_) => None,
        }
    }
}

impl FromStr for Origin {
    type Err = Error;
    fn from_str(text: &str) -> Result<Origin, Error> {
        Origin::of(text)
    }
}

impl TryFrom<String> for Origin {
    type Error = Error;
    fn try_from(text: String) -> Result<Origin, Error> {
        Origin::of(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> String {
        origin.to_string()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.tls { ("https", 443) } else { ("http", 80) };
        match self.port {
            port if port == usual => write!(f, "{scheme}://{}", self.host),
            port => write!(f, "{scheme}://{}:{port}", self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_door_has_one_name() {
        let check =
            |url: &str, origin: &str| assert_eq!(Origin::of(url).unwrap().to_string(), origin, "{url}");
        check("https://API.example.com", "https://api.example.com");
        check("wss://api.example.com:443/v1/listen?x=1", "https://api.example.com");
        check("ws://localhost:8080", "http://localhost:8080");
        check("http://0x7f.1/", "http://127.0.0.1");
        check("http://[::0001]:80/", "http://[::1]");
        check("https://good.example\\@evil.example/", "https://good.example");
        check("https://good.example@evil.example/", "https://evil.example");
    }

    #[test]
    fn one_door_may_be_written_in_several_ways() {
        let check = |url: &str, all: &[&str]| {
            assert_eq!(Origin::of(url).unwrap().spellings(), all);
            assert!(all.iter().all(|other| Origin::of(other).unwrap() == Origin::of(url).unwrap()));
        };
        check(
            "https://a.example",
            &["https://a.example", "https://a.example:443", "wss://a.example", "wss://a.example:443"],
        );
        check("ws://[::1]:8080", &["http://[::1]:8080", "ws://[::1]:8080"]);
    }

    #[test]
    fn what_is_no_origin() {
        for url in ["", "api.example.com", "file:///etc/passwd", "https://", "data:text/plain,x", "ftp://x"] {
            assert!(Origin::of(url).is_err(), "{url}");
        }
    }

    #[test]
    fn scheme_host_and_port_all_count() {
        let origin = |url| Origin::of(url).unwrap();
        assert_eq!(origin("https://a.example/x"), origin("wss://a.example/y"));
        assert_ne!(origin("https://a.example"), origin("http://a.example"));
        assert_ne!(origin("https://a.example"), origin("https://a.example:444"));
        assert_ne!(origin("https://a.example"), origin("https://b.a.example"));
    }
}
