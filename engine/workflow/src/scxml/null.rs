//! Conditions of the null data model (W3C SCXML B.1): `In('id')`, `true`, `false`, and `!`, `&&`, `||` over them.

use super::limits::MAX_CONDITION_DEPTH;

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// `true` or `false`.
    Constant(bool),
    /// `In('id')`.
    In(String),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    /// Reads a condition; `None` when it is anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { rest: text, depth: 0 };
        let condition = parser.or()?;
        parser.skip();
        parser.rest.is_empty().then_some(condition)
    }

    /// Its value, given which states are active.
    pub(super) fn holds(&self, in_state: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::In(id) => in_state(id),
            Self::Not(inner) => !inner.holds(in_state),
            Self::All(parts) => parts.iter().all(|part| part.holds(in_state)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(in_state)),
        }
    }
}

/// A quoted text, in either quotes and without escapes.
pub(super) fn quoted(text: &str) -> Option<&str> {
    let text = text.trim();
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains([quote, '\\'])).then_some(inner)
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip();
        self.rest.strip_prefix(token).inspect(|rest| self.rest = rest).is_some()
    }

    fn or(&mut self) -> Option<Condition> {
        let mut parts = vec![self.and()?];
        while self.eat("||") {
            parts.push(self.and()?);
        }
        Some(Condition::Any(parts))
    }

    fn and(&mut self) -> Option<Condition> {
        let mut parts = vec![self.unary()?];
        while self.eat("&&") {
            parts.push(self.unary()?);
        }
        Some(Condition::All(parts))
    }

    fn unary(&mut self) -> Option<Condition> {
        self.depth += 1;
        if self.depth > MAX_CONDITION_DEPTH {
            return None;
        }
        let condition = if self.eat("!") {
            Condition::Not(Box::new(self.unary()?))
        } else if self.eat("(") {
            let inner = self.or()?;
            self.eat(")").then_some(inner)?
        } else {
            self.word()?
        };
        self.depth -= 1;
        Some(condition)
    }

    fn word(&mut self) -> Option<Condition> {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "true" => Some(Condition::Constant(true)),
            "false" => Some(Condition::Constant(false)),
            "In" if self.eat("(") => {
                let (argument, rest) = self.rest.split_once(')')?;
                self.rest = rest;
                quoted(argument).map(|id| Condition::In(id.to_owned()))
            }
            _ => None,
        }
    }
}
