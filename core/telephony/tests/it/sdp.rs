use closare_media::Codec;
use closare_telephony::sdp::{Answer, Direction, Ours, Reject, accept, answer, offer};
use proptest::prelude::*;

const OURS: Ours = Ours {
    session: 42,
    version: 1,
    address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
    port: 20_000,
};

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

fn answered(media: &str) -> Result<Answer, Reject> {
    answer(format!("{HEAD}{media}").as_bytes(), OURS)
}

#[test]
fn our_offer() {
    insta::assert_snapshot!(offer(OURS).replace("\r\n", "\n"));
}

/// Video before, a second audio after: both keep their place with port 0; the peer's numbers are ours.
#[test]
fn an_answer_keeps_the_places_and_numbers_of_the_offer() {
    let Answer { text, agreed } = answered(
        "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n\
         m=audio 4000 RTP/AVP 111 99 8 97\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:99 G722/8000\r\n\
         a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\na=ptime:30\r\n\
         m=audio 4002 RTP/AVP 0\r\n",
    )
    .unwrap();
    insta::assert_snapshot!(text.replace("\r\n", "\n"));
    assert_eq!((agreed.codec, agreed.payload, agreed.keys), (Codec::G722, 99, Some(97)));
    assert_eq!(agreed.remote, Some("192.0.2.1:4000".parse().unwrap()));
}

#[test]
fn directions_are_mirrored_and_an_old_hold_is_understood() {
    for (told, ours) in [
        ("sendonly", Direction::RecvOnly),
        ("recvonly", Direction::SendOnly),
        ("inactive", Direction::Inactive),
        ("sendrecv", Direction::SendRecv),
    ] {
        let agreed = answered(&format!("m=audio 4000 RTP/AVP 0\r\na={told}\r\n")).unwrap().agreed;
        assert_eq!(agreed.direction, ours, "{told}");
    }
    let held = answered("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n").unwrap();
    assert_eq!((held.agreed.direction, held.agreed.remote), (Direction::RecvOnly, None));
    assert!(held.text.contains("a=recvonly"));
}

#[test]
fn what_stands_at_the_stream_overrules_the_session() {
    let text =
        format!("{HEAD}a=inactive\r\nm=audio 4000 RTP/AVP 8\r\nc=IN IP6 2001:db8::1\r\na=sendrecv\r\n");
    let agreed = accept(text.as_bytes()).unwrap();
    assert_eq!(agreed.remote, Some("[2001:db8::1]:4000".parse().unwrap()));
    assert_eq!(agreed.direction, Direction::SendRecv);
    let named = answered("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 media.example\r\n").unwrap();
    assert_eq!(named.agreed.remote, None, "the first packets tell");
}

#[test]
fn what_we_dont_speak_is_refused_with_a_reason() {
    for (media, status, warning) in [
        ("m=audio 4000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n", 488, "no common codec"),
        ("m=audio 4000 RTP/SAVP 0\r\n", 488, "transport protocol not available"),
        ("m=image 4000 udptl t38\r\n", 488, "no audio stream"),
        ("m=audio 0 RTP/AVP 0\r\n", 488, "no audio stream"),
        ("m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/16000\r\n", 488, "no common codec"),
        ("m=audio -9 RTP/AVP 0\r\n", 400, "session description not understood"),
    ] {
        assert_eq!(answered(media), Err(Reject { status, warning }), "{media}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = answer(&bytes, OURS);
    }

    #[test]
    fn any_stream_is_answered_in_form(media in "[ -~]{0,60}", attribute in "[ -~]{0,60}") {
        if let Ok(Answer { text, agreed }) = answered(&format!("m=audio 4000 RTP/AVP 0 8 9 101\r\na={attribute}\r\nm={media}\r\n")) {
            let read_back = accept(text.as_bytes());
            prop_assert_eq!(read_back.map(|read| read.codec), Ok(agreed.codec));
        }
    }
}
