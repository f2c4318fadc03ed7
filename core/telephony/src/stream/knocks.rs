//! Who stands at the door: connections that haven't shown yet that they may come in. Pure.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// From one address. All that comes by a proxy comes from one; it passes on what is whole, so that each stands here for milliseconds.
const PEER_MAX: usize = 64;
/// From all addresses: far fewer than a process may have files open.
const ALL_MAX: usize = 512;

#[derive(Debug, Default)]
pub struct Knocks {
    peers: BTreeMap<IpAddr, usize>,
    all: usize,
}

impl Knocks {
    fn enter(&mut self, peer: IpAddr) -> bool {
        let of_peer = self.peers.get(&peer).copied().unwrap_or(0);
        let has_room = of_peer < PEER_MAX && self.all < ALL_MAX;
        if has_room {
            self.peers.insert(peer, of_peer + 1);
            self.all += 1;
        }
        has_room
    }

    fn leave(&mut self, peer: IpAddr) {
        self.all = self.all.saturating_sub(1);
        match self.peers.get_mut(&peer) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(self.peers.remove(&peer)),
        }
    }
}

/// One's place at the door, until it is dropped.
#[derive(Debug)]
pub struct Place {
    knocks: Arc<Mutex<Knocks>>,
    peer: IpAddr,
}

impl Place {
    /// None where there are too many.
    pub fn take(knocks: &Arc<Mutex<Knocks>>, peer: IpAddr) -> Option<Place> {
        let peer = household(peer);
        locked(knocks).enter(peer).then(|| Place { knocks: knocks.clone(), peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        locked(&self.knocks).leave(self.peer);
    }
}

/// A household has a whole /64 of IPv6 addresses (RFC 6177), and may come from each of them.
fn household(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        peer @ IpAddr::V4(_) => peer,
    }
}

fn locked(knocks: &Mutex<Knocks>) -> MutexGuard<'_, Knocks> {
    knocks.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn enter(knocks: &Arc<Mutex<Knocks>>, peer: IpAddr, times: usize) -> Vec<Place> {
        (0..times).map_while(|_| Place::take(knocks, peer)).collect()
    }

    #[test]
    fn an_address_has_so_many_places_and_gives_them_back() {
        let knocks = Arc::default();
        let mut places = enter(&knocks, peer("192.0.2.1"), PEER_MAX + 1);
        assert_eq!(places.len(), PEER_MAX);
        assert!(Place::take(&knocks, peer("::ffff:192.0.2.1")).is_none(), "the same address");
        let other = Place::take(&knocks, peer("192.0.2.2"));
        assert!(other.is_some());
        places.pop();
        let again = Place::take(&knocks, peer("192.0.2.1"));
        assert!(again.is_some());
        drop((places, other, again));
        let left = locked(&knocks);
        assert_eq!((left.all, left.peers.len()), (0, 0), "nothing is kept of who left");
    }

    #[test]
    fn a_household_is_one_address() {
        let knocks = Arc::default();
        let places: Vec<Place> = (0..PEER_MAX + 1)
            .filter_map(|n| Place::take(&knocks, peer(&format!("2001:db8::{n:x}"))))
            .collect();
        assert_eq!(places.len(), PEER_MAX);
        assert!(Place::take(&knocks, peer("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn all_addresses_have_so_many_places() {
        let knocks = Arc::default();
        let peers = (0..=u8::MAX).map(|n| IpAddr::from([192, 0, 2, n]));
        let places: Vec<Place> = peers.flat_map(|peer| enter(&knocks, peer, 3)).collect();
        assert_eq!(places.len(), ALL_MAX);
    }
}
