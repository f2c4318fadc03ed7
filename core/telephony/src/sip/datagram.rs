//! What a stranger can make of us by one datagram, before there is a call: the driver's own readings, in its order, without the
//! transactions of the stack between them. `tests/fuzz` hands it whatever it likes. Pure.

use crate::number::{self, Caller};
use crate::sip::refer::{self, Progress};
use crate::sip::{info, requests, unreadable};
use rsipstack::dialog::DialogId;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Request, SipMessage};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use std::net::SocketAddr;

/// What comes of a datagram from an allowed peer.
#[derive(Debug)]
pub enum Reading {
    /// It keeps a NAT open.
    Blank,
    /// No SIP by the stack's parser; the answer, where it is a request by its look.
    Unreadable {
        answer: Option<Vec<u8>>,
    },
    /// A request that breaks a rule. An ACK is not answered.
    Refused {
        status: u16,
        answer: Vec<u8>,
    },
    Request(Told),
    /// `filed`: the stack can find its request.
    Response {
        filed: bool,
    },
}

/// What a request tells, whatever its method.
#[derive(Debug)]
pub struct Told {
    pub method: String,
    /// The number that is called.
    pub to: String,
    pub caller: Caller,
    pub extension_headers: Vec<(String, String)>,
    /// Lower case, without parameters.
    pub content_type: String,
    pub body: Vec<u8>,
    pub key: Option<char>,
    pub transfer: Option<Progress>,
    /// Where our requests go when its Contact can't be reached.
    pub behind_nat: Option<String>,
    /// It names a dialog.
    pub has_dialog: bool,
    pub sequence: Option<u32>,
}

/// Reads a datagram that came from `source` over UDP.
pub fn read(datagram: &[u8], source: SocketAddr, user_agent: &str) -> Reading {
    if is_blank(datagram) {
        return Reading::Blank;
    }
    match SipMessage::try_from(datagram) {
        Err(_) => Reading::Unreadable { answer: unreadable::answer(datagram) },
        Ok(SipMessage::Response(response)) => {
            let filed = TransactionKey::from_response(&response, TransactionRole::Client).is_ok();
            Reading::Response { filed }
        }
        Ok(SipMessage::Request(request)) => match requests::check(&request) {
            Some(refusal) => {
                let answer = requests::response(&request, &refusal, user_agent);
                Reading::Refused {
                    status: refusal.status,
                    answer: SipMessage::from(answer).to_string().into(),
                }
            }
            None => Reading::Request(told(&request, source)),
        },
    }
}

/// Whether the stack would take it: blank, or a message of SIP.
pub(crate) fn is_readable(datagram: &[u8]) -> bool {
    is_blank(datagram) || SipMessage::try_from(datagram).is_ok()
}

fn is_blank(datagram: &[u8]) -> bool {
    datagram.iter().all(u8::is_ascii_whitespace)
}

fn told(request: &Request, source: SocketAddr) -> Told {
    let value = |name| requests::value(request, name);
    Told {
        method: request.method.to_string(),
        to: number::user_of(&request.uri.to_string()),
        caller: requests::caller(request),
        extension_headers: requests::extension_headers(request),
        content_type: requests::content_type(request),
        key: info::key(value("Content-Type"), &request.body),
        transfer: refer::read(value("Event"), value("Subscription-State"), &request.body),
        behind_nat: requests::behind_nat(request, source, true).map(|uri| uri.to_string()),
        has_dialog: DialogId::try_from((request, TransactionRole::Server)).is_ok(),
        sequence: request.cseq_header().and_then(|cseq| cseq.seq()).ok(),
        body: request.body.clone(),
    }
}
