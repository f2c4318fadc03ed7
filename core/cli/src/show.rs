//! How things look on a terminal.

pub mod call;
pub mod live;
pub mod moment;
pub mod table;
pub mod usage;

use closare_telephony::{Registration, RegistrationState};

/// `0.42 s` or `12 s`: how long something took, for people.
pub fn took(span: std::time::Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds < 10.0 { format!("{seconds:.2} s") } else { format!("{seconds:.0} s") }
}

pub fn registration(registration: &Registration) -> String {
    let state = match registration.state {
        RegistrationState::Trying => "trying".to_owned(),
        RegistrationState::Registered { expires } => {
            format!("registered for {expires} s, renewed before that")
        }
        RegistrationState::Failed { status: 401 | 403 | 407 } => "refused: wrong user or password".to_owned(),
        RegistrationState::Failed { status: 408 } => "no answer; tried again".to_owned(),
        RegistrationState::Failed { status } => format!("refused with SIP status {status}; tried again"),
        RegistrationState::GivenUp => "given up".to_owned(),
    };
    format!("{}: {state}", registration.registrar)
}
