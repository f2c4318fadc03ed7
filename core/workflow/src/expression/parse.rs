//! Tokens to a tree, by precedence climbing.

use super::lex::{Token, tokens};
use std::collections::BTreeSet;
use std::ops::Range;

/// An expression's parts, each with its place in the source.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub is: Part,
    pub range: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Nothing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Duration(u64),
    Text(String),
    Name(String),
    Member(Box<Tree>, String),
    Index(Box<Tree>, Box<Tree>),
    /// One of [`QUESTIONS`], asked of a text or a list.
    Asked(Box<Tree>, Question, Vec<Tree>),
    Not(Box<Tree>),
    Minus(Box<Tree>),
    Two(Box<Tree>, Sign, Box<Tree>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Times,
    Divided,
    Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Contains,
    StartsWith,
    EndsWith,
    Len,
}

/// Where an expression can't be read, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseError {
    pub range: Range<usize>,
    pub sentence: String,
}

impl ParseError {
    pub fn new(range: Range<usize>, sentence: String) -> ParseError {
        ParseError { range, sentence }
    }
}

pub(crate) fn parse(source: &str) -> Result<Tree, ParseError> {
    let mut parser = Parser { tokens: tokens(source)?, at: 0, end: source.len(), depth: 0 };
    let tree = parser.binary(0)?;
    match parser.peek() {
        None => Ok(tree),
        Some(_) => Err(parser.expected("the end")),
    }
}

impl Tree {
    pub fn names<'a>(&'a self, into: &mut BTreeSet<&'a str>) {
        match &self.is {
            Part::Name(name) => {
                into.insert(name);
            }
            Part::Member(of, _) | Part::Not(of) | Part::Minus(of) => of.names(into),
            Part::Index(a, b) | Part::Two(a, _, b) => {
                a.names(into);
                b.names(into);
            }
            Part::Asked(of, _, with) => {
                of.names(into);
                with.iter().for_each(|one| one.names(into));
            }
            Part::Nothing
            | Part::Bool(_)
            | Part::Int(_)
            | Part::Float(_)
            | Part::Duration(_)
            | Part::Text(_) => {}
        }
    }
}

/// Each level is a few stack frames; nobody reads an expression that is deeper.
const DEPTH_MAX: usize = 40;

const QUESTIONS: [(&str, Question, usize); 4] = [
    ("contains", Question::Contains, 1),
    ("starts_with", Question::StartsWith, 1),
    ("ends_with", Question::EndsWith, 1),
    ("len", Question::Len, 0),
];

