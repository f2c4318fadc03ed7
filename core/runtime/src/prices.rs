//! What vendors ask for what they count, and what a call's sums cost by that. Whole numbers alone: a price is exact to a million-
//! millionth, and a cost is rounded once for each sum, half up, to a millionth of the currency.
//!
//! Where nothing is known of a unit's price, nothing is known of its cost: that is not zero.

use closare_terms::Unit;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An operator's prices. Cheap to clone; without any, nothing has a cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    currency: Arc<str>,
    /// By the plugin's name, or its name and the model's: `openai/gpt-5-mini`.
    tariffs: Arc<BTreeMap<String, Tariff>>,
}

/// What one vendor asks, or one of its models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tariff(BTreeMap<Unit, Price>);

/// For so much of a unit as vendors quote it for ([`quoted`]), in million-millionths of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price(u64);

/// Digits after the point that a price may have.
const DECIMALS: usize = 12;
/// Of the currency; a price beyond it is a slip of the pen, and the sums would not fit.
const PRICE_MAX: u64 = 1_000_000;
/// Million-millionths in a millionth.
const IN_A_MICRO: u128 = 1_000_000;

/// How vendors quote a unit's price, and for how many of the unit.
pub fn quoted(unit: Unit) -> (&'static str, u64) {
    match unit {
        Unit::InputTokens => ("million_input_tokens", 1_000_000),
        Unit::OutputTokens => ("million_output_tokens", 1_000_000),
        Unit::CachedTokens => ("million_cached_tokens", 1_000_000),
        Unit::AudioTokens => ("million_audio_tokens", 1_000_000),
        Unit::Characters => ("thousand_characters", 1_000),
        Unit::AudioMs => ("audio_minute", 60_000),
        Unit::Requests => ("request", 1),
    }
}

impl Prices {
    pub fn new(currency: &str, tariffs: BTreeMap<String, Tariff>) -> Prices {
        Prices { currency: currency.into(), tariffs: Arc::new(tariffs) }
    }

    /// ISO 4217; empty where there are no prices.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// What has a price: plugins, and models of plugins.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tariffs.keys().map(String::as_str)
    }

    /// A model's own tariff stands in place of its plugin's.
    pub fn of(&self, plugin: &str, model: Option<&str>) -> Option<&Tariff> {
        let own = model.and_then(|model| self.tariffs.get(&format!("{plugin}/{model}")));
        own.or_else(|| self.tariffs.get(plugin))
    }
}

impl Tariff {
    pub fn new(prices: BTreeMap<Unit, Price>) -> Tariff {
        Tariff(prices)
    }

    /// What these sums cost, in millionths of the currency. Cached tokens are counted among the input tokens, too: where they have a
    /// price of their own, it is paid in place of the other; where they have none, they are paid with the rest and cost nothing more.
    pub fn costs(&self, counted: &BTreeMap<Unit, u64>) -> BTreeMap<Unit, i64> {
        let cached = counted.get(&Unit::CachedTokens).filter(|_| self.0.contains_key(&Unit::CachedTokens));
        let billed = |unit: Unit, amount: u64| match unit {
            Unit::InputTokens => amount.saturating_sub(cached.copied().unwrap_or(0)),
            Unit::OutputTokens
            | Unit::CachedTokens
            | Unit::AudioTokens
            | Unit::Characters
            | Unit::AudioMs
            | Unit::Requests => amount,
        };
        let cost = |(unit, amount): (&Unit, &u64)| {
            Some((*unit, self.0.get(unit)?.cost(*unit, billed(*unit, *amount))))
        };
        counted.iter().filter_map(cost).collect()
    }
}

