//! What comes in at a socket, and when it came. The audio thread looks each 20 ms; a datagram may have come at any moment since,
//! and where it did decides how long it really lay and when the caller really fell silent. Linux notes the moment (socket(7),
//! `SO_TIMESTAMP`); elsewhere a datagram counts as come when it is looked at.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

pub(crate) struct Datagram<'a> {
    pub bytes: &'a [u8],
    pub from: SocketAddr,
    /// How long ago it came.
    pub age: Duration,
}

/// The buffers for one socket's datagrams.
pub(crate) struct Datagrams {
    bytes: Box<[u8; BYTES_MAX]>,
    #[cfg(target_os = "linux")]
    control: Vec<u8>,
}

impl Datagrams {
    pub fn new() -> Datagrams {
        Datagrams {
            bytes: Box::new([0; BYTES_MAX]),
            #[cfg(target_os = "linux")]
            control: nix::cmsg_space!(nix::sys::time::TimeSpec),
        }
    }

    /// The next that waits.
    ///
    /// # Errors
    /// The socket's; [`io::ErrorKind::WouldBlock`] where none waits.
    #[cfg(target_os = "linux")]
    pub fn next(&mut self, socket: &UdpSocket) -> io::Result<Datagram<'_>> {
        use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
        use std::os::fd::AsRawFd;
        let mut parts = [io::IoSliceMut::new(&mut self.bytes[..])];
        let received = recvmsg::<SockaddrStorage>(
            socket.as_raw_fd(),
            &mut parts,
            Some(&mut self.control),
            MsgFlags::MSG_DONTWAIT,
        )?;
        let came = received.cmsgs()?.find_map(|message| match message {
            ControlMessageOwned::ScmTimestampns(at) => Some(Duration::from(at)),
            _ => None,
        });
        let (length, from) = (received.bytes, received.address.and_then(address));
        let from = from.ok_or(io::ErrorKind::InvalidData)?;
        Ok(Datagram { bytes: &self.bytes[..length], from, age: came.map_or(Duration::ZERO, age) })
    }

    #[cfg(not(target_os = "linux"))]
    pub fn next(&mut self, socket: &UdpSocket) -> io::Result<Datagram<'_>> {
        let (length, from) = socket.recv_from(&mut self.bytes[..])?;
        Ok(Datagram { bytes: &self.bytes[..length], from, age: Duration::ZERO })
    }
}

/// Lets the system note when each datagram comes.
pub(crate) fn note_arrivals(socket: &UdpSocket) {
    #[cfg(target_os = "linux")]
    if let Err(error) =
        nix::sys::socket::setsockopt(socket, nix::sys::socket::sockopt::ReceiveTimestampns, &true)
    {
        tracing::warn!(%error, "the system does not tell when packets come: waits are counted up to 20 ms too long");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

#[cfg(target_os = "linux")]
fn address(from: nix::sys::socket::SockaddrStorage) -> Option<SocketAddr> {
    let v4 = from.as_sockaddr_in().map(|from| SocketAddr::from(std::net::SocketAddrV4::from(*from)));
    v4.or_else(|| from.as_sockaddr_in6().map(|from| SocketAddr::from(std::net::SocketAddrV6::from(*from))))
}

/// The stamp is the wall's time, which may be set meanwhile: an age that can't be is none.
#[cfg(target_os = "linux")]
fn age(came: Duration) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    now.checked_sub(came).filter(|age| *age <= AGE_MAX).unwrap_or_default()
}

/// Longer than the audio thread is ever away.
#[cfg(target_os = "linux")]
const AGE_MAX: Duration = Duration::from_millis(500);
const BYTES_MAX: usize = 1_500;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Instant;

    fn pair() -> (UdpSocket, UdpSocket) {
        let open = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (near, far) = (open(), open());
        near.set_nonblocking(true).unwrap();
        note_arrivals(&near);
        far.connect(near.local_addr().unwrap()).unwrap();
        (near, far)
    }

    #[test]
    fn each_datagram_comes_with_its_sender_and_in_order() {
        let (near, far) = pair();
        let mut datagrams = Datagrams::new();
        assert_eq!(datagrams.next(&near).err().unwrap().kind(), io::ErrorKind::WouldBlock);
        far.send(b"one").unwrap();
        far.send(b"two").unwrap();
        for sent in [b"one", b"two"] {
            let datagram = datagrams.next(&near).unwrap();
            assert_eq!((datagram.bytes, datagram.from), (&sent[..], far.local_addr().unwrap()));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn its_age_is_how_long_it_lay() {
        let (near, far) = pair();
        let mut datagrams = Datagrams::new();
        let mut lay = || {
            let before = Instant::now();
            far.send(b"one").unwrap();
            let sent = Instant::now();
            while sent.elapsed() < Duration::from_millis(5) {
                std::hint::spin_loop();
            }
            let age = datagrams.next(&near).unwrap().age;
            assert!(age <= before.elapsed(), "{age:?}");
            age
        };
        // The kernel takes a moment to begin: until then a datagram is stamped as it is read.
        assert!((0..100).any(|_| lay() >= Duration::from_millis(4)));
        assert!((0..20).all(|_| lay() >= Duration::from_millis(4)), "once it has begun, it goes on");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_clock_that_was_set_makes_no_age() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(age(now + Duration::from_secs(5)), Duration::ZERO);
        assert_eq!(age(now - Duration::from_secs(3_600)), Duration::ZERO);
    }
}
