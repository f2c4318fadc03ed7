use closare_terms::Language;

/// The languages whose words are known here. Everything else is read by figures and ISO forms alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    German,
    Other,
}

impl Tongue {
    pub fn of(language: &Language) -> Tongue {
        match language.primary().to_ascii_lowercase().as_str() {
            "en" => Tongue::English,
            "de" => Tongue::German,
            _ => Tongue::Other,
        }
    }

    /// One of two words; English stands in for a language that isn't known.
    pub fn pick<T>(self, english: T, german: T) -> T {
        match self {
            Tongue::English | Tongue::Other => english,
            Tongue::German => german,
        }
    }
}
