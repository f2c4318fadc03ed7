//! What a media stream can't do by its socket, the carrier's own API does: end a call, and hand it over. Twilio's, and of those who
//! speak the same (<https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource>).

use closare_egress::{Credential, Egress, Grant, Origin};
use closare_telephony::StreamCall;
use closare_terms::network::{Body, NetEffect, NetEvent, Request};
use closare_terms::{Millis, PluginName};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A caller waits for a transfer in silence.
const TIME_LIMIT: Millis = Millis(8_000);
/// And for the end of a call on an open line. Its stream is closed then; the carrier is asked on.
const END_MAX: Duration = Duration::from_secs(1);

/// A call whose carrier can be asked.
#[derive(Clone)]
pub struct Carrier {
    egress: Egress,
    /// Scheme and host of the API.
    api: String,
    /// The name of the account's token in the book of secrets.
    secret: String,
    call: StreamCall,
    /// The caller talks to somebody else: to end the call would end that.
    handed_over: Arc<AtomicBool>,
}

/// Why a carrier did not do it.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    #[error("expected the carrier to take it, found status `{0}`")]
    Refused(u16),
    #[error("expected an answer of the carrier, found none")]
    Silent,
    #[error("expected a phone number or a SIP URI, found something else")]
    Target,
}

impl Carrier {
    pub fn new(egress: Egress, api: String, secret: String, call: StreamCall) -> Carrier {
        Carrier { egress, api, secret, call, handed_over: Arc::default() }
    }

    /// Ends the call, unless it was handed over; `close` closes its stream, at the latest after a second.
    ///
    /// # Errors
    /// The carrier refuses, or doesn't answer.
    pub async fn hang_up(&self, close: impl FnOnce()) -> Result<(), CarrierError> {
        if self.hands_over() {
            close();
            return Ok(());
        }
        // A closed socket alone lets the carrier go on with what its own script says next: so it is asked first.
        let mut asked = pin!(self.update("Status", "completed"));
        let answered = timeout(END_MAX, &mut asked).await;
        close();
        match answered {
            Ok(answered) => answered,
            Err(_) => asked.await,
        }
    }

    /// From asking on, the stream's end means that the caller is elsewhere: a carrier may close it before it answers.
    ///
    /// # Errors
    /// As above; or the target is neither a number nor a SIP URI. Then the call is ours as before.
    pub async fn transfer(&self, to: &str) -> Result<(), CarrierError> {
        let twiml = dial(to)?;
        self.handed_over.store(true, Ordering::Release);
        let answered = self.update("Twiml", &twiml).await;
        if answered.is_err() {
            self.handed_over.store(false, Ordering::Release);
        }
        answered
    }

    /// The call is being handed over, or was.
    pub fn hands_over(&self) -> bool {
        self.handed_over.load(Ordering::Acquire)
    }

    async fn update(&self, field: &str, value: &str) -> Result<(), CarrierError> {
        let StreamCall { account, call } = &self.call;
        let form = url::form_urlencoded::Serializer::new(String::new()).append_pair(field, value).finish();
        let request = Request {
            ticket: 1,
            method: "POST".to_owned(),
            url: format!("{}/2010-04-01/Accounts/{}/Calls/{}.json", self.api, path(account), path(call)),
            headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
            body: Body::Whole(form.into_bytes()),
            credential: Some("account".to_owned()),
            time_limit: Some(TIME_LIMIT),
            repeatable: false,
        };
        let (tell, mut told) = mpsc::unbounded_channel();
        let session = self.egress.session(self.grant(), move |event| drop(tell.send(event)), || true);
        session.carry(NetEffect::Ask(request));
        while let Some(event) = told.recv().await {
            match event {
                NetEvent::Answered(head) if (200..300).contains(&head.status) => return Ok(()),
                NetEvent::Answered(head) => return Err(CarrierError::Refused(head.status)),
                NetEvent::Failed { .. } => break,
                _ => {}
            }
        }
        Err(CarrierError::Silent)
    }

    fn grant(&self) -> Grant {
        let value = format!("{}:{{{{secret:{}}}}}", self.call.account, self.secret);
        Grant {
            plugin: PluginName("carrier".to_owned()),
            origins: Origin::of(&self.api).into_iter().collect(),
            credentials: BTreeMap::from([(
                "account".to_owned(),
                Credential::of("basic", None, Some(&value)),
            )]),
            secrets: BTreeSet::from([self.secret.clone()]),
            in_first_message: false,
        }
    }
}

/// TwiML that calls somebody in our place.
fn dial(to: &str) -> Result<String, CarrierError> {
    let is_number = !to.is_empty() && to.chars().all(|one| one.is_ascii_digit() || "+*# -().".contains(one));
    let is_uri = to.starts_with("sip:") || to.starts_with("sips:");
    let target = match (to.strip_prefix("tel:").unwrap_or(to), is_uri) {
        (uri, true) => format!("<Sip>{}</Sip>", escaped(uri)),
        (number, false) if is_number || to.starts_with("tel:") => {
            format!("<Number>{}</Number>", escaped(number))
        }
        _ => return Err(CarrierError::Target),
    };
    Ok(format!("<Response><Dial>{target}</Dial></Response>"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An id is letters and digits: nothing else gets into a path.
fn path(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_called_in_our_place() {
        let dialled = |to| dial(to).ok();
        assert_eq!(
            dialled("+44 20 7946 0000").as_deref(),
            Some("<Response><Dial><Number>+44 20 7946 0000</Number></Dial></Response>")
        );
        assert_eq!(
            dialled("sip:desk@pbx.example?x=<&>").as_deref(),
            Some("<Response><Dial><Sip>sip:desk@pbx.example?x=&lt;&amp;&gt;</Sip></Dial></Response>")
        );
        assert_eq!(dialled("<Reject/>"), None);
        assert_eq!(dialled(""), None);
    }

    #[test]
    fn an_id_can_leave_no_path() {
        assert_eq!(path("CA1/../../x?y"), "CA1xy");
    }
}