impl Price {
    /// A decimal number as it is written, `0.0077`; `None` for anything else, more digits, or a price beyond a million.
    pub fn parse(text: &str) -> Option<Price> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(rest) || rest.len() > DECIMALS {
            return None;
        }
        let whole: u64 = whole.parse().ok().filter(|whole| *whole <= PRICE_MAX)?;
        let rest: u64 = format!("{rest:0<DECIMALS$}").parse().ok()?;
        Some(Price(whole * 10_u64.pow(DECIMALS as u32) + rest))
    }

    fn cost(self, unit: Unit, amount: u64) -> i64 {
        let (_, per) = quoted(unit);
        // At most 2^64 of them at 10^18 each: that fits.
        let whole = u128::from(amount) * u128::from(self.0);
        let step = u128::from(per) * IN_A_MICRO;
        i64::try_from((whole + step / 2) / step).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tariff(prices: &[(Unit, &str)]) -> Tariff {
        Tariff::new(prices.iter().map(|(unit, price)| (*unit, Price::parse(price).unwrap())).collect())
    }

    #[track_caller]
    fn check(prices: &[(Unit, &str)], counted: &[(Unit, u64)], expected: &[(Unit, i64)]) {
        let counted = counted.iter().copied().collect();
        assert_eq!(tariff(prices).costs(&counted), expected.iter().copied().collect());
    }

    #[test]
    fn each_unit_costs_what_its_vendor_quotes() {
        check(&[(Unit::AudioMs, "0.0077")], &[(Unit::AudioMs, 90_000)], &[(Unit::AudioMs, 11_550)]);
        check(&[(Unit::Characters, "0.027")], &[(Unit::Characters, 250)], &[(Unit::Characters, 6_750)]);
        check(&[(Unit::Requests, "0.001")], &[(Unit::Requests, 3)], &[(Unit::Requests, 3_000)]);
        let tokens = [(Unit::OutputTokens, 15), (Unit::AudioTokens, 1_000_000)];
        let prices = [(Unit::OutputTokens, "2"), (Unit::AudioTokens, "10.5")];
        check(&prices, &tokens, &[(Unit::OutputTokens, 30), (Unit::AudioTokens, 10_500_000)]);
    }

    #[test]
    fn a_cached_token_is_paid_once() {
        let counted = [(Unit::InputTokens, 625), (Unit::CachedTokens, 600)];
        let both = [(Unit::InputTokens, "0.25"), (Unit::CachedTokens, "0.025")];
        // 25 at a fourth of a millionth are 6.25 millionths, 600 at a fortieth 15.
        check(&both, &counted, &[(Unit::InputTokens, 6), (Unit::CachedTokens, 15)]);
        let one = [(Unit::InputTokens, "0.25")];
        check(&one, &counted, &[(Unit::InputTokens, 156)]);
        // A vendor that counts more of them than it read: nothing is owed to us for it.
        let odd = [(Unit::InputTokens, 5), (Unit::CachedTokens, 600)];
        check(&both, &odd, &[(Unit::InputTokens, 0), (Unit::CachedTokens, 15)]);
    }

    #[test]
    fn no_price_is_no_cost_and_a_price_of_nothing_is_one_of_nothing() {
        check(&[], &[(Unit::AudioMs, 1)], &[]);
        check(&[(Unit::Requests, "1")], &[(Unit::AudioMs, 1)], &[]);
        check(&[(Unit::AudioMs, "0")], &[(Unit::AudioMs, 60_000)], &[(Unit::AudioMs, 0)]);
    }

    #[test]
    fn a_sum_is_rounded_once_and_half_up() {
        let half = [(Unit::Requests, "0.0000005")];
        check(&half, &[(Unit::Requests, 1)], &[(Unit::Requests, 1)]);
        check(&half, &[(Unit::Requests, 2)], &[(Unit::Requests, 1)]);
        check(&half, &[(Unit::Requests, 3)], &[(Unit::Requests, 2)]);
        check(&[(Unit::InputTokens, "0.1")], &[(Unit::InputTokens, 4)], &[(Unit::InputTokens, 0)]);
        let most = [(Unit::Requests, "1000000.999999999999")];
        check(&most, &[(Unit::Requests, u64::MAX)], &[(Unit::Requests, i64::MAX)]);
    }

    #[test]
    fn a_price_is_read_digit_by_digit() {
        // As a float it is 0.1 and a bit more.
        assert_eq!(Price::parse("0.1"), Some(Price(100_000_000_000)));
        assert_eq!(Price::parse("2"), Some(Price(2_000_000_000_000)));
        assert_eq!(Price::parse("0.000000000001"), Some(Price(1)));
        for wrong in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0.0000000000001", "1000001", "NaN", " 1", "½"]
        {
            assert_eq!(Price::parse(wrong), None, "`{wrong}`");
        }
    }

    #[test]
    fn a_models_tariff_stands_in_place_of_its_plugins() {
        let cheap = tariff(&[(Unit::InputTokens, "1")]);
        let dear = tariff(&[(Unit::Requests, "1")]);
        let all = [("openai", &dear), ("openai/small", &cheap)];
        let prices = Prices::new("EUR", all.map(|(name, tariff)| (name.to_owned(), tariff.clone())).into());
        assert_eq!(prices.of("openai", Some("small")), Some(&cheap));
        assert_eq!(prices.of("openai", Some("large")), Some(&dear));
        assert_eq!(prices.of("openai", None), Some(&dear));
        assert_eq!(prices.of("small", Some("openai")), None);
        assert_eq!(Prices::default().of("openai", None), None);
    }
}
