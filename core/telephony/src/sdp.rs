//! Offer and answer (RFC 3264) for one audio stream. `sdp-types` reads the structure; what it means is decided here.
//! Pure: bytes in, text and an agreement out; nothing here fails but by [`Reject`].

use closare_media::Codec;
use sdp_types::{Media, Session};
use std::net::{IpAddr, SocketAddr};

/// Our side of a call's SDP. `session` stays for the call, `version` grows with each change (RFC 3264 §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ours {
    pub session: u64,
    pub version: u64,
    pub address: IpAddr,
    pub port: u16,
}

/// What both ends speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    pub codec: Codec,
    /// The number that we send with: the one in the peer's SDP.
    pub payload: u8,
    /// Key events (RFC 4733), the peer's number; without it keys go by INFO.
    pub keys: Option<u8>,
    /// None on an old-style hold (`c=0.0.0.0`), or for a host name: then the first packets tell.
    pub remote: Option<SocketAddr>,
    /// As seen from us.
    pub direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    pub agreed: Agreed,
}

/// The status to refuse with, and a word on why for the `Warning` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reject {
    pub status: u16,
    pub warning: &'static str,
}

/// Answers an offer: the same m-lines in the same order, ours with one codec, the others with port 0 (RFC 3264 §6).
pub fn answer(offer: &[u8], ours: Ours) -> Result<Answer, Reject> {
    let offer = read(offer)?;
    let (place, agreed) = choose(&offer)?;
    let mut text = head(ours);
    for (index, media) in offer.medias.iter().enumerate() {
        if index == place {
            text += &audio(ours.port, agreed.direction, &Formats::answering(&agreed));
        } else {
            text += &refused(media);
        }
    }
    Ok(Answer { text, agreed })
}

/// All that we speak, for a call that we make or an INVITE without an offer.
pub fn offer(ours: Ours) -> String {
    head(ours) + &audio(ours.port, Direction::SendRecv, &Formats::all())
}

/// The peer's answer to [`offer`].
pub fn accept(answer: &[u8]) -> Result<Agreed, Reject> {
    choose(&read(answer)?).map(|(_, agreed)| agreed)
}

impl Direction {
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    pub fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }

    /// The other end's view of the same stream.
    fn mirrored(self) -> Direction {
        match self {
            Direction::SendOnly => Direction::RecvOnly,
            Direction::RecvOnly => Direction::SendOnly,
            Direction::SendRecv | Direction::Inactive => self,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }
}

fn read(text: &[u8]) -> Result<Session, Reject> {
    if text.len() > LENGTH_MAX {
        return Err(Reject { status: 413, warning: "session description too long" });
    }
    Session::parse(text).map_err(|_| Reject { status: 400, warning: "session description not understood" })
}

/// The first audio stream that we can speak; its place among the m-lines.
fn choose(session: &Session) -> Result<(usize, Agreed), Reject> {
    let mut reject = Reject { status: 488, warning: "no audio stream" };
    for (place, media) in session.medias.iter().enumerate() {
        if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 {
            continue;
        }
        if !media.proto.eq_ignore_ascii_case("RTP/AVP") {
            reject = Reject { status: 488, warning: "transport protocol not available" };
            continue;
        }
        match agree(session, media) {
            Some(agreed) => return Ok((place, agreed)),
            None => reject = Reject { status: 488, warning: "no common codec" },
        }
    }
    Err(reject)
}

fn agree(session: &Session, media: &Media) -> Option<Agreed> {
    let formats = formats(media);
    let (codec, payload) = formats.iter().find_map(|(number, name)| Some((codec_of(name)?, *number)))?;
    let keys = formats.iter().find(|(_, name)| name.eq_ignore_ascii_case("telephone-event/8000"));
    let remote = remote(session, media);
    let told = direction(session, media);
    let direction = match remote {
        Some(address) if address.ip().is_unspecified() => Direction::RecvOnly,
        Some(_) | None => told.mirrored(),
    };
    let remote = remote.filter(|address| !address.ip().is_unspecified());
    Some(Agreed { codec, payload, keys: keys.map(|(number, _)| *number), remote, direction })
}

