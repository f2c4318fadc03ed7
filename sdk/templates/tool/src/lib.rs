//! A tool that looks an order up over HTTP.

use closare_plugin::network::{Event, Request, encode};
use closare_plugin::requests::Requests;
use closare_plugin::tool::{Offer, Output, Tool};
use closare_plugin::{Failure, Millis, Opening};

closare_plugin::options! {
    pub struct Options { base_url: String = "https://api.example.com/v1".to_owned() }
}

/// Each request about its invocation.
pub struct Orders(Options, Requests<String>);

impl Tool for Orders {
    fn open(start: Opening) -> Result<(Orders, Vec<Output>), Failure> {
        let offer = Offer {
            name: "order".to_owned(),
            about: "Tells where an order is.".to_owned(),
            takes: r#"{"type": "object", "properties": {"number": {"type": "string"}}}"#.to_owned(),
            gives: None,
            changes_things: false,
        };
        let orders = Orders(start.options()?, Requests::new());
        Ok((orders, vec![Output::Offers(vec![offer])]))
    }

    fn invoke(&mut self, _: Millis, id: String, _: String, arguments: String) -> Vec<Output> {
        let arguments: serde_json::Value = serde_json::from_str(&arguments).unwrap_or_default();
        let number = encode(arguments["number"].as_str().unwrap_or_default());
        let request = Request::get(format!("{}/orders/{number}", self.0.base_url));
        vec![Output::Net(self.1.ask(request.credential("key"), id))]
    }

    fn cancel(&mut self, _: Millis, id: String) -> Vec<Output> {
        let closed = self.1.cancel(|about| *about == id);
        closed.into_iter().map(Output::Net).collect()
    }

    fn network(&mut self, _: Millis, event: Event) -> Vec<Output> {
        let Some(answer) = self.1.arrived(event) else {
            return Vec::new();
        };
        let (id, status) = (answer.about, answer.head.map(|head| head.status));
        vec![match answer.body {
            Ok(body) => Output::Answer((id, String::from_utf8_lossy(&body).into_owned())),
            Err(_) if status == Some(404) => Output::Rejected((id, "no such order".to_owned())),
            Err(failure) => Output::Failed((Some(id), failure)),
        }]
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