/// A sign, what it means, and how strongly it binds.
const BINARY: [(&str, Sign, u8); 13] = [
    ("||", Sign::Or, 1),
    ("&&", Sign::And, 2),
    ("==", Sign::Equal, 3),
    ("!=", Sign::Unequal, 3),
    ("<", Sign::Less, 4),
    ("<=", Sign::LessEqual, 4),
    (">", Sign::Greater, 4),
    (">=", Sign::GreaterEqual, 4),
    ("+", Sign::Plus, 5),
    ("-", Sign::Minus, 5),
    ("*", Sign::Times, 6),
    ("/", Sign::Divided, 6),
    ("%", Sign::Rest, 6),
];

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn binary(&mut self, weakest: u8) -> Result<Tree, ParseError> {
        let mut left = self.unary()?;
        while let Some((sign, binds)) = self.binary_sign().filter(|&(_, binds)| binds > weakest) {
            self.at += 1;
            let right = self.binary(binds)?;
            let range = left.range.start..right.range.end;
            left = Tree { is: Part::Two(Box::new(left), sign, Box::new(right)), range };
            self.bounded(&left)?;
        }
        Ok(left)
    }

    fn binary_sign(&self) -> Option<(Sign, u8)> {
        match self.peek()? {
            Token::Sign(sign) => {
                BINARY.iter().find(|(word, ..)| word == sign).map(|&(_, sign, binds)| (sign, binds))
            }
            _ => None,
        }
    }

    fn unary(&mut self) -> Result<Tree, ParseError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(ParseError::new(
                self.range(),
                format!("expected at most {DEPTH_MAX} levels, found more"),
            ));
        }
        let begin = self.range().start;
        let tree = if self.eat("!") {
            let of = self.unary()?;
            Tree { range: begin..of.range.end, is: Part::Not(Box::new(of)) }
        } else if self.eat("-") {
            let of = self.unary()?;
            Tree { range: begin..of.range.end, is: Part::Minus(Box::new(of)) }
        } else {
            self.postfix()?
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn postfix(&mut self) -> Result<Tree, ParseError> {
        let mut tree = self.primary()?;
        loop {
            if self.eat(".") {
                tree = self.member(tree)?;
            } else if self.eat("[") {
                let index = self.binary(0)?;
                self.need("]")?;
                tree = Tree {
                    range: tree.range.start..self.before(),
                    is: Part::Index(Box::new(tree), Box::new(index)),
                };
            } else {
                return Ok(tree);
            }
            self.bounded(&tree)?;
        }
    }

    fn member(&mut self, of: Tree) -> Result<Tree, ParseError> {
        let place = self.range();
        let Some(Token::Name(name)) = self.next() else {
            self.at -= usize::from(place.start < self.end);
            return Err(self.expected("a name after `.`"));
        };
        let begin = of.range.start;
        if !self.eat("(") {
            return Ok(Tree { range: begin..place.end, is: Part::Member(Box::new(of), name) });
        }
        let Some(&(word, question, takes)) = QUESTIONS.iter().find(|(word, ..)| *word == name) else {
            let sentence =
                format!("expected one of `contains`, `starts_with`, `ends_with`, `len`, found `{name}`");
            return Err(ParseError::new(place, sentence));
        };
        let mut with = Vec::new();
        while !self.eat(")") {
            if !with.is_empty() {
                self.need(",")?;
            }
            with.push(self.binary(0)?);
        }
        if with.len() != takes {
            let sentence = format!("expected {takes} value(s) for `{word}`, found {}", with.len());
            return Err(ParseError::new(place, sentence));
        }
        Ok(Tree { range: begin..self.before(), is: Part::Asked(Box::new(of), question, with) })
    }

    fn primary(&mut self) -> Result<Tree, ParseError> {
        let range = self.range();
        let is = match self.next() {
            Some(Token::Int(n)) => Part::Int(n),
            Some(Token::Float(n)) => Part::Float(n),
            Some(Token::Duration(millis)) => Part::Duration(millis),
            Some(Token::Text(text)) => Part::Text(text),
            Some(Token::Name(name)) => match name.as_str() {
                "true" | "yes" => Part::Bool(true),
                "false" | "no" => Part::Bool(false),
                "nothing" => Part::Nothing,
                _ => Part::Name(name),
            },
            Some(Token::Sign("(")) if self.eat(")") => Part::Nothing,
            Some(Token::Sign("(")) => {
                let inner = self.binary(0)?;
                self.need(")")?;
                return Ok(Tree { range: range.start..self.before(), ..inner });
            }
            got => {
                self.at -= usize::from(got.is_some());
                return Err(self.expected("a value"));
            }
        };
        Ok(Tree { is, range })
    }

    /// A chain such as `a + a + a…` grows to the left without recursion, so its depth is bounded here.
    fn bounded(&self, tree: &Tree) -> Result<(), ParseError> {
        if left_depth(tree) <= DEPTH_MAX * 2 {
            return Ok(());
        }
        Err(ParseError::new(tree.range.clone(), "expected a shorter expression".to_owned()))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn eat(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Sign(there)) if *there == sign);
        self.at += usize::from(there);
        there
    }

    fn need(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.eat(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    /// The place of the token that comes next.
    fn range(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |(_, range)| range.clone())
    }

    /// The end of the token that came last.
    fn before(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |(_, range)| range.end)
    }

    fn expected(&self, what: &str) -> ParseError {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(Token::Name(name)) => format!("`{name}`"),
            Some(Token::Sign(sign)) => format!("`{sign}`"),
            Some(Token::Text(_)) => "a text".to_owned(),
            Some(Token::Int(_) | Token::Float(_)) => "a number".to_owned(),
            Some(Token::Duration(_)) => "a duration".to_owned(),
        };
        ParseError::new(self.range(), format!("expected {what}, found {found}"))
    }
}

fn left_depth(tree: &Tree) -> usize {
    let (mut depth, mut at) = (0, tree);
    while let Part::Two(left, ..) | Part::Member(left, _) | Part::Index(left, _) | Part::Asked(left, ..) =
        &at.is
    {
        depth += 1;
        at = left;
    }
    depth
}
