//! Offers `repeat`, which answers with its arguments.

use closare_plugin::tool::{Offer, Output};
use closare_plugin::{Failure, Opening, Tool};

pub struct Hand;

impl Tool for Hand {
    fn open(_start: Opening) -> Result<(Hand, Vec<Output>), Failure> {
        let offer = Offer {
            name: "repeat".to_owned(),
            about: "Says its arguments back.".to_owned(),
            takes: r#"{"type": "object"}"#.to_owned(),
            gives: None,
            changes_things: false,
        };
        Ok((Hand, vec![Output::Offers(vec![offer])]))
    }

    fn invoke(&mut self, _at: u64, id: String, name: String, arguments: String) -> Vec<Output> {
        match name.as_str() {
            "repeat" => vec![Output::Answer((id, arguments))],
            other => vec![Output::Rejected((id, format!("no tool `{other}`")))],
        }
    }

    fn cancel(&mut self, _at: u64, _id: String) -> Vec<Output> {
        Vec::new()
    }
}
