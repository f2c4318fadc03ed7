//! The sound of a call whose SIP a peer speaks: an RTP endpoint on a port that the peer's SDP names. It sends a frame every
//! 20 ms, silence or what it was given to say, and keeps what it hears by the packets' timestamps.

use super::{Sound, ports};
use closare_media::dtmf::{KeySender, Sending};
use closare_media::{Codec, Decoder, Encoder, rtp};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

const FRAME: usize = 160;
/// Of telephone events, in the peers' scenarios.
const KEYS: u8 = 101;
/// A frame louder than this holds a word.
const AUDIBLE: f64 = 120.0;

/// Samples: ten seconds. No network holds a packet back for so long.
const ANEW: usize = 80_000;

pub struct Phone {
    pub port: u16,
    mouth: mpsc::UnboundedSender<Vec<i16>>,
    hand: mpsc::UnboundedSender<String>,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    begin: Option<u32>,
    samples: Vec<i16>,
    /// The last moment at which a word came.
    word: Option<Instant>,
}

impl Phone {
    pub async fn new() -> Phone {
        let port = ports::block(2);
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let (mouth, words) = mpsc::unbounded_channel();
        let (hand, keys) = mpsc::unbounded_channel();
        let heard = Arc::<Mutex<Heard>>::default();
        let task = tokio::spawn(talk(socket, words, keys, heard.clone()));
        Phone { port, mouth, hand, heard, task }
    }

    /// Speaks after what it is saying already.
    pub fn say(&self, sound: &Sound) {
        self.mouth.send(sound.at(8_000).samples).unwrap();
    }

    /// Presses keys after those that it is pressing already; each takes 160 ms.
    pub fn press(&self, keys: &str) {
        self.hand.send(keys.to_owned()).unwrap();
    }

    pub fn heard(&self) -> Sound {
        Sound { rate: 8_000, samples: self.heard.lock().unwrap().samples.clone() }
    }

    /// When the last frame came in which anything can be heard.
    pub fn last_word(&self) -> Option<Instant> {
        self.heard.lock().unwrap().word
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(
    socket: UdpSocket,
    mut words: mpsc::UnboundedReceiver<Vec<i16>>,
    mut pressed: mpsc::UnboundedReceiver<String>,
    heard: Arc<Mutex<Heard>>,
) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut queue, mut other) = (std::collections::VecDeque::new(), None::<SocketAddr>);
    let (mut encoder, mut decoder) = (Encoder::new(Codec::Pcmu), Decoder::new(Codec::Pcmu));
    let mut header = rtp::Header { ssrc: 0x0C10_5A2E, ..rtp::Header::default() };
    let (mut keys, mut buffer) = (KeySender::new(), [0; 2_048]);
    loop {
        tokio::select! {
            Some(samples) = words.recv() => queue.extend(samples),
            Some(more) = pressed.recv() => keys.push(&more),
            _ = tick.tick() => {
                // Where the other side is shows by its first packet.
                let Some(other) = other else { continue };
                let frame: Vec<i16> = (0..FRAME).map(|_| queue.pop_front().unwrap_or(0)).collect();
                let (mut payload, mut packet) = (Vec::new(), Vec::new());
                if let Sending::Packet(key) = keys.next(header.timestamp) {
                    let (marker, timestamp) = (key.marker, key.timestamp);
                    let event = rtp::Header { marker, timestamp, payload_type: KEYS, ..header };
                    rtp::write(&event, &key.payload, &mut packet);
                } else {
                    encoder.encode_into(&frame, &mut payload);
                    rtp::write(&header, &payload, &mut packet);
                }
                header.sequence = header.sequence.wrapping_add(1);
                header.timestamp = header.timestamp.wrapping_add(FRAME as u32);
                let _ = socket.send_to(&packet, other).await;
            }
            received = socket.recv_from(&mut buffer) => {
                let Ok((length, source)) = received else { continue };
                let Ok((header, payload)) = rtp::parse(&buffer[..length]) else { continue };
                if header.payload_type != Codec::Pcmu.payload_type() {
                    continue;
                }
                other = Some(source);
                let mut samples = Vec::new();
                decoder.decode_into(payload, &mut samples);
                hear(&mut heard.lock().unwrap(), header.timestamp, &samples);
            }
        }
    }
}

fn hear(heard: &mut Heard, timestamp: u32, samples: &[i16]) {
    let begin = *heard.begin.get_or_insert(timestamp);
    let mut place = timestamp.wrapping_sub(begin) as usize;
    // Far from what was heard so far: the other side has begun anew, as a PBX does that connects somebody else. It goes on here.
    if place.abs_diff(heard.samples.len()) > ANEW {
        place = heard.samples.len();
        heard.begin = Some(timestamp.wrapping_sub(place as u32));
    }
    if heard.samples.len() < place + samples.len() {
        heard.samples.resize(place + samples.len(), 0);
    }
    heard.samples[place..place + samples.len()].copy_from_slice(samples);
    if closare_media::rms(samples) > AUDIBLE {
        heard.word = Some(Instant::now());
    }
}
