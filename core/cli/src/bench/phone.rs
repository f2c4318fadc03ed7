//! A caller at the wire: SIP and RTP by two sockets of its own, nothing between it and the packets, so that what it times is what
//! a phone would see. It knows just enough SIP for a call on loopback; `closare dial` is the caller that knows more.

use crate::problem::{During, Problem};
use closare_media::{Codec, Encoder, rtp};
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

/// What a call's answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
const FRAME: usize = 160;
/// At 8 kHz.
const SAMPLE: Duration = Duration::from_micros(125);
/// µ-law's two zeros (G.711): what is sent while nobody speaks.
const SILENCE: [u8; 2] = [0xFF, 0x7F];

/// A call that is up.
pub struct Phone {
    dialog: Dialog,
    sip: UdpSocket,
    rtp: UdpSocket,
    to: SocketAddr,
    tick: Interval,
    header: rtp::Header,
    /// Frames still to be sent.
    mouth: VecDeque<Vec<u8>>,
    packet: Vec<u8>,
    pub line: Line,
}

/// What the requests of a call have in common.
struct Dialog {
    own: SocketAddr,
    peer: SocketAddr,
    number: String,
    id: String,
    /// The engine's, of its answer.
    tag: String,
}

/// What was on the wire, and when.
#[derive(Default)]
pub struct Line {
    /// The first and the last frame of the last thing that was said.
    pub spoke: Option<(Instant, Instant)>,
    /// The agent's first sound since then.
    pub answered: Option<Instant>,
    /// Where the last frame that sounds stops to.
    sounds_until: Option<Instant>,
    /// The same, once a silent frame has come after it.
    pub fell_silent: Option<Instant>,
    /// How late the own frames left, in milliseconds.
    pub late: Vec<f64>,
    pub over: bool,
}

impl Phone {
    /// Calls this number, and comes back when it is answered.
    pub async fn call(number: &str, at: SocketAddr) -> Result<Phone, Problem> {
        let open =
            async || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.during("can't open a port to call from");
        let (sip, rtp) = (open().await?, open().await?);
        sip.connect(at).await.during("the engine can't be reached")?;
        let mut dialog = Dialog::new(&sip, number)?;
        let to = timeout(ANSWER_MAX, dialog.invite(&sip, &rtp)).await;
        let to = to.unwrap_or_else(|_| Err(Problem::new("the call was not answered")))?;
        let mut tick = interval(Duration::from_millis(20));
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let header = rtp::Header { ssrc: rand::random(), sequence: rand::random(), ..rtp::Header::default() };
        let (mouth, packet, line) = Default::default();
        Ok(Phone { dialog, sip, rtp, to, tick, header, mouth, packet, line })
    }

    /// Sends what was said to its end, in the call's own time.
    pub async fn say(&mut self, frames: &[Vec<u8>]) {
        self.mouth.extend(frames.iter().cloned());
        self.line.spoke = None;
        self.line.answered = None;
        self.line.fell_silent = None;
        while !self.mouth.is_empty() && !self.line.over {
            self.step().await;
        }
        // What the agent said meanwhile was no answer.
        self.line.answered = None;
    }

    /// Goes on until this is so, or for as long as this; whether it came.
    pub async fn until(&mut self, longest: Duration, mut so: impl FnMut(&Line) -> bool) -> bool {
        let begun = Instant::now();
        while !so(&self.line) {
            if self.line.over || begun.elapsed() > longest {
                return false;
            }
            self.step().await;
        }
        true
    }

    pub async fn wait(&mut self, span: Duration) {
        self.until(span, |_| false).await;
    }

    /// The engine's answer to the good-bye is nothing that anyone waits for.
    pub async fn hang_up(&mut self) {
        if !self.line.over {
            let _ = self.sip.send(self.dialog.request("BYE", 2, "").as_bytes()).await;
            self.line.over = true;
        }
    }

    /// One frame out, or one packet in.
    async fn step(&mut self) {
        let (mut sound, mut message) = ([0; 1_500], [0; 4_096]);
        tokio::select! {
            due = self.tick.tick() => self.send(due.into_std()).await,
            Ok(length) = self.rtp.recv(&mut sound) => self.line.hear(&sound[..length]),
            Ok(length) = self.sip.recv(&mut message) => self.obey(&message[..length]).await,
        }
    }

