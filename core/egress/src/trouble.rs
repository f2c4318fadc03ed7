//! What went wrong, in the contract's words.

use crate::Error;
use crate::gate::OnlyPrivate;
use closare_terms::network::Trouble;
use std::error::Error as StdError;
use std::sync::Arc;

/// Why an exchange ended early.
#[derive(Clone, Debug)]
pub(crate) enum Failed {
    /// Before a byte left: the operator or the plugin's author has to do something.
    Refused(Arc<Error>),
    /// The token endpoint gives none for these secrets. Told as the vendor's own 401 would be.
    Unauthorized(Arc<Error>),
    /// The token endpoint can't give one.
    Unavailable(Arc<Error>),
    Trouble(Trouble),
}

impl Failed {
    pub fn trouble(&self) -> Trouble {
        match self {
            Failed::Refused(_) | Failed::Unauthorized(_) => Trouble::NotAllowed,
            Failed::Unavailable(_) => Trouble::Overloaded,
            Failed::Trouble(trouble) => *trouble,
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed::Refused(Arc::new(error))
    }
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Failed {
        Failed::Trouble(trouble)
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    pub trouble: Trouble,
    /// No connection came about.
    pub unconnected: bool,
}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Lost {
        Lost { trouble: of(&error), unconnected: error.is_connect() }
    }
}

impl From<Lost> for Failed {
    fn from(lost: Lost) -> Failed {
        Failed::Trouble(lost.trouble)
    }
}

impl From<reqwest::Error> for Failed {
    fn from(error: reqwest::Error) -> Failed {
        Failed::Trouble(of(&error))
    }
}

fn of(error: &reqwest::Error) -> Trouble {
    if causes(error).any(|cause| cause.is::<OnlyPrivate>()) {
        Trouble::NotAllowed
    } else if error.is_dns() {
        Trouble::Dns
    } else if causes(error).any(of_tls) {
        Trouble::Tls
    } else if error.is_timeout() {
        Trouble::TimeOut
    } else if error.is_connect() {
        Trouble::Connect
    } else {
        Trouble::Reset
    }
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// A TLS error comes as the inside of an I/O error, which isn't among its causes; and that, of another one.
fn of_tls(cause: &(dyn StdError + 'static)) -> bool {
    let inside = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    cause.is::<rustls::Error>() || inside.is_some_and(|inside| of_tls(inside))
}
