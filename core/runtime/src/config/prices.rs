//! `prices`: a currency, and what each plugin's vendor asks, as the vendor quotes it.

use crate::prices::{Price, Prices, Tariff, quoted};
use closare_host::nearest;
use closare_terms::Unit;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

impl<'de> Deserialize<'de> for Prices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Prices, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Prices;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of a currency and of plugins' prices")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Prices, A::Error> {
                let (mut currency, mut tariffs) = (None, BTreeMap::new());
                while let Some(name) = map.next_key::<String>()? {
                    if name == "currency" {
                        currency = Some(map.next_value::<Currency>()?.0);
                    } else {
                        tariffs.insert(name, map.next_value()?);
                    }
                }
                match currency {
                    Some(currency) => Ok(Prices::new(&currency, tariffs)),
                    None => {
                        Err(A::Error::custom("prices: expected the key `currency`, such as EUR, found none"))
                    }
                }
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

struct Currency(String);

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if fits {
            return Ok(Currency(text));
        }
        Err(D::Error::custom(format_args!(
            "prices: expected a currency by its three letters (ISO 4217), such as EUR, found `{text}`"
        )))
    }
}

impl<'de> Deserialize<'de> for Tariff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tariff, D::Error> {
        let quotes = BTreeMap::<Quote, Price>::deserialize(deserializer)?;
        Ok(Tariff::new(quotes.into_iter().map(|(quote, price)| (quote.0, price)).collect()))
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Quote(Unit);

impl<'de> Deserialize<'de> for Quote {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Quote, D::Error> {
        let name = String::deserialize(deserializer)?;
        if let Some(unit) = Unit::ALL.into_iter().find(|unit| quoted(*unit).0 == name) {
            return Ok(Quote(unit));
        }
        let names = || Unit::ALL.into_iter().map(|unit| quoted(unit).0);
        let hint = match nearest(&name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("they are `{}`", names().collect::<Vec<_>>().join("`, `")),
        };
        Err(D::Error::custom(format_args!("prices: expected what a vendor counts, found `{name}`; {hint}")))
    }
}

impl<'de> Deserialize<'de> for Price {
    /// By its text: what a float makes of a decimal number is another number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
        let text = String::deserialize(deserializer)?;
        Price::parse(&text).ok_or_else(|| {
            D::Error::custom(format_args!(
                "prices: expected a number of up to a million with at most 12 decimals, such as 0.0077, found `{text}`"
            ))
        })
    }
}
