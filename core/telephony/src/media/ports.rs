//! Ports for audio: an even one and the odd one above it, bound as they are handed out. One that was used rests for a
//! minute, so that late packets of the last call aren't heard in the next.

use crate::Error;
use crate::media::datagrams::note_arrivals;
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Ports {
    address: IpAddr,
    range: RangeInclusive<u16>,
    /// When they were given back, the earliest first.
    resting: Mutex<VecDeque<(u16, Instant)>>,
}

/// A call's two sockets; the port rests once this is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    pub port: u16,
    ports: Arc<Ports>,
}

impl Ports {
    pub fn new(address: IpAddr, range: RangeInclusive<u16>) -> Arc<Ports> {
        Arc::new(Ports { address, range, resting: Mutex::default() })
    }

    /// Both sockets are non-blocking; of RTP's each packet's arrival is noted. Begins at a random port, so that nobody can guess the next call's.
    pub fn take(self: &Arc<Self>) -> Result<(Lease, UdpSocket, UdpSocket), Error> {
        let (first, last) = (self.range.start().next_multiple_of(2), *self.range.end());
        let pairs = (u32::from(last) + 1).saturating_sub(u32::from(first)) / 2;
        let begin = rand::random::<u32>() % pairs.max(1);
        (0..pairs)
            .map(|step| first + 2 * ((begin + step) % pairs) as u16)
            .filter(|port| !self.rests(*port))
            .find_map(|port| self.bind(port))
            .ok_or(Error::NoPort { first, last })
    }

    fn bind(self: &Arc<Self>, port: u16) -> Option<(Lease, UdpSocket, UdpSocket)> {
        let rtp = UdpSocket::bind(SocketAddr::new(self.address, port)).ok()?;
        let rtcp = UdpSocket::bind(SocketAddr::new(self.address, port + 1)).ok()?;
        rtp.set_nonblocking(true).ok()?;
        rtcp.set_nonblocking(true).ok()?;
        note_arrivals(&rtp);
        Some((Lease { port, ports: Arc::clone(self) }, rtp, rtcp))
    }

    fn rests(&self, port: u16) -> bool {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        while resting.front().is_some_and(|(_, since)| since.elapsed() > REST) {
            resting.pop_front();
        }
        resting.iter().any(|(one, _)| *one == port)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut resting = self.ports.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.push_back((self.port, Instant::now()));
    }
}

const REST: Duration = Duration::from_secs(60);
