//! When the frames of a call come, by the kernel's clock: how busy the listener's own thread is doesn't show in it.

use closare_media::{Codec, rtp};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt, sockopt};
use std::fmt;
use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

const FRAME_SAMPLES: u32 = 160;

/// The kernel's clock for arrivals: since 1970.
pub fn now() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap()
}

/// A phone that hears, says nothing, and notes when each frame comes.
pub struct Listener {
    pub port: u16,
    came: Arc<Mutex<Vec<Frame>>>,
    over: Arc<AtomicBool>,
}

#[derive(Clone, Copy)]
struct Frame {
    at: Duration,
    marker: bool,
    sequence: u16,
    timestamp: u32,
}

impl Listener {
    pub fn start() -> Listener {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true).unwrap();
        let (came, over) = (Arc::<Mutex<Vec<Frame>>>::default(), Arc::<AtomicBool>::default());
        let (keep, stop) = (came.clone(), over.clone());
        std::thread::spawn(move || {
            let mut silence = Silence::default();
            while !stop.load(Ordering::Relaxed) {
                let Some((frame, from)) = next(&socket) else { continue };
                keep.lock().unwrap().push(frame);
                let _ = socket.send_to(silence.next(), from);
            }
        });
        Listener { port, came, over }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn next(socket: &UdpSocket) -> Option<(Frame, SocketAddrV4)> {
    let (mut bytes, mut control) = ([0; 2_048], nix::cmsg_space!(nix::sys::time::TimeSpec));
    let mut parts = [IoSliceMut::new(&mut bytes)];
    let received =
        recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut parts, Some(&mut control), MsgFlags::empty()).ok()?;
    let at = received.cmsgs().ok()?.find_map(|message| match message {
        ControlMessageOwned::ScmTimestampns(at) => Some(Duration::from(at)),
        _ => None,
    })?;
    let (length, from) = (received.bytes, SocketAddrV4::from(received.address?));
    let (header, _) = rtp::parse(&bytes[..length]).ok()?;
    let voice = header.payload_type == Codec::Pcmu.payload_type();
    let rtp::Header { marker, sequence, timestamp, .. } = header;
    voice.then_some((Frame { at, marker, sequence, timestamp }, from))
}

/// What the phone sends: a frame of nothing for each that it hears.
#[derive(Default)]
struct Silence {
    header: rtp::Header,
    packet: Vec<u8>,
}

impl Silence {
    fn next(&mut self) -> &[u8] {
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(FRAME_SAMPLES);
        rtp::write(&self.header, &[0xFF; FRAME_SAMPLES as usize], &mut self.packet);
        &self.packet
    }
}

/// By how much each frame came earlier or later after the one before it than its timestamp says; sorted.
pub struct Paces(Vec<Off>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Off {
    by: Duration,
    /// Since the beginning of what was looked at.
    at: Duration,
}

impl Paces {
    pub fn between(listeners: &[Listener], from: Duration, to: Duration) -> Paces {
        let mut off = Vec::new();
        for listener in listeners {
            let came = listener.came.lock().unwrap();
            let within: Vec<&Frame> = came.iter().filter(|frame| (from..to).contains(&frame.at)).collect();
            let offs = within.windows(2).filter_map(|pair| Some((pair[1].off(pair[0])?, pair[1].at)));
            off.extend(offs.map(|(by, at)| Off { by, at: at - from }));
        }
        off.sort();
        assert!(off.len() > 200, "expected some seconds of sound, found {} frames", off.len());
        Paces(off)
    }

    /// At this percentile.
    pub fn late(&self, percent: f64) -> Duration {
        self.0[((self.0.len() - 1) as f64 * percent / 100.0) as usize].by
    }
}

impl Frame {
    /// None for the first of a sentence.
    fn off(&self, before: &Frame) -> Option<Duration> {
        assert_eq!(self.sequence, before.sequence.wrapping_add(1), "a frame is lost");
        let samples = self.timestamp.wrapping_sub(before.timestamp);
        let meant = Duration::from_micros(u64::from(samples) * 125);
        (!self.marker).then(|| self.at.saturating_sub(before.at).abs_diff(meant))
    }
}

impl fmt::Display for Paces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = |percent| self.late(percent);
        let (p50, p99, max) = (late(50.0), late(99.0), late(100.0));
        let at = self.0[self.0.len() - 1].at;
        write!(
            f,
            "{} of them, off by p50 {p50:.2?}, p99 {p99:.2?}, max {max:.2?} after {at:.1?}",
            self.0.len()
        )
    }
}
