use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$note])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// A kind of caller data. The list is closed: what is not here can't be sent or kept.
    Kind {
        Audio = "audio",
        Transcript = "transcript",
        Summary = "summary",
        Field = "field",
        Number = "number",
        Name = "name",
        Digits = "digits",
        Special = "special",
    }
}

/// A set of kinds, in their order.
pub type Kinds = BTreeSet<Kind>;

words! {
    /// A decision point: where the engine must ask the policies before it goes on.
    Point {
        /// Before the call is accepted.
        Answer = "answer",
        /// Before the first word.
        Disclose = "disclose",
        /// Before the recorder opens, and on every change.
        Record = "record",
        /// Before a plugin session that talks to a network is given a kind of data.
        Send = "send",
        /// Before a plugin on this machine gets audio or text.
        Understand = "understand",
        /// Before a kind of data is written.
        Store = "store",
        /// Before a caller is connected to someone.
        Transfer = "transfer",
    }
}

words! {
    /// What a basis or a consent is for.
    Purpose {
        Recording = "recording",
        Vendor = "vendor",
        Storage = "storage",
        Training = "training",
        Callback = "callback",
    }
}
