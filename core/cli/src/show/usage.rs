//! What vendors counted of a call, what it cost, and what they call its requests.

use super::table;
use closare_store::{CallDetail, Cost, Request};
use std::collections::BTreeMap;

/// Nothing where no vendor took part.
pub fn print(call: &CallDetail) {
    if call.usage.is_empty() {
        return;
    }
    let sums = sums(call.usage.iter().filter_map(|row| row.cost.as_ref()));
    let priced = !sums.is_empty();
    say!("\nWhat vendors counted{}", if priced { ", and what it cost" } else { "" });
    let head: &[&str] = if priced {
        &["  role", "vendor", "model", "counted", "cost"]
    } else {
        &["  role", "vendor", "model", "counted"]
    };
    let mut rows = table::table(head);
    for row in &call.usage {
        let mut cells = vec![
            format!("  {}", row.role),
            row.plugin.clone(),
            row.model.clone().unwrap_or_default(),
            counted(&row.unit, row.amount),
        ];
        if priced {
            cells.push(row.cost.as_ref().map_or_else(|| "no price".to_owned(), money));
        }
        rows.add_row(cells);
    }
    table::print(&rows);
    if priced {
        say!("  in all {}", joined(&sums));
    }
}

/// Nothing where the words are gone: an id goes with them.
pub fn print_requests(requests: &[Request]) {
    if requests.is_empty() {
        return;
    }
    say!("\nWhat vendors call its requests, for their support and for an erasure there");
    let mut all: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for request in requests {
        all.entry((&request.plugin, &request.role)).or_default().push(&request.id);
    }
    for ((plugin, role), ids) in all {
        say!("  {plugin}, {role}");
        ids.iter().for_each(|id| say!("    {id}"));
    }
}

/// By currency.
pub fn sums<'a>(costs: impl Iterator<Item = &'a Cost>) -> Vec<Cost> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for cost in costs {
        let sum = sums.entry(&cost.currency).or_default();
        *sum = sum.saturating_add(cost.micros);
    }
    sums.into_iter().map(|(currency, micros)| Cost { micros, currency: currency.to_owned() }).collect()
}

/// `0.0123 EUR, 1.20 USD`
pub fn joined(costs: &[Cost]) -> String {
    costs.iter().map(money).collect::<Vec<_>>().join(", ")
}

/// To the millionth where it has one, and to the cent at least.
fn money(cost: &Cost) -> String {
    let micros = cost.micros.unsigned_abs();
    let sign = if cost.micros < 0 { "-" } else { "" };
    let rest = format!("{:06}", micros % 1_000_000);
    let digits = rest.trim_end_matches('0').len().max(2);
    format!("{sign}{}.{} {}", micros / 1_000_000, &rest[..digits], cost.currency)
}

fn counted(unit: &str, amount: u64) -> String {
    match unit {
        "audio_ms" => format!("{}.{} s of audio", amount / 1_000, amount % 1_000 / 100),
        "requests" if amount == 1 => "1 request".to_owned(),
        unit => format!("{amount} {}", unit.replace('_', " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_and_has_cents() {
        let of = |micros| money(&Cost { micros, currency: "EUR".to_owned() });
        assert_eq!(
            [of(0), of(8_100), of(1_200_000), of(1)],
            ["0.00 EUR", "0.0081 EUR", "1.20 EUR", "0.000001 EUR"]
        );
    }

    #[test]
    fn each_currency_has_its_sum() {
        let cost = |micros, currency: &str| Cost { micros, currency: currency.to_owned() };
        let all = [cost(5_000, "USD"), cost(1, "EUR"), cost(20_000, "USD")];
        assert_eq!(joined(&sums(all.iter())), "0.000001 EUR, 0.025 USD");
    }

    #[test]
    fn what_was_counted_is_told_in_words() {
        assert_eq!(counted("audio_ms", 63_020), "63.0 s of audio");
        assert_eq!(counted("input_tokens", 625), "625 input tokens");
        assert_eq!(counted("requests", 1), "1 request");
    }
}
