//! Short forms, written out.

const SHORT: [(&str, &str); 33] = [
    ("Mr.", "Mister"),
    ("Mrs.", "Missis"),
    ("Ms.", "Miz"),
    ("Dr.", "Doctor"),
    ("Prof.", "Professor"),
    ("Mr", "Mister"),
    ("Mrs", "Missis"),
    ("Ms", "Miz"),
    ("Dr", "Doctor"),
    ("Ave.", "Avenue"),
    ("Ave", "Avenue"),
    ("Rd.", "Road"),
    ("Rd", "Road"),
    ("Blvd.", "Boulevard"),
    ("Apt.", "Apartment"),
    ("Ltd.", "Limited"),
    ("Ltd", "Limited"),
    ("Inc.", "Incorporated"),
    ("Co.", "Company"),
    ("Dept.", "Department"),
    ("No.", "Number"),
    ("approx.", "approximately"),
    ("appt.", "appointment"),
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("etc.", "et cetera"),
    ("vs.", "versus"),
    ("a.m.", "[A](/ˈA/) M"),
    ("p.m.", "P M"),
    ("w/", "with"),
    ("www", "W W W"),
    ("Jr.", "Junior"),
    ("&", "and"),
];

/// What is said for a token. A comma or another mark behind it is kept, and so is the full stop of one that ends a sentence.
pub fn read(token: &str, next: Option<&str>) -> Option<String> {
    if let Some(rest) = token.strip_prefix("www.").filter(|rest| !rest.is_empty()) {
        return Some(format!("W W W dot {}", super::single(rest, next)));
    }
    let (core, marks) = split(token);
    let said = match core {
        "St." | "St" if names_follow(next) && marks.is_empty() => "Saint",
        "St." | "St" => "Street",
        "No." if !next.is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) => return None,
        _ => SHORT.iter().find(|(short, _)| *short == core)?.1,
    };
    let half_day = matches!(core, "a.m." | "p.m.") && next.is_none();
    let stop = if half_day && marks.is_empty() { "." } else { marks };
    Some(format!("{said}{stop}"))
}

/// "St. Mary" is a saint, "Main St. near" a street: after a saint a name follows.
fn names_follow(next: Option<&str>) -> bool {
    next.is_some_and(|next| next.starts_with(char::is_uppercase))
}

/// The marks at the end, but for the full stop that belongs to the short form.
fn split(token: &str) -> (&str, &str) {
    let at = token.trim_end_matches([',', ';', ':', '?', '!']).len();
    token.split_at(at)
}
