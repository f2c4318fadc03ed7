//! One caller: speaks, listens, interrupts, and writes down when each thing happened on the wire.
use crate::audio::{FRAME, audible};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const TICK: Duration = Duration::from_millis(20);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);
/// The agent has finished when its audio ran out this long ago.
const FINISHED: Duration = Duration::from_millis(700);
/// And it has fallen silent after an interruption when its audio ran out this long ago.
const SILENT: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(300);
const INTERRUPT_AFTER: Duration = Duration::from_millis(800);

/// What the caller plays; shared by all calls, already in base64.
pub struct Script {
    /// The key by which the upgrade is signed, as Twilio signs it.
    pub sign: Option<String>,
    pub utterances: Vec<Vec<String>>,
    pub noise: Vec<String>,
    pub turns: usize,
    /// From here on all calls are up, and what is measured counts; before it, only as `gap_starting`.
    pub counted_from: Instant,
}

/// Everything in milliseconds.
#[derive(Default)]
pub struct Record {
    /// Last frame of the caller's speech sent -> first audible frame of the agent received.
    pub gap: Vec<f64>,
    /// The same, while other calls were still being set up.
    pub gap_starting: Vec<f64>,
    /// First frame of the interrupting speech sent -> `clear` received, or the agent's audio ran out.
    pub barge_in: Vec<f64>,
    /// Time between two agent frames, less the length of the first one.
    pub pacing: Vec<f64>,
    /// How far ahead of the ear the agent's audio ran.
    pub lead_max: f64,
    pub frame_ms: f64,
    /// Silence inside an answer, that a listener would hear.
    pub holes: f64,
    /// How late this caller itself sent its frames.
    pub late: Vec<f64>,
    pub round_trip: Vec<f64>,
    pub no_answer: u32,
    /// The agent spoke while the caller was still speaking, and not by interruption.
    pub early: u32,
    pub not_silenced: u32,
    pub lost: u32,
}

enum Phase {
    Waiting { until: Instant },
    Speaking { utterance: usize, frame: usize },
    Listening { since: Instant },
    Hearing { first: Instant },
}

fn ms(d: Duration) -> f64 {
    d.as_secs_f64() * 1e3
}

pub async fn connect(url: &str, sign: Option<&str>) -> anyhow::Result<WebSocketStream<TcpStream>> {
    let host = url.trim_start_matches("ws://").split('/').next().unwrap_or("");
    let tcp = TcpStream::connect(host).await?;
    tcp.set_nodelay(true)?;
    let mut request = url.into_client_request()?;
    if let Some(key) = sign {
        request.headers_mut().insert("x-twilio-signature", signature(key, url)?.parse()?);
    }
    Ok(client_async(request, tcp).await?.0)
}

/// Of the address as Twilio would know it.
fn signature(key: &str, url: &str) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes())?;
    mac.update(url.replacen("ws://", "wss://", 1).as_bytes());
    Ok(STANDARD.encode(mac.finalize().into_bytes()))
}

pub fn media(stream: &str, payload: &str, sequence: u64) -> String {
    format!(
        r#"{{"event":"media","sequenceNumber":"{}","media":{{"track":"inbound","chunk":"{sequence}","timestamp":"{}","payload":"{payload}"}},"streamSid":"{stream}"}}"#,
        sequence + 1,
        sequence * 20,
    )
}

async fn hello(ws: &mut WebSocketStream<TcpStream>, stream: &str) -> anyhow::Result<()> {
    let (call, account) = (format!("CA{stream}"), "AC00000000000000000000000000000000");
    ws.send(Message::text(json!({"event": "connected", "protocol": "Call", "version": "1.0.0"}).to_string())).await?;
    let start = json!({"event": "start", "sequenceNumber": "1", "streamSid": stream, "start": {
        "streamSid": stream, "accountSid": account, "callSid": call, "tracks": ["inbound"], "customParameters": {},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}});
    Ok(ws.send(Message::text(start.to_string())).await?)
}

/// A whole call. An error on the way is a lost call, not a panic.
pub async fn run(url: &str, index: usize, script: Arc<Script>) -> Record {
    let mut record = Record::default();
    if talk(url, index, &script, &mut record).await.is_err() {
        record.lost += 1;
    }
    record
}

