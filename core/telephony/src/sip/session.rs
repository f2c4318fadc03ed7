//! A call's SDP over its life: who offered what, which version ours has (RFC 3264 §8). Pure.

use crate::sdp::{self, Agreed, Direction, Ours, Reject};

#[derive(Debug)]
pub struct Session {
    ours: Ours,
    /// Ours, as the peer last got it.
    text: String,
    agreed: Option<Agreed>,
    /// We offered; the answer comes in the ACK.
    offered: bool,
}

/// What a new agreement means for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub agreed: Agreed,
    /// The peer put us on hold (true) or took us back (false).
    pub hold: Option<bool>,
}

impl Session {
    /// We are offered something.
    pub fn answering(ours: Ours, offer: &[u8]) -> Result<(Session, Agreed), Reject> {
        let sdp::Answer { text, agreed } = sdp::answer(offer, ours)?;
        Ok((Session { ours, text, agreed: Some(agreed), offered: false }, agreed))
    }

    /// We offer: a call that we make, or an INVITE without SDP.
    pub fn offering(ours: Ours) -> Session {
        Session { ours, text: sdp::offer(ours), agreed: None, offered: true }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn awaits_answer(&self) -> bool {
        self.offered
    }

    /// The peer's answer to our offer.
    pub fn answered(&mut self, answer: &[u8]) -> Result<Change, Reject> {
        let agreed = sdp::accept(answer)?;
        self.offered = false;
        Ok(self.agree(agreed))
    }

    /// A re-INVITE or UPDATE with an offer. Refused, it changes nothing.
    pub fn offered_again(&mut self, offer: &[u8]) -> Result<Change, Reject> {
        let mut answer = sdp::answer(offer, self.ours)?;
        if answer.text != self.text {
            self.ours.version += 1;
            answer = sdp::answer(offer, self.ours)?;
        }
        self.text = answer.text;
        Ok(self.agree(answer.agreed))
    }

    /// A re-INVITE without one: all that we speak, again.
    pub fn offer_again(&mut self) -> &str {
        let text = sdp::offer(self.ours);
        if text != self.text {
            self.ours.version += 1;
            self.text = sdp::offer(self.ours);
        }
        self.offered = true;
        &self.text
    }

    fn agree(&mut self, agreed: Agreed) -> Change {
        let held = |direction: Direction| !direction.sends();
        let before = self.agreed.replace(agreed).is_some_and(|before| held(before.direction));
        let now = held(agreed.direction);
        Change { agreed, hold: (before != now).then_some(now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Ours = Ours {
        session: 7,
        version: 1,
        address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        port: 4000,
    };

    fn offer(direction: &str, codec: u8) -> Vec<u8> {
        format!(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
             m=audio 4000 RTP/AVP {codec}\r\na={direction}\r\n"
        )
        .into_bytes()
    }

    /// RFC 3264 §8: the same again keeps the version, a change adds one; a refused offer changes nothing.
    #[test]
    fn hold_and_back() {
        let (mut session, _) = Session::answering(OURS, &offer("sendrecv", 0)).expect("we speak PCMU");
        assert_eq!(session.offered_again(&offer("sendrecv", 0)).map(|change| change.hold), Ok(None));
        assert!(session.text().contains("o=- 7 1 "));
        assert_eq!(session.offered_again(&offer("sendonly", 0)).map(|change| change.hold), Ok(Some(true)));
        assert!(session.text().contains("o=- 7 2 ") && session.text().contains("a=recvonly"));
        assert_eq!(session.offered_again(&offer("sendrecv", 18)).map_err(|reject| reject.status), Err(488));
        assert!(session.text().contains("a=recvonly"));
        assert_eq!(session.offered_again(&offer("sendrecv", 8)).map(|change| change.hold), Ok(Some(false)));
        assert!(session.text().contains("o=- 7 3 "));
    }

    #[test]
    fn an_offer_of_ours_waits_for_its_answer() {
        let mut session = Session::offering(OURS);
        assert!(session.awaits_answer());
        assert!(session.answered(b"").is_err());
        assert!(session.answered(&offer("sendrecv", 9)).is_ok_and(|change| change.hold.is_none()));
        assert!(!session.awaits_answer());
    }
}
