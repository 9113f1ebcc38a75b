//! What can be wrong with an expression: places, compile problems, run-time errors. No parsing, no evaluation.

use std::fmt;
use std::ops::Range;

/// A place in the source text: byte offsets, end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` to `end` (bytes, end exclusive).
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span in a larger text in which the expression starts at `offset`.
    pub fn shift(self, offset: usize) -> Self {
        Self { start: self.start + offset, end: self.end + offset }
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.start..span.end
    }
}

/// The kinds of compile problems. The text form (`as_str`) is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CelCode {
    /// The text is not an expression.
    Syntax,
    /// Too long, too deep, too many parts or a number out of range.
    Limit,
    /// Part of CEL that this dialect leaves out (loops, byte strings, messages).
    Unsupported,
    /// No variable of this name in the context.
    UnknownVariable,
    /// The object has no such field.
    UnknownField,
    /// No function of this name.
    UnknownFunction,
    /// Wrong number of arguments.
    WrongArguments,
    /// Types that do not fit.
    TypeMismatch,
    /// A comparison that can have one answer only.
    ConstantComparison,
    /// A constant argument that can never work (a date, a pattern).
    BadConstant,
    /// Warning: an optional field is read without `has()` or `get()`.
    MaybeMissing,
}

impl CelCode {
    /// The stable word of this code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "cel-syntax",
            Self::Limit => "cel-limit",
            Self::Unsupported => "cel-unsupported",
            Self::UnknownVariable => "cel-unknown-variable",
            Self::UnknownField => "cel-unknown-field",
            Self::UnknownFunction => "cel-unknown-function",
            Self::WrongArguments => "cel-wrong-arguments",
            Self::TypeMismatch => "cel-type-mismatch",
            Self::ConstantComparison => "cel-constant-comparison",
            Self::BadConstant => "cel-bad-constant",
            Self::MaybeMissing => "cel-maybe-missing",
        }
    }
}

impl fmt::Display for CelCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One problem found while compiling an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", .suggestion.as_ref().map(|s| format!("; {s}")).unwrap_or_default())]
pub struct CelError {
    /// The kind.
    pub code: CelCode,
    /// What is wrong (lowercase fragment).
    pub message: String,
    /// Where.
    pub span: Span,
    /// How to mend it, where known ("did you mean `x`?").
    pub suggestion: Option<String>,
}

impl CelError {
    pub(crate) fn new(code: CelCode, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span, suggestion: None }
    }

    pub(crate) fn help(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// The kinds of run-time errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvalCode {
    /// No variable of this name.
    NoSuchVariable,
    /// No such key or field in a map.
    NoSuchKey,
    /// List index out of range.
    OutOfRange,
    /// Operator or function not defined for these types.
    NoSuchOverload,
    /// Result does not fit its number type.
    Overflow,
    /// Division or remainder by zero.
    DivisionByZero,
    /// A conversion, pattern, key or date that makes no sense.
    BadValue,
    /// No function of this name.
    UnknownFunction,
    /// A host function refused.
    Function,
    /// A bound on size or work was reached.
    Limit,
}

/// An error of one evaluation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// The kind.
    pub code: EvalCode,
    /// What went wrong (lowercase fragment).
    pub message: String,
    /// The part of the source that failed.
    pub span: Span,
}
