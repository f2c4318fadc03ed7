//! What was measured, and what it must reach.

use crate::commands::{Outcome, print_json};
use crate::problem::Problem;
use crate::show::table;
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub fn new(name: &'static str, value: f64, unit: &'static str) -> Figure {
        Figure { name, value, unit, limit: None, note: None }
    }

    pub fn at_most(self, most: f64) -> Figure {
        Figure { limit: Some(Limit::AtMost(most)), ..self }
    }

    pub fn at_least(self, least: f64) -> Figure {
        Figure { limit: Some(Limit::AtLeast(least)), ..self }
    }

    pub fn note(self, note: impl Into<String>) -> Figure {
        Figure { note: Some(note.into()), ..self }
    }

    fn holds(&self) -> bool {
        match self.limit {
            Some(Limit::AtMost(most)) => self.value <= most,
            Some(Limit::AtLeast(least)) => self.value >= least,
            None => true,
        }
    }
}

/// As a table, or as JSON with the machine; good if every limit holds.
pub fn report(figures: &[Figure], machine: &str, json: bool) -> Result<Outcome, Problem> {
    let good = figures.iter().all(Figure::holds);
    if json {
        print_json(&serde_json::json!({"machine": machine, "holds": good, "figures": figures}))?;
        return Ok(Outcome::good_if(good));
    }
    let mut table = table::table(&["what", "measured", "must be", ""]);
    for figure in figures {
        let value = |value: f64| format!("{} {}", rounded(value), figure.unit).trim().to_owned();
        let (limit, word) = match figure.limit {
            Some(Limit::AtMost(most)) => (format!("at most {}", value(most)), holds(figure)),
            Some(Limit::AtLeast(least)) => (format!("at least {}", value(least)), holds(figure)),
            None => (String::new(), ""),
        };
        table.add_row([figure.name.to_owned(), value(figure.value), limit, word.to_owned()]);
    }
    table::print(&table);
    for note in figures.iter().filter_map(|figure| figure.note.as_ref()) {
        say!("{note}");
    }
    say!("\nOn {machine}");
    Ok(Outcome::good_if(good))
}

fn holds(figure: &Figure) -> &'static str {
    if figure.holds() { "holds" } else { "MISSED" }
}

/// Three digits, as far as they say something.
fn rounded(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The value under which this share of them lies; 0 of none.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (share * sorted.len() as f64).ceil().max(1.0) as usize - 1;
    sorted.get(place).or(sorted.last()).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(&values, 0.5), 50.0);
        assert_eq!(quantile(&values, 0.99), 99.0);
        assert_eq!(quantile(&values, 1.0), 100.0);
        assert_eq!(quantile(&[7.0], 0.99), 7.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn a_limit_holds_up_to_its_own_value() {
        let figure = Figure::new("it", 2.0, "x");
        assert!(figure.clone().holds());
        assert!(figure.clone().at_most(2.0).holds() && figure.clone().at_least(2.0).holds());
        assert!(!figure.clone().at_most(1.9).holds() && !figure.at_least(2.1).holds());
    }
}
