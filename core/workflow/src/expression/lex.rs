//! An expression's text as tokens with their places.

use super::parse::ParseError;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Int(i64),
    Float(f64),
    /// Milliseconds: `400ms`, `6s`, `2m`, `3h`, `30d`.
    Duration(u64),
    Text(String),
    Name(String),
    Sign(&'static str),
}

/// Longer ones first, so that `<=` isn't read as `<`.
const SIGNS: [&str; 20] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", ".", ",",
];

/// Longer expressions belong into variables.
const CHARS_MAX: usize = 1000;

pub(crate) fn tokens(source: &str) -> Result<Vec<(Token, Range<usize>)>, ParseError> {
    if source.len() > CHARS_MAX {
        return Err(ParseError::new(
            0..0,
            format!("expected at most {CHARS_MAX} characters, found {}", source.len()),
        ));
    }
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (token, long) = match c {
            '"' | '\'' => text(rest, at, c)?,
            '0'..='9' => number(rest, at)?,
            _ if c.is_alphabetic() || c == '_' => name(rest),
            _ => sign(rest, at, c)?,
        };
        all.push((token, at..at + long));
        at += long;
    }
    Ok(all)
}

fn text(rest: &str, at: usize, quote: char) -> Result<(Token, usize), ParseError> {
    let (mut out, mut escaped) = (String::new(), false);
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => {
                out.push(if c == 'n' { '\n' } else { c });
                escaped = false;
            }
            '\\' => escaped = true,
            _ if c == quote => return Ok((Token::Text(out), i + 1)),
            _ => out.push(c),
        }
    }
    Err(ParseError::new(at..at + rest.len(), format!("expected a closing `{quote}`, found the end")))
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), ParseError> {
    let figures = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole = figures(rest);
    let point = rest[whole..].starts_with('.') && rest[whole + 1..].starts_with(|c: char| c.is_ascii_digit());
    let long = if point { whole + 1 + figures(&rest[whole + 1..]) } else { whole };
    let unit: String = rest[long..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let place = at..at + long + unit.len();
    let bad = || {
        ParseError::new(place.clone(), format!("expected a number, found `{}`", &rest[..long + unit.len()]))
    };
    if unit.is_empty() {
        let token = match point {
            true => Token::Float(rest[..long].parse().map_err(|_| bad())?),
            false => Token::Int(rest[..long].parse().map_err(|_| bad())?),
        };
        return Ok((token, long));
    }
    let millis = crate::scalar::duration(&rest[..long + unit.len()]).ok_or_else(bad)?;
    Ok((Token::Duration(millis.0), long + unit.len()))
}

fn name(rest: &str) -> (Token, usize) {
    let long = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let token = match &rest[..long] {
        "and" => Token::Sign("&&"),
        "or" => Token::Sign("||"),
        "not" => Token::Sign("!"),
        name => Token::Name(name.to_owned()),
    };
    (token, long)
}

fn sign(rest: &str, at: usize, c: char) -> Result<(Token, usize), ParseError> {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let place = at..at + c.len_utf8();
    Err(match c {
        '=' => ParseError::new(place, "expected `==` to compare, found `=`".to_owned()),
        _ => ParseError::new(place, format!("expected a name, a value or a sign, found `{c}`")),
    })
}
