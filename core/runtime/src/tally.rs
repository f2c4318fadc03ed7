//! What the vendors of a call have counted, and what it costs. A plugin without a network has no vendor, and counts for nobody.

use crate::prices::Prices;
use crate::publish::Chosen;
use closare_store::{Cost, Usage};
use closare_terms::{Role, Unit};
use std::collections::BTreeMap;

pub struct Tally {
    prices: Prices,
    counts: BTreeMap<Counter, BTreeMap<Unit, u64>>,
}

/// Two places of a chain with the same plugin and model are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Counter {
    role: String,
    plugin: String,
    model: Option<String>,
}

impl Tally {
    pub fn new(prices: Prices) -> Tally {
        Tally { prices, counts: BTreeMap::new() }
    }

    /// Adds what a plugin told; by how much that changes the cost. A part of tokens that is told to have been cached makes it less.
    pub fn add(&mut self, role: Role, chosen: &Chosen, unit: Unit, amount: u64) -> Option<Cost> {
        let manifest = chosen.plugin.manifest();
        if manifest.network.is_empty() {
            return None;
        }
        let plugin = manifest.name.to_string();
        self.count(Counter { role: role.to_string(), plugin, model: chosen.model(role) }, unit, amount)
    }

    /// What was written of the call before.
    pub fn add_kept(&mut self, kept: &[Usage]) {
        for row in kept {
            let unit = Unit::ALL.into_iter().find(|unit| unit.as_str() == row.unit);
            let Some(unit) = unit else { continue };
            let (role, plugin, model) = (row.role.clone(), row.plugin.clone(), row.model.clone());
            self.count(Counter { role, plugin, model }, unit, row.amount);
        }
    }

    fn count(&mut self, counter: Counter, unit: Unit, amount: u64) -> Option<Cost> {
        let before = self.cost(&counter);
        let sum = self.counts.entry(counter.clone()).or_default().entry(unit).or_default();
        *sum = sum.saturating_add(amount);
        let after = self.cost(&counter)?;
        let micros = after - before.unwrap_or(0);
        Some(Cost { micros, currency: self.prices.currency().to_owned() })
    }

    /// `None` where nothing of it has a price.
    fn cost(&self, counter: &Counter) -> Option<i64> {
        let tariff = self.prices.of(&counter.plugin, counter.model.as_deref())?;
        let costs = tariff.costs(self.counts.get(counter)?);
        (!costs.is_empty()).then(|| costs.values().fold(0, |sum: i64, cost| sum.saturating_add(*cost)))
    }

    /// A row for each unit, with what it costs.
    pub fn rows(&self) -> Vec<Usage> {
        let mut rows = Vec::new();
        for (counter, counted) in &self.counts {
            let tariff = self.prices.of(&counter.plugin, counter.model.as_deref());
            let costs = tariff.map(|tariff| tariff.costs(counted)).unwrap_or_default();
            for (unit, amount) in counted {
                let cost = costs.get(unit);
                let cost =
                    cost.map(|micros| Cost { micros: *micros, currency: self.prices.currency().to_owned() });
                let Counter { role, plugin, model } = counter.clone();
                rows.push(Usage { cost, ..Usage::new(role, plugin, model, *unit, *amount) });
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::{Price, Tariff};

    fn counter(role: Role, model: Option<&str>) -> Counter {
        let model = model.map(str::to_owned);
        Counter { role: role.to_string(), plugin: "openai".to_owned(), model }
    }

    fn tally() -> Tally {
        let prices = [(Unit::InputTokens, "1"), (Unit::CachedTokens, "0.1")];
        let tariff = Tariff::new(prices.map(|(unit, price)| (unit, Price::parse(price).unwrap())).into());
        Tally::new(Prices::new("EUR", BTreeMap::from([("openai".to_owned(), tariff)])))
    }

    fn shown(tally: &Tally) -> Vec<String> {
        let line = |row: Usage| {
            let cost = row.cost.map(|cost| format!(" {} {}", cost.micros, cost.currency)).unwrap_or_default();
            format!("{} {} {} {}{cost}", row.role, row.model.unwrap_or_default(), row.unit, row.amount)
        };
        tally.rows().into_iter().map(line).collect()
    }

    #[test]
    fn sums_are_by_role_and_model_and_what_each_added_is_the_whole() {
        let mut tally = tally();
        let small = counter(Role::LanguageModel, Some("small"));
        let mut added = 0;
        for (unit, amount) in
            [(Unit::InputTokens, 500), (Unit::CachedTokens, 400), (Unit::Requests, 1), (Unit::InputTokens, 7)]
        {
            added += tally.count(small.clone(), unit, amount).unwrap().micros;
        }
        assert_eq!(tally.count(counter(Role::SpeechToText, None), Unit::AudioMs, 900), None);
        assert_eq!(added, 107 + 40);
        assert_eq!(
            shown(&tally),
            [
                "language-model small input_tokens 507 107 EUR",
                "language-model small cached_tokens 400 40 EUR",
                "language-model small requests 1",
                "speech-to-text  audio_ms 900",
            ]
        );
    }

    #[test]
    fn what_was_kept_is_counted_on() {
        let mut before = tally();
        before.count(counter(Role::LanguageModel, None), Unit::InputTokens, 5);
        let mut after = tally();
        after.add_kept(&before.rows());
        after.count(counter(Role::LanguageModel, None), Unit::InputTokens, 6);
        assert_eq!(shown(&after), ["language-model  input_tokens 11 11 EUR"]);
    }
}
