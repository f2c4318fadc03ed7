//! Enums that lie in the database as words.

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$note])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            pub(crate) fn read(word: &str) -> Result<$name, crate::Error> {
                match word {
                    $($word => Ok($name::$variant),)+
                    _ => Err(crate::Error::Word { what: stringify!($name), found: word.to_owned() }),
                }
            }
        }
    };
}

pub(crate) use words;
