//! A tool of an older contract.

wit_bindgen::generate!({ world: "tool-plugin" });

use exports::closare::plugin::tool::{Guest, GuestSession, Session};

struct Old;
struct Opened;

impl Guest for Old {
    type Session = Opened;
}

impl GuestSession for Opened {
    fn open() -> Session {
        Session::new(Opened)
    }
}

export!(Old);
