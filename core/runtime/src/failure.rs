//! Why something failed, in words that may be logged.

use closare_host::Cause;
use closare_host::words::Failure;

/// Why a session ended, without a word of what the vendor wrote: that may hold the caller's.
pub fn cause_word(cause: &Cause) -> String {
    match cause {
        Cause::Failed(failure) => failure_word(failure).to_owned(),
        Cause::Trap(_) => "it trapped".to_owned(),
        Cause::InstanceLost(_) => "its shared instance was lost".to_owned(),
        cause @ (Cause::TimeOut { .. }
        | Cause::Memory { .. }
        | Cause::Outputs { .. }
        | Cause::Stack { .. }
        | Cause::Bytes { .. }
        | Cause::Text { .. }
        | Cause::Crowded
        | Cause::NoRole
        | Cause::Host(_)) => cause.to_string(),
    }
}

pub fn failure_word(failure: &Failure) -> &'static str {
    match failure {
        Failure::Unauthorized => "unauthorized",
        Failure::RateLimited { .. } => "rate limited",
        Failure::Unavailable(_) => "unavailable",
        Failure::Refused(_) => "refused",
        Failure::Unsupported(_) => "unsupported",
        Failure::Broken(_) => "broken",
    }
}
