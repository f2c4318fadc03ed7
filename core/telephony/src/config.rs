//! What an operator may set, with values that are right for one machine on a desk.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Config {
    /// For UDP and TCP alike. Port 0 takes a free one, the same for both.
    pub listen: SocketAddr,
    /// The address that peers are told (Contact, SDP); without it, the one that the route to each peer gives.
    pub advertise: Option<IpAddr>,
    /// A call takes an even port and the odd one above it.
    pub rtp_ports: RangeInclusive<u16>,
    /// Who may talk to us; all others get no answer, and are counted.
    pub allow: Vec<IpNet>,
    /// Calls at a time; the next gets 503 with Retry-After.
    pub max_calls: usize,
    /// New calls a second, over all peers; the next gets 503 with Retry-After.
    pub invites_per_second: u32,
    /// A call of which nothing is heard for so long, and that isn't on hold, is dead and gets a BYE.
    pub silence_max: Duration,
    pub register: Vec<Account>,
    pub streams: Option<StreamConfig>,
    /// 0 takes one for each two cores.
    pub media_threads: usize,
    pub user_agent: String,
}

/// Where we register as an extension, so that calls come to us.
#[derive(Clone)]
pub struct Account {
    /// `sip:host`, `sip:host:port`, with `;transport=tcp` where needed.
    pub registrar: String,
    pub user: String,
    pub password: String,
    /// Answer only challenges of this realm; without it, any.
    pub realm: Option<String>,
    /// Seconds that we ask for; the registrar may grant fewer.
    pub expires: u32,
}

/// Where carriers stream calls to, over WebSocket.
#[derive(Clone, Debug)]
pub struct StreamConfig {
    /// Plain HTTP: a proxy before it speaks TLS. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What the carrier was told, such as `wss://calls.example.com`, perhaps with a path: it signs that.
    pub public: String,
    pub lines: Vec<StreamLine>,
}

/// A number whose calls come as streams.
#[derive(Clone)]
pub struct StreamLine {
    pub number: String,
    /// The last part of the stream's path, which nobody else knows: `wss://calls.example.com/twilio/TOKEN`.
    pub token: String,
    /// The account's, by which the carrier signs.
    pub auth_token: String,
}

impl std::fmt::Debug for StreamLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamLine").field("number", &self.number).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("registrar", &self.registrar).finish_non_exhaustive()
    }
}

impl Config {
    /// Only this machine, on free ports.
    pub fn loopback() -> Config {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow: loopback_networks(),
            media_threads: 1,
            ..Config::default()
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 5060)),
            advertise: None,
            rtp_ports: 20_000..=29_999,
            allow: own_networks(),
            max_calls: 100,
            invites_per_second: 50,
            silence_max: Duration::from_secs(30),
            register: Vec::new(),
            streams: None,
            media_threads: 0,
            user_agent: concat!("Closare/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Loopback, and the networks that this machine's interfaces are in.
pub fn own_networks() -> Vec<IpNet> {
    let mut networks = loopback_networks();
    for interface in if_addrs::get_if_addrs().unwrap_or_default() {
        let network = match interface.addr {
            if_addrs::IfAddr::V4(v4) => {
                Ipv4Net::with_netmask(v4.ip, v4.netmask).map(|net| IpNet::V4(net.trunc()))
            }
            if_addrs::IfAddr::V6(v6) => {
                Ipv6Net::with_netmask(v6.ip, v6.netmask).map(|net| IpNet::V6(net.trunc()))
            }
        };
        match network {
            Ok(network) if !networks.contains(&network) => networks.push(network),
            Ok(_) | Err(_) => {}
        }
    }
    networks
}

fn loopback_networks() -> Vec<IpNet> {
    let v4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
    let v6 = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);
    vec![IpNet::V4(v4), IpNet::V6(v6)]
}