/// Each number of the m-line with its `name/clock`; the static ones need no rtpmap.
fn formats(media: &Media) -> Vec<(u8, String)> {
    let maps: Vec<(u8, &str)> = media
        .get_attribute_values("rtpmap")
        .flatten()
        .filter_map(|value| value.split_once(' '))
        .filter_map(|(number, name)| Some((number.parse().ok()?, name.trim())))
        .collect();
    media
        .fmt
        .split_whitespace()
        .filter_map(|number| number.parse::<u8>().ok().filter(|number| *number < 128))
        .filter_map(|number| {
            let mapped =
                maps.iter().find(|(mapped, _)| *mapped == number).map(|(_, name)| (*name).to_owned());
            let fixed = Codec::from_payload_type(number).map(|codec| codec.rtpmap().to_owned());
            Some((number, mapped.or(fixed)?))
        })
        .collect()
}

/// `PCMU/8000` and `PCMU/8000/1` are the same.
fn codec_of(map: &str) -> Option<Codec> {
    let mut parts = map.split('/');
    let (name, clock, channels) = (parts.next()?, parts.next()?, parts.next());
    let codec = Codec::from_name(name.trim())?;
    let fits = clock.trim().parse() == Ok(codec.clock()) && channels.is_none_or(|count| count.trim() == "1");
    fits.then_some(codec)
}

/// A connection line of the stream stands above the session's.
fn remote(session: &Session, media: &Media) -> Option<SocketAddr> {
    let connection = media.connections.first().or(session.connection.as_ref())?;
    let address = connection.connection_address.split('/').next().unwrap_or_default();
    let ip = address.trim_matches(['[', ']']).parse::<IpAddr>().ok()?;
    if ip.is_multicast() {
        return None;
    }
    Some(SocketAddr::new(ip, media.port))
}

fn direction(session: &Session, media: &Media) -> Direction {
    let find = |attributes: &[sdp_types::Attribute]| {
        attributes.iter().find_map(|attribute| match attribute.attribute.to_ascii_lowercase().as_str() {
            "sendrecv" => Some(Direction::SendRecv),
            "sendonly" => Some(Direction::SendOnly),
            "recvonly" => Some(Direction::RecvOnly),
            "inactive" => Some(Direction::Inactive),
            _ => None,
        })
    };
    find(&media.attributes).or_else(|| find(&session.attributes)).unwrap_or(Direction::SendRecv)
}

/// The numbers of our m-line.
struct Formats {
    voices: Vec<(u8, Codec)>,
    keys: Option<u8>,
}

impl Formats {
    fn answering(agreed: &Agreed) -> Formats {
        Formats { voices: vec![(agreed.payload, agreed.codec)], keys: agreed.keys }
    }

    fn all() -> Formats {
        let voices = BEST_FIRST.into_iter().map(|codec| (codec.payload_type(), codec)).collect();
        Formats { voices, keys: Some(KEYS_OFFERED) }
    }
}

fn head(ours: Ours) -> String {
    let Ours { session, version, address, .. } = ours;
    let family = if address.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=- {session} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
    )
}

fn audio(port: u16, direction: Direction, formats: &Formats) -> String {
    let numbers = formats.voices.iter().map(|(number, _)| *number).chain(formats.keys);
    let mut text = format!("m=audio {port} RTP/AVP");
    for number in numbers {
        text += &format!(" {number}");
    }
    text += "\r\n";
    for (number, codec) in &formats.voices {
        text += &format!("a=rtpmap:{number} {}\r\n", codec.rtpmap());
    }
    if let Some(number) = formats.keys {
        text += &format!("a=rtpmap:{number} telephone-event/8000\r\na=fmtp:{number} 0-16\r\n");
    }
    text + &format!("a=ptime:20\r\na={}\r\n", direction.name())
}

/// An m-line that we don't want keeps its place and its formats.
fn refused(media: &Media) -> String {
    format!("m={} 0 {} {}\r\n", media.media, media.proto, media.fmt)
}

/// Longer ones come from a fuzzer; a busy WebRTC offer has 8,000 bytes.
const LENGTH_MAX: usize = 16_384;

/// What we offer; an offer of the peer is answered in the peer's order.
const BEST_FIRST: [Codec; 3] = [Codec::G722, Codec::Pcma, Codec::Pcmu];

/// What everybody uses.
const KEYS_OFFERED: u8 = 101;
