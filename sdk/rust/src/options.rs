//! A plugin's options as a struct whose fields have defaults, without a derive.

use serde::de::{DeserializeOwned, Error};
use serde_json::{Map, Value};

/// A struct of options that reads itself from the workflow's JSON. A field without a default must be set, unless it is an
/// `Option`. Unknown options are the host's to refuse: it knows the manifest.
///
/// ```
/// closare_plugin::options! {
///     pub struct Options {
///         model: String = "nova-3".to_owned(),
///         heat: f32 = 0.3,
///         base_url: Option<String>,
///     }
/// }
/// let options: Options = serde_json::from_str(r#"{"heat": 1}"#).unwrap();
/// assert_eq!((options.model.as_str(), options.heat, options.base_url), ("nova-3", 1.0, None));
/// ```
#[macro_export]
macro_rules! options {
    (
        $(#[$about:meta])*
        $vis:vis struct $name:ident {
            $($(#[$note:meta])* $field:ident : $type:ty $(= $default:expr)?),* $(,)?
        }
    ) => {
        $(#[$about])*
        $vis struct $name { $($(#[$note])* pub $field: $type),* }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(from: D) -> ::std::result::Result<$name, D::Error> {
                type Map = $crate::serde_json::Map<String, $crate::serde_json::Value>;
                let mut map = <Map as $crate::serde::Deserialize>::deserialize(from)?;
                Ok($name { $($field: $crate::option!(map, $field, $type $(, $default)?)),* })
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! option {
    ($map:ident, $field:ident, $type:ty, $default:expr) => {
        match $crate::options::given::<$type, D::Error>(&mut $map, stringify!($field))? {
            Some(value) => value,
            None => $default,
        }
    };
    ($map:ident, $field:ident, $type:ty) => {
        match $crate::options::given::<$type, D::Error>(&mut $map, stringify!($field))? {
            Some(value) => value,
            None => $crate::options::absent::<$type, D::Error>(stringify!($field))?,
        }
    };
}

#[doc(hidden)]
pub fn given<T: DeserializeOwned, E: Error>(
    map: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, E> {
    match map.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            serde_json::from_value(value).map(Some).map_err(|error| E::custom(format!("`{name}`: {error}")))
        }
    }
}

/// `None` for an `Option`, an error for anything else.
#[doc(hidden)]
pub fn absent<T: DeserializeOwned, E: Error>(name: &str) -> Result<T, E> {
    serde_json::from_value(Value::Null)
        .map_err(|_| E::custom(format!("`{name}`: expected a value, found none")))
}

#[cfg(test)]
mod tests {
    crate::options! {
        #[derive(Debug, PartialEq)]
        struct Options { model: String, heat: f32 = 0.5, words: Vec<String> = Vec::new() }
    }

    #[test]
    fn what_is_missing_or_wrong_is_told() {
        let read = |text| serde_json::from_str::<Options>(text).map_err(|error| error.to_string());
        let expected = Options { model: "a".to_owned(), heat: 0.5, words: Vec::new() };
        assert_eq!(read(r#"{"model": "a", "heat": null}"#), Ok(expected));
        assert!(read("{}").unwrap_err().starts_with("`model`: expected a value, found none"));
        assert!(read(r#"{"model": "a", "heat": "hot"}"#).unwrap_err().starts_with("`heat`: invalid type"));
    }
}
