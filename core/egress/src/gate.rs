//! Whether bytes may go somewhere: did the manifest declare the origin, and does its name lead to a public address.
//!
//! The address is checked in the resolver, so that it is the very one that is connected to: a name that answers
//! differently a moment later (DNS rebinding) gains nothing.

use crate::{Error, Grant, Origin};
use futures::future::BoxFuture;
use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use url::Url;

/// Passes a URL for a plugin; gives where it leads.
///
/// # Errors
/// What keeps it from going there.
pub(crate) fn admit(url: &Url, grant: &Grant, allow_private: &[Origin]) -> Result<Passed, Error> {
    let origin = Origin::of_url(url)?;
    without_user(url, &origin)?;
    if !grant.origins.contains(&origin) {
        return Err(Error::NotDeclared(origin));
    }
    reached(origin, allow_private)
}

/// Passes the URL of a token endpoint, which gets a secret and nothing of the plugin's: it must be encrypted, or be the
/// operator's own.
///
/// # Errors
/// What keeps it from going there.
pub(crate) fn admit_token(url: &Url, allow_private: &[Origin]) -> Result<Passed, Error> {
    let origin = Origin::of_url(url)?;
    without_user(url, &origin)?;
    if !origin.is_encrypted() && !allow_private.contains(&origin) {
        return Err(Error::TokenUnencrypted(origin));
    }
    reached(origin, allow_private)
}

fn without_user(url: &Url, origin: &Origin) -> Result<(), Error> {
    match url.username().is_empty() && url.password().is_none() {
        true => Ok(()),
        false => Err(Error::UserInUrl(origin.clone())),
    }
}

fn reached(origin: Origin, allow_private: &[Origin]) -> Result<Passed, Error> {
    let reach = if allow_private.contains(&origin) { Reach::Anywhere } else { Reach::Public };
    match origin.address() {
        Some(ip) if reach == Reach::Public && !is_public(ip) => Err(Error::Private(origin)),
        _ => Ok(Passed { origin, reach }),
    }
}

/// An origin that a plugin may talk to, and which addresses its name may have.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    pub origin: Origin,
    pub reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    Public,
    /// The operator allowed this origin, wherever it is.
    Anywhere,
}

/// Resolves, and keeps only the addresses within its reach.
pub(crate) struct Resolver {
    pub reach: Reach,
    pub names: Names,
}

/// Where names are looked up, and which addresses count as public.
#[derive(Clone)]
pub(crate) struct Names {
    pub find: Arc<Find>,
    pub is_public: fn(IpAddr) -> bool,
}

pub(crate) type Find = dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync;

impl Names {
    pub fn of_system() -> Names {
        let find = |name: String| -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
            Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
        };
        Names { find: Arc::new(find), is_public }
    }
}

/// In the chain of causes of a failed request: the name led to private addresses only.
#[derive(Debug, thiserror::Error)]
#[error("expected a public address, found only private ones")]
pub(crate) struct OnlyPrivate;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, names) = (self.reach, self.names.clone());
        Box::pin(async move {
            let found = (names.find)(name.as_str().to_owned()).await?;
            Ok(Box::new(within(reach, names.is_public, found)?.into_iter()) as Addrs)
        })
    }
}

fn within(
    reach: Reach,
    is_public: fn(IpAddr) -> bool,
    found: Vec<SocketAddr>,
) -> Result<Vec<SocketAddr>, OnlyPrivate> {
    if reach == Reach::Anywhere {
        return Ok(found);
    }
    let some = !found.is_empty();
    let public: Vec<_> = found.into_iter().filter(|address| is_public(address.ip())).collect();
    if some && public.is_empty() { Err(OnlyPrivate) } else { Ok(public) }
}

/// Whether an address is one of the open internet, after IANA's registries of special-purpose addresses
/// (RFC 6890). An IPv4 address inside an IPv6 one (mapped, NAT64) counts as what it leads to.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => is_public_v4(v4),
            None => GLOBAL_V6.contains(&v6) && !SPECIAL_V6.iter().any(|net| net.contains(&v6)),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|net| net.contains(&ip))
}

/// `::ffff:a.b.c.d` (RFC 4291) and `64:ff9b::a.b.c.d` (RFC 6052), which IPv6-only networks use for all of IPv4.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = ip.segments();
    let prefix = [a, b, c, d, e, f];
    (prefix == [0, 0, 0, 0, 0, 0xffff] || prefix == [0x64, 0xff9b, 0, 0, 0, 0])
        .then(|| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
}

static SPECIAL_V4: LazyLock<Vec<Ipv4Net>> = LazyLock::new(|| {
    nets(&[
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ])
});
/// All that is handed out to the internet (RFC 3513); loopback, link-local, unique local and multicast lie outside.
static GLOBAL_V6: LazyLock<Ipv6Net> = LazyLock::new(|| net("2000::/3"));
/// Protocol assignments with Teredo, documentation, and 6to4, whose addresses lead to any IPv4 one.
static SPECIAL_V6: LazyLock<Vec<Ipv6Net>> =
    LazyLock::new(|| nets(&["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]));

fn nets<N: std::str::FromStr>(texts: &[&str]) -> Vec<N>
where
    N::Err: std::fmt::Debug,
{
    texts.iter().map(|text| net(text)).collect()
}

fn net<N: std::str::FromStr>(text: &str) -> N
where
    N::Err: std::fmt::Debug,
{
    text.parse().expect("the table above holds networks only; its test parses them all")
}

#[cfg(test)]
mod tests;
