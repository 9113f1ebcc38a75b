//! Conditions, values and locations as a document has them, whatever its data model. Reading them here, running them with
//! what `session` lends.

use serde_json::Value as Json;

use super::null;
use crate::cel::{CelCode, Functions, Program, Vars};

/// A value expression. One that does not parse fails when it runs (W3C SCXML 5.9.3).
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Cel(Program),
    Literal(Json),
    Broken(String),
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    Cel(Program),
    Null(null::Condition),
    Broken(String),
}

/// A place in the data: a declared name and what is below it.
#[derive(Clone, Debug)]
pub(super) enum Location {
    Path { root: String, steps: Vec<Step> },
    Broken(String),
}

/// One step down.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Field(String),
    Index(Expression),
}

/// What expressions may use.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) vars: &'a dyn Vars,
    pub(super) functions: &'a dyn Functions,
    pub(super) in_state: &'a dyn Fn(&str) -> bool,
}

/// Part of CEL that is left out here and must be refused rather than fail as if the document were wrong.
pub(super) struct LeftOut(pub(super) String);

fn compile(text: &str) -> Result<Result<Program, String>, LeftOut> {
    match Program::compile_unchecked(text) {
        Ok(program) => Ok(Ok(program)),
        Err(errors) => match errors.iter().find(|error| matches!(error.code, CelCode::Unsupported | CelCode::Limit)) {
            Some(error) => Err(LeftOut(error.to_string())),
            None => Ok(Err(errors.first().map(ToString::to_string).unwrap_or_default())),
        },
    }
}

impl Expression {
    /// Reads an expression in CEL.
    pub(super) fn cel(text: &str) -> Result<Self, LeftOut> {
        Ok(compile(text)?.map_or_else(Self::Broken, Self::Cel))
    }

    /// A constant of the null data model: a quoted text or a number; nothing else has a value there.
    pub(super) fn constant(text: &str) -> Option<Self> {
        let number = || serde_json::from_str(text).ok().filter(Json::is_number);
        null::quoted(text).map(Json::from).or_else(number).map(Self::Literal)
    }

    /// Its value.
    pub(super) fn value(&self, context: Context<'_>) -> Result<Json, String> {
        match self {
            Self::Cel(program) => {
                let value = program.eval(context.vars, context.functions).map_err(|error| error.to_string())?;
                Ok(value.to_json())
            }
            Self::Literal(value) => Ok(value.clone()),
            Self::Broken(message) => Err(message.clone()),
        }
    }

    /// Its value, which must be a text.
    pub(super) fn text(&self, context: Context<'_>) -> Result<String, String> {
        match self.value(context)? {
            Json::String(text) => Ok(text),
            other => Err(format!("needs a text, not {other}")),
        }
    }
}

impl Condition {
    /// Reads a condition in CEL.
    pub(super) fn cel(text: &str) -> Result<Self, LeftOut> {
        Ok(compile(text)?.map_or_else(Self::Broken, Self::Cel))
    }

    /// Its value; anything but true or false is a failure.
    pub(super) fn holds(&self, context: Context<'_>) -> Result<bool, String> {
        match self {
            Self::Cel(program) => program.eval_bool(context.vars, context.functions).map_err(|error| error.to_string()),
            Self::Null(condition) => Ok(condition.holds(context.in_state)),
            Self::Broken(message) => Err(message.clone()),
        }
    }
}

impl Location {
    /// Reads `name`, `name.field`, `name[index]` and any chain of them.
    pub(super) fn parse(text: &str) -> Result<Self, LeftOut> {
        let text = text.trim();
        let broken = || Self::Broken(format!("'{text}' is no place that can be assigned to"));
        let Some((root, mut rest)) = identifier(text) else {
            return Ok(broken());
        };
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some((field, after)) = rest.strip_prefix('.').and_then(identifier) {
                steps.push(Step::Field(field.to_owned()));
                rest = after;
            } else if let Some((inner, after)) = rest.strip_prefix('[').and_then(bracketed) {
                steps.push(Step::Index(Expression::cel(inner)?));
                rest = after;
            } else {
                return Ok(broken());
            }
        }
        Ok(Self::Path { root: root.to_owned(), steps })
    }
}

/// Words that can not name a variable (CEL language definition, "Syntax").
/// Whether a text can name a variable.
pub(super) fn is_name(text: &str) -> bool {
    identifier(text).is_some_and(|(name, rest)| rest.is_empty() && !is_kept(name))
}

/// Words of the expression language that no variable may bear.
fn is_kept(word: &str) -> bool {
    matches!(word, "true" | "false" | "null" | "in") || crate::cel::is_reserved(word)
}

/// An identifier and what follows it.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((name, rest))
}

/// What stands before the closing bracket, quotes and inner brackets respected, and what follows it.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ']') if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            (None, ']' | ')' | '}') => depth = depth.checked_sub(1)?,
            (None, _) => {}
        }
    }
    None
}
