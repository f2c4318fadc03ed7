//! One call's understanding.

use crate::meaning::Meanings;
use crate::{fields, intent, summary, talk};
use closare_plugin::language_model::{Ending, Extraction, Found, Job, LanguageModel, Output, Summary, Task};
use closare_plugin::{Failure, Millis, Opening};
use closare_slots::Context;
use closare_terms::Language;
use jiff::civil;
use serde::Deserialize;

pub struct Mind {
    meanings: &'static Meanings,
    language: Language,
    country: Option<String>,
}

#[derive(Default, Deserialize)]
struct Options {
    #[serde(default)]
    country: Option<String>,
}

impl LanguageModel for Mind {
    fn open(start: Opening) -> Result<(Mind, Vec<Output>), Failure> {
        let own = "en".to_owned();
        let language = match start.languages.iter().find(|language| english(language)) {
            Some(language) => language,
            None if start.languages.is_empty() => &own,
            None => return Err(unsupported_language(&start.languages.join("`, `"))),
        };
        let country = start.options::<Options>()?.country.filter(|country| !country.is_empty());
        let meanings = Meanings::shared().map_err(Failure::Broken)?;
        Ok((Mind { meanings, language: language.as_str().into(), country }, Vec::new()))
    }

    fn start(&mut self, _at: Millis, job: Job, what: Task) -> Vec<Output> {
        let answer = match what {
            Task::Chat(_) => Err(Failure::Unsupported(
                "offline-nlu finds intents and fields and sums up; it can't chat".to_owned(),
            )),
            Task::Extract(extraction) => self.extract(&extraction).map(|found| Output::Found((job, found))),
            Task::Summarize(summary) => summarize(&summary).map(|text| Output::Token((job, text))),
        };
        match answer {
            Ok(output) => vec![output, Output::Done((job, Ending::Complete))],
            Err(failure) => vec![Output::Failed((Some(job), failure))],
        }
    }

    /// Every job is over when `start` returns.
    fn cancel(&mut self, _at: Millis, _job: Job) -> Vec<Output> {
        Vec::new()
    }
}

impl Mind {
    fn extract(&self, extraction: &Extraction) -> Result<Found, Failure> {
        let answers = talk::answers(&extraction.messages);
        let now = moment(&extraction.today)?;
        let context = Context { language: &self.language, now, country: self.country.as_deref() };
        let intent = intent::find(self.meanings, &extraction.intents, &answers).map_err(Failure::Broken)?;
        let fields =
            fields::find(self.meanings, &extraction.fields, &answers, &context).map_err(Failure::Broken)?;
        Ok(Found { intent, fields })
    }
}

fn summarize(summary: &Summary) -> Result<String, Failure> {
    if !summary.language.is_empty() && !english(&summary.language) {
        return Err(unsupported_language(&summary.language));
    }
    Ok(summary::write(&summary.messages, summary.longest_words as usize))
}

/// `2026-02-27T10:00` or only the day.
fn moment(today: &str) -> Result<civil::DateTime, Failure> {
    let day = || today.parse::<civil::Date>().map(civil::DateTime::from);
    let moment = today.parse::<civil::DateTime>().or_else(|_| day());
    moment.map_err(|_| {
        Failure::Refused(format!("expected a day such as `2026-02-27` for today, found `{today}`"))
    })
}

fn unsupported_language(found: &str) -> Failure {
    Failure::Unsupported(format!("expected `en`, found `{found}`"))
}

fn english(language: &str) -> bool {
    language.split('-').next().is_some_and(|part| part.eq_ignore_ascii_case("en"))
}
