//! The innermost rules of the grammar: literals, names, lists, maps, calls, `has`.

use std::sync::Arc;

use super::ast::{Callee, Expr, NodeId};
use super::error::{CelCode, CelError, Span};
use super::functions::{Builtin, compile_pattern};
use super::lexer::Tok;
use super::limits::MAX_ARGUMENTS;
use super::parser::{Parsed, Parser, out_of_range};

const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];
const MACROS: [&str; 7] = ["all", "exists", "exists_one", "map", "filter", "transformList", "transformMap"];

/// Whether the language keeps a word for later; `true`, `false`, `null` and `in` are not among these.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

impl Parser {
    pub(super) fn primary(&mut self) -> Parsed {
        let span = self.span();
        let expr = match self.peek() {
            Tok::Int(value) => match i64::try_from(*value) {
                Ok(value) => Expr::Int(value),
                Err(_) => return Err(out_of_range(span)),
            },
            Tok::Uint(value) => Expr::Uint(*value),
            Tok::Double(value) => Expr::Double(*value),
            Tok::Text(value) => Expr::Text(Arc::from(value.as_str())),
            Tok::Ident(_) => return self.name(),
            Tok::Punct("(") => {
                self.bump();
                let inner = self.expression()?;
                let end = self.expect(")")?;
                self.nodes[usize::from(inner)].span = span.to(end);
                return Ok(inner);
            }
            Tok::Punct("[") => return self.list(),
            Tok::Punct("{") => return self.map(),
            Tok::Punct(".") => {
                self.bump();
                if !matches!(self.peek(), Tok::Ident(_)) {
                    return Err(self.unexpected("a name after `.`"));
                }
                return self.name();
            }
            _ => return Err(self.unexpected("a value")),
        };
        self.bump();
        self.add(expr, span)
    }

    fn name(&mut self) -> Parsed {
        let span = self.span();
        let Tok::Ident(word) = self.peek() else {
            return Err(self.unexpected("a name"));
        };
        let expr = match word.as_str() {
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            "null" => Expr::Null,
            "in" => return Err(self.unexpected("a value")),
            word if is_reserved(word) => {
                return Err(CelError::new(CelCode::Syntax, span, format!("`{word}` is a reserved word"))
                    .help("as a field it may stand after a dot: `x.if`"));
            }
            word => Expr::Ident(Arc::from(word)),
        };
        self.bump();
        if let Expr::Ident(name) = &expr
            && self.eat("(")
        {
            return self.call(name.clone(), span, None, span);
        }
        self.add(expr, span)
    }

    fn list(&mut self) -> Parsed {
        let start = self.bump();
        let mut items = Vec::new();
        while !matches!(self.peek(), Tok::Punct("]")) {
            items.push(self.expression()?);
            if !self.eat(",") {
                break;
            }
        }
        let end = self.expect("]")?;
        self.add(Expr::List(items.into()), start.to(end))
    }

    fn map(&mut self) -> Parsed {
        let start = self.bump();
        let mut entries = Vec::new();
        while !matches!(self.peek(), Tok::Punct("}")) {
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?));
            if !self.eat(",") {
                break;
            }
        }
        let end = self.expect("}")?;
        self.add(Expr::Map(entries.into()), start.to(end))
    }

    /// A call; the opening parenthesis is already read.
    pub(super) fn call(&mut self, name: Arc<str>, name_span: Span, receiver: Option<NodeId>, start: Span) -> Parsed {
        if receiver.is_some() && MACROS.contains(&&*name) {
            return Err(CelError::new(
                CelCode::Unsupported,
                name_span,
                format!("`.{name}(...)` is a loop, and expressions here have none"),
            )
            .help("use `in`, `where(list, field, value)`, `pluck(list, field)`, `count(list, value)` or `size(...)`"));
        }
        let mut args: Vec<NodeId> = receiver.into_iter().collect();
        while !matches!(self.peek(), Tok::Punct(")")) {
            args.push(self.expression()?);
            if !self.eat(",") {
                break;
            }
        }
        let span = start.to(self.expect(")")?);
        if args.len() > MAX_ARGUMENTS {
            let message = format!("a call takes at most {MAX_ARGUMENTS} arguments");
            return Err(CelError::new(CelCode::Limit, span, message).help("pass a list"));
        }
        if &*name == "has" && receiver.is_none() {
            return self.has(&args, span);
        }
        let callee = self.callee(&name, &args)?;
        self.add(Expr::Call { callee, name, name_span, args: args.into() }, span)
    }

    fn callee(&self, name: &str, args: &[NodeId]) -> Parsed<Callee> {
        if name == "bytes" {
            let span = self.tokens.get(self.at.saturating_sub(1)).map_or(Span::default(), |t| t.span);
            return Err(CelError::new(CelCode::Unsupported, span, "byte strings are not part of this dialect"));
        }
        let Some(builtin) = Builtin::named(name) else {
            return Ok(Callee::Host);
        };
        if builtin == Builtin::Matches
            && let [_, pattern] = args
            && let Expr::Text(text) = &self.nodes[usize::from(*pattern)].expr
            && let Ok(compiled) = compile_pattern(text)
        {
            return Ok(Callee::Pattern(Box::new(compiled)));
        }
        Ok(Callee::Builtin(builtin))
    }

    fn has(&mut self, args: &[NodeId], span: Span) -> Parsed {
        if let [arg] = args
            && let Expr::Select { base, field, field_span } = &self.nodes[usize::from(*arg)].expr
        {
            let expr = Expr::Has { base: *base, field: field.clone(), field_span: *field_span };
            return self.add(expr, span);
        }
        Err(CelError::new(CelCode::WrongArguments, span, "`has` takes one field selection")
            .help("write `has(data.field)`; for a key use `\"key\" in map`"))
    }
}