    async fn send(&mut self, due: Instant) {
        let frame = self.mouth.pop_front();
        let speaks = frame.is_some();
        let payload = frame.unwrap_or_else(|| vec![SILENCE[0]; FRAME]);
        rtp::write(&self.header, &payload, &mut self.packet);
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(FRAME as u32);
        let sent = Instant::now();
        let _ = self.rtp.send_to(&self.packet, self.to).await;
        self.line.late.push(sent.saturating_duration_since(due).as_secs_f64() * 1_000.0);
        if speaks {
            let first = self.line.spoke.map_or(sent, |(first, _)| first);
            self.line.spoke = Some((first, sent));
        }
    }

    /// The engine hangs up: that is all that it asks of us.
    async fn obey(&mut self, message: &[u8]) {
        let text = String::from_utf8_lossy(message);
        if text.starts_with("BYE ") {
            self.line.over = true;
            let names = ["Via", "From", "To", "Call-ID", "CSeq"];
            let kept: Vec<&str> =
                text.lines().filter(|line| names.iter().any(|name| is(line, name))).collect();
            let answer = format!("SIP/2.0 200 OK\r\n{}\r\nContent-Length: 0\r\n\r\n", kept.join("\r\n"));
            let _ = self.sip.send(answer.as_bytes()).await;
        }
    }
}

impl Line {
    fn hear(&mut self, packet: &[u8]) {
        let now = Instant::now();
        let Ok((_, payload)) = rtp::parse(packet) else { return };
        match payload.iter().rposition(|sample| !SILENCE.contains(sample)) {
            Some(last) => {
                self.sounds_until = Some(now + SAMPLE * u32::try_from(last + 1).unwrap_or(u32::MAX));
                self.fell_silent = None;
                if self.spoke.is_some() {
                    self.answered.get_or_insert(now);
                }
            }
            None => self.fell_silent = self.fell_silent.or(self.sounds_until),
        }
    }

    /// The agent said something, and has been silent for so long.
    pub fn silent_for(&self, span: Duration) -> bool {
        self.fell_silent.is_some_and(|since| since.elapsed() >= span)
    }
}

/// The frames of a line at 8 kHz, as they go over the wire.
pub fn frames(samples: &[i16]) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(Codec::Pcmu);
    let whole = samples.chunks_exact(FRAME);
    whole
        .map(|frame| {
            let mut payload = Vec::with_capacity(FRAME);
            encoder.encode_into(frame, &mut payload);
            payload
        })
        .collect()
}

impl Dialog {
    fn new(sip: &UdpSocket, number: &str) -> Result<Dialog, Problem> {
        Ok(Dialog {
            own: sip.local_addr().during("a socket has no address")?,
            peer: sip.peer_addr().during("a socket has no peer")?,
            number: number.to_owned(),
            id: format!("{:016x}", rand::random::<u64>()),
            tag: String::new(),
        })
    }

    fn request(&self, method: &str, sequence: u32, body: &str) -> String {
        let Dialog { own, peer, number, id, tag } = self;
        format!(
            "{method} sip:{number}@{peer} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{id}{method}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:bench@{own}>;tag={id}\r\nTo: <sip:{number}@{peer}>{tag}\r\n\
             Call-ID: {id}@{own}\r\nCSeq: {sequence} {method}\r\nContact: <sip:bench@{own}>\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Where the engine wants the sound, once it has answered.
    async fn invite(&mut self, sip: &UdpSocket, rtp: &UdpSocket) -> Result<SocketAddr, Problem> {
        let port = rtp.local_addr().during("a socket has no address")?.port();
        let sdp = format!(
            "v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        );
        let unreachable = "the engine can't be reached";
        sip.send(self.request("INVITE", 1, &sdp).as_bytes()).await.during(unreachable)?;
        let mut buffer = [0; 4_096];
        loop {
            let length = sip.recv(&mut buffer).await.during(unreachable)?;
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            match text.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()) {
                Some(100..=199) | None => {}
                Some(200) => {
                    let to = text.lines().find(|line| is(line, "To")).unwrap_or_default();
                    self.tag = to.find(";tag=").map_or("", |at| to[at..].trim()).to_owned();
                    sip.send(self.request("ACK", 1, "").as_bytes()).await.during(unreachable)?;
                    return sound_of(&text);
                }
                Some(status) => return Err(Problem::new(format!("the engine refused a call with {status}"))),
            }
        }
    }
}

fn sound_of(answer: &str) -> Result<SocketAddr, Problem> {
    let media = answer.lines().find_map(|line| line.strip_prefix("m=audio "));
    let port = media.and_then(|media| media.split(' ').next()?.parse().ok());
    let port: u16 = port.ok_or_else(|| Problem::new("the engine's answer names no port for sound"))?;
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

fn is(line: &str, header: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case(header))
}
