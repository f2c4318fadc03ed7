//! Small readings of the stack's types.

use crate::number::{self, Caller};
use crate::sip::inspect;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Host, HostWithPort, Param, Request, Response, StatusCode, Uri, Version};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::SipConnection;
use std::net::{IpAddr, SocketAddr};

/// All values of a header, by its long name.
pub fn values<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a str> {
    request.headers.iter().filter(move |header| header.name().eq_ignore_ascii_case(name)).map(Header::value)
}

pub fn value<'a>(request: &'a Request, name: &'a str) -> &'a str {
    values(request, name).next().unwrap_or_default().trim()
}

/// Where a request came from.
pub fn source(tx: &Transaction) -> Option<SocketAddr> {
    tx.connection.as_ref().and_then(source_of)
}

pub fn source_of(connection: &SipConnection) -> Option<SocketAddr> {
    connection.get_remote_addr()?.get_socketaddr().ok()
}

pub fn is_udp(tx: &Transaction) -> bool {
    matches!(tx.connection, Some(SipConnection::Udp(_)))
}

pub fn check(request: &Request) -> Option<inspect::Refusal> {
    let version = request.version.to_string();
    let method = request.method.to_string();
    let scheme = request.uri.scheme.as_ref().map_or_else(|| "sip".to_owned(), ToString::to_string);
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|header| (header.name(), header.value())).collect();
    let refusal = inspect::check(&inspect::Request {
        method: &method,
        version: &version,
        scheme: &scheme,
        headers: &headers,
        body: request.body.len(),
    });
    // What the stack can't file it would drop, with a line in the log each time.
    let filed = || TransactionKey::from_request(request, TransactionRole::Server).is_ok();
    refusal.or_else(|| (!filed()).then(|| inspect::Refusal { status: 400, headers: Vec::new() }))
}

/// An answer made by hand, for requests that get no transaction.
pub fn response(request: &Request, refusal: &inspect::Refusal, user_agent: &str) -> Response {
    let mut headers = request.headers.clone();
    headers.retain(|header| {
        matches!(
            header,
            Header::Via(_) | Header::CallId(_) | Header::From(_) | Header::To(_) | Header::CSeq(_)
        )
    });
    headers.extend(refusal.headers.iter().map(|(name, value)| header(name, value)).collect());
    headers.push(Header::UserAgent(user_agent.into()));
    headers.push(Header::ContentLength(0u32.into()));
    Response {
        status_code: StatusCode::from(refusal.status),
        wire_reason: None,
        version: Version::V2,
        headers,
        body: Vec::new(),
    }
}

pub fn header(name: &str, value: &str) -> Header {
    rsipstack::sip::headers::make_header(name, value.to_owned())
}

pub fn sdp_headers() -> Vec<Header> {
    vec![header("Content-Type", SDP), header("Allow", ALLOW)]
}

/// The media type without its parameters.
pub fn content_type(request: &Request) -> String {
    let value = value(request, "Content-Type");
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whoever got past the door is a trunk, a registrar or this machine: all trusted by configuration.
pub fn caller(request: &Request) -> Caller {
    let asserted: Vec<&str> = values(request, "P-Asserted-Identity").collect();
    number::caller(value(request, "From"), &asserted, true)
}

/// A Contact with a private address that isn't the sender's: our requests go to where the INVITE came from (RFC 3581).
pub fn behind_nat(request: &Request, source: SocketAddr, udp: bool) -> Option<Uri> {
    let through_proxy = request.headers.iter().any(|header| matches!(header, Header::RecordRoute(_)));
    if through_proxy || !udp {
        return None;
    }
    let mut target = request.typed_contact_headers().ok()?.first()?.uri.clone();
    let Host::IpAddr(IpAddr::V4(contact)) = target.host() else { return None };
    if IpAddr::V4(*contact) == source.ip() || !(contact.is_private() || contact.is_loopback()) {
        return None;
    }
    target.host_with_port = HostWithPort::from(source);
    Some(target)
}

pub fn extension_headers(request: &Request) -> Vec<(String, String)> {
    request
        .headers
        .iter()
        .filter(|header| header.name().get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case("x-")))
        .map(|header| (header.name().to_owned(), header.value().to_owned()))
        .collect()
}

pub fn has_transport(uri: &Uri) -> bool {
    uri.params.iter().any(|param| matches!(param, Param::Transport(_)))
}

pub const SDP: &str = "application/sdp";
pub const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY";