async fn talk(url: &str, index: usize, script: &Script, r: &mut Record) -> anyhow::Result<()> {
    let stream = format!("MZ{index:032x}");
    let mut ws = connect(url, script.sign.as_deref()).await?;
    hello(&mut ws, &stream).await?;

    let begin = Instant::now();
    let (mut due, mut sequence) = (begin, 0u64);
    let mut phase = Phase::Waiting { until: begin + Duration::from_secs(2) };
    let mut turn = 0usize;
    // The caller's ear: agent audio plays from its arrival, or from the end of what is still playing.
    let mut ear_until = begin;
    let mut last_frame: Option<(Instant, f64)> = None;
    let mut marks: VecDeque<(Instant, Value)> = VecDeque::new();
    // An interruption in progress: when it began, and when the agent fell silent.
    let mut barge: Option<(Instant, Option<Instant>)> = None;
    let mut agent_seen = false;
    let counts = |at: Instant| at >= script.counted_from;

    loop {
        tokio::select! {
            biased;
            () = sleep_until(due) => {
                let now = Instant::now();
                let payload = match &mut phase {
                    Phase::Speaking { utterance, frame } => {
                        let frames = &script.utterances[*utterance % script.utterances.len()];
                        let payload = &frames[*frame];
                        *frame += 1;
                        if *frame == frames.len() {
                            if let Some((began, silent)) = barge.take() {
                                let ran_out = (ear_until + SILENT <= now).then_some(ear_until);
                                match silent.or(ran_out) {
                                    Some(at) if counts(began) => r.barge_in.push(ms(at.saturating_duration_since(began))),
                                    Some(_) => {}
                                    None => r.not_silenced += 1,
                                }
                            } else if agent_seen {
                                r.early += 1;
                            }
                            agent_seen = false;
                            phase = Phase::Listening { since: now };
                        }
                        payload
                    }
                    _ => &script.noise[sequence as usize % script.noise.len()],
                };
                ws.feed(Message::text(media(&stream, payload, sequence))).await?;
                while marks.front().is_some_and(|(at, _)| *at <= now) {
                    ws.feed(Message::text(marks.pop_front().unwrap().1.to_string())).await?;
                }
                ws.flush().await?;
                r.late.push(ms(now.saturating_duration_since(due)));
                sequence += 1;
                due += TICK;

                match phase {
                    Phase::Waiting { until } if now >= until => {
                        if turn == script.turns {
                            break;
                        }
                        phase = Phase::Speaking { utterance: turn, frame: 0 };
                        (turn, agent_seen) = (turn + 1, false);
                    }
                    Phase::Listening { since } if now >= since + ANSWER_TIMEOUT => {
                        r.no_answer += 1;
                        phase = Phase::Waiting { until: now };
                    }
                    Phase::Hearing { first } => {
                        // Turns 3 and 8 of ten are interrupted, unless no other utterance follows.
                        if turn % 5 == 3 && turn < script.turns && now >= first + INTERRUPT_AFTER && ear_until > now {
                            barge = Some((due, None));
                            phase = Phase::Speaking { utterance: turn, frame: 0 };
                            (turn, agent_seen) = (turn + 1, false);
                        } else if now >= ear_until + FINISHED {
                            phase = Phase::Waiting { until: now + PAUSE };
                        }
                    }
                    _ => {}
                }
            }
            message = ws.next() => {
                let now = Instant::now();
                let Some(message) = message else { anyhow::bail!("closed by the engine") };
                let Message::Text(text) = message? else { continue };
                let value: Value = serde_json::from_str(&text)?;
                match value["event"].as_str() {
                    Some("media") => {
                        let audio = STANDARD.decode(value["media"]["payload"].as_str().unwrap_or(""))?;
                        let length = audio.len() as f64 / FRAME as f64 * 20.0;
                        let was_until = ear_until;
                        ear_until = ear_until.max(now) + Duration::from_secs_f64(length / 1e3);
                        r.lead_max = r.lead_max.max(ms(ear_until - now) - length);
                        if !audible(&audio) {
                            last_frame = None;
                            continue;
                        }
                        if let Some((at, before)) = last_frame {
                            let between = ms(now - at);
                            if between < ms(FINISHED) && counts(now) {
                                r.pacing.push(between - before);
                                let hole = ms(now.saturating_duration_since(was_until));
                                // A frame that is a few ms late is inside every telephone's jitter buffer.
                                r.holes += if hole > 20.0 { hole } else { 0.0 };
                            }
                        }
                        last_frame = Some((now, length));
                        r.frame_ms = r.frame_ms.max(length);
                        agent_seen = true;
                        match phase {
                            Phase::Listening { since } => {
                                if counts(now) { r.gap.push(ms(now - since)) } else { r.gap_starting.push(ms(now - since)) }
                                phase = Phase::Hearing { first: now };
                            }
                            Phase::Speaking { .. } => {
                                // Audio after the `clear` means that it is not silent yet.
                                if let Some((_, silent)) = &mut barge {
                                    *silent = None;
                                }
                            }
                            _ => {}
                        }
                    }
                    Some("clear") => {
                        if let Some((_, silent)) = &mut barge {
                            silent.get_or_insert(now.min(ear_until));
                        }
                        ear_until = now;
                        last_frame = None;
                        for (at, _) in &mut marks {
                            *at = now;
                        }
                    }
                    Some("mark") => marks.push_back((ear_until.max(now), json!({"event": "mark", "streamSid": stream, "mark": value["mark"]}))),
                    _ => {}
                }
            }
        }
    }
    ws.send(Message::text(json!({"event": "stop", "streamSid": stream, "stop": {"callSid": format!("CA{stream}")}}).to_string())).await?;
    let _ = tokio::time::timeout(Duration::from_secs(1), ws.close(None)).await;
    Ok(())
}

/// Against an echo: the round trip of every single frame, for the wire's own floor.
pub async fn echo(url: &str, index: usize, script: Arc<Script>, seconds: u64) -> Record {
    let mut r = Record::default();
    let mut body = async || -> anyhow::Result<()> {
        let stream = format!("MZ{index:032x}");
        let mut ws = connect(url, script.sign.as_deref()).await?;
        hello(&mut ws, &stream).await?;
        let mut sent = VecDeque::new();
        let begin = Instant::now();
        let (mut due, mut sequence) = (begin, 0u64);
        while due < begin + Duration::from_secs(seconds) {
            tokio::select! {
                biased;
                () = sleep_until(due) => {
                    let now = Instant::now();
                    r.late.push(ms(now.saturating_duration_since(due)));
                    sent.push_back(now);
                    ws.send(Message::text(media(&stream, &script.noise[0], sequence))).await?;
                    sequence += 1;
                    due += TICK;
                }
                message = ws.next() => {
                    let now = Instant::now();
                    let Some(message) = message else { anyhow::bail!("closed") };
                    if message?.is_text() && let Some(at) = sent.pop_front() {
                        r.round_trip.push(ms(now - at));
                    }
                }
            }
        }
        ws.close(None).await?;
        Ok(())
    };
    if body().await.is_err() {
        r.lost += 1;
    }
    r
}
