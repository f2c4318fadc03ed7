use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! name_type {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.to_owned())
            }
        }
    };
}

name_type! {
    /// A call, everywhere: log, database, API, file names. Lower-case letters and digits; sorts by the call's begin.
    CallId
}

name_type! {
    /// A plugin's `name` in its manifest: a-z, 0-9 and `-`.
    PluginName
}
