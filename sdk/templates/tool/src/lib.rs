//! A tool that looks an order up over HTTP.

use closare_plugin::network::{Effect, Event, Head, Request, Ticket, encode, failure, trouble};
use closare_plugin::tool::{Offer, Output, Tool};
use closare_plugin::{Failure, Millis, Opening};
use std::collections::BTreeMap;

closare_plugin::options! {
    pub struct Options { base_url: String = "https://api.example.com/v1".to_owned() }
}

/// Each invocation that is asked about, with its answer so far.
pub struct Orders(Options, BTreeMap<Ticket, (String, Option<Head>, Vec<u8>)>);

impl Tool for Orders {
    fn open(start: Opening) -> Result<(Orders, Vec<Output>), Failure> {
        let offer = Offer {
            name: "order".to_owned(),
            about: "Tells where an order is.".to_owned(),
            takes: r#"{"type": "object", "properties": {"number": {"type": "string"}}}"#.to_owned(),
            gives: None,
            changes_things: false,
        };
        Ok((
            Orders(start.options()?, BTreeMap::new()),
            vec![Output::Offers(vec![offer])],
        ))
    }

    fn invoke(&mut self, _: Millis, id: String, _: String, arguments: String) -> Vec<Output> {
        let ticket = self.1.last_key_value().map_or(1, |(last, _)| last + 1);
        let arguments: serde_json::Value = serde_json::from_str(&arguments).unwrap_or_default();
        let number = encode(arguments["number"].as_str().unwrap_or_default());
        self.1.insert(ticket, (id, None, Vec::new()));
        let request = Request::get(format!("{}/orders/{number}", self.0.base_url));
        vec![Output::Net(Effect::Ask(
            request.credential("key").ticket(ticket),
        ))]
    }

    fn cancel(&mut self, _: Millis, id: String) -> Vec<Output> {
        self.1.retain(|_, asked| asked.0 != id);
        Vec::new()
    }

    fn network(&mut self, _: Millis, event: Event) -> Vec<Output> {
        let ticket = event.ticket();
        let Some((id, head, body)) = self.1.get_mut(&ticket) else {
            return Vec::new();
        };
        match event {
            Event::Answered(answered) => *head = Some(answered),
            Event::Chunk((_, bytes)) => body.extend(bytes),
            Event::Ended(_) => {
                let (id, text) = (id.clone(), String::from_utf8_lossy(body).into_owned());
                let output = match head.as_ref().filter(|head| !head.is_success()) {
                    None => Output::Answer((id, text)),
                    Some(head) if head.status == 404 => {
                        Output::Rejected((id, "no such order".to_owned()))
                    }
                    Some(head) => Output::Failed((Some(id), failure(head, body))),
                };
                self.1.remove(&ticket);
                return vec![output];
            }
            Event::Failed((_, what)) => {
                let output = Output::Failed((Some(id.clone()), trouble(what)));
                self.1.remove(&ticket);
                return vec![output];
            }
            _ => {}
        }
        Vec::new()
    }
}

closare_plugin::export_tool!(Orders);

#[cfg(test)]
mod tests {
    use super::*;
    use closare_plugin::test::{Session, opening};

    #[test]
    fn an_order_is_looked_up() {
        let start = opening(serde_json::json!({}));
        let mut session = Session::<Orders, Output>::offer(start).unwrap();
        session.invoke("a", "order", serde_json::json!({"number": "7/1"}));
        let request = session.request();
        assert_eq!(request.url, "https://api.example.com/v1/orders/7%2F1");
        session.answer(request.ticket, 200, r#"{"state": "sent"}"#);
        let answer = Output::Answer(("a".to_owned(), r#"{"state": "sent"}"#.to_owned()));
        assert_eq!(session.told()[1..], [answer]);
    }
}
