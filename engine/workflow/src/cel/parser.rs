//! Tokens to tree: a Pratt parser for CEL without comprehensions, bounded in depth and size.

use std::sync::Arc;

use super::ast::{ArithOp, Ast, Callee, Expr, Node, NodeId, RelOp};
use super::error::{CelCode, CelError, Span};
use super::functions::{Builtin, compile_pattern};
use super::lexer::{Tok, Token, lex};
use super::limits::{MAX_ARGUMENTS, MAX_DEPTH, MAX_NODES, MAX_SOURCE_CHARS};

type Parsed<T = NodeId> = Result<T, CelError>;

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
const KEYWORDS: [&str; 4] = ["true", "false", "null", "in"];
const MACROS: [&str; 7] = [
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "transformList",
    "transformMap",
];

/// Parses one whole expression.
pub(crate) fn parse(src: &str) -> Result<Ast, CelError> {
    let chars = src.chars().count();
    if chars > MAX_SOURCE_CHARS {
        let span = Span::new(0, src.len());
        let message = format!(
            "the expression has {chars} characters; at most {MAX_SOURCE_CHARS} are allowed"
        );
        return Err(CelError::new(CelCode::Limit, span, message));
    }
    let mut parser = Parser {
        tokens: lex(src)?,
        at: 0,
        nodes: Vec::new(),
        open: 0,
    };
    if matches!(parser.peek(), Tok::End) {
        return Err(CelError::new(
            CelCode::Syntax,
            Span::new(0, src.len()),
            "the expression is empty",
        ));
    }
    let root = parser.expression()?;
    if !matches!(parser.peek(), Tok::End) {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(Ast {
        nodes: parser.nodes,
        root,
    })
}

/// The level of a binary operator: 1 `||`, 2 `&&`, 3 relations, 4 sums, 5 products.
#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Rel(RelOp),
    Arith(ArithOp),
}

fn infix(tok: &Tok) -> Option<(u8, Infix)> {
    let found = match tok {
        Tok::Ident(word) if word == "in" => (3, Infix::Rel(RelOp::In)),
        Tok::Punct("||") => (1, Infix::Or),
        Tok::Punct("&&") => (2, Infix::And),
        Tok::Punct("==") => (3, Infix::Rel(RelOp::Eq)),
        Tok::Punct("!=") => (3, Infix::Rel(RelOp::Ne)),
        Tok::Punct("<") => (3, Infix::Rel(RelOp::Lt)),
        Tok::Punct("<=") => (3, Infix::Rel(RelOp::Le)),
        Tok::Punct(">") => (3, Infix::Rel(RelOp::Gt)),
        Tok::Punct(">=") => (3, Infix::Rel(RelOp::Ge)),
        Tok::Punct("+") => (4, Infix::Arith(ArithOp::Add)),
        Tok::Punct("-") => (4, Infix::Arith(ArithOp::Sub)),
        Tok::Punct("*") => (5, Infix::Arith(ArithOp::Mul)),
        Tok::Punct("/") => (5, Infix::Arith(ArithOp::Div)),
        Tok::Punct("%") => (5, Infix::Arith(ArithOp::Rem)),
        _ => return None,
    };
    Some(found)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nodes: Vec<Node>,
    open: usize,
}

impl Parser {
    fn peek(&self) -> &Tok {
        self.tokens.get(self.at).map_or(&Tok::End, |t| &t.kind)
    }

    fn span(&self) -> Span {
        self.tokens
            .get(self.at)
            .or(self.tokens.last())
            .map_or(Span::default(), |t| t.span)
    }

    /// Takes the current token's span and moves on.
    fn bump(&mut self) -> Span {
        let span = self.span();
        self.at += 1;
        span
    }

    fn eat(&mut self, punct: &str) -> bool {
        let found = matches!(self.peek(), Tok::Punct(p) if *p == punct);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, punct: &str) -> Parsed<Span> {
        let span = self.span();
        if self.eat(punct) {
            Ok(span)
        } else {
            Err(self.unexpected(&format!("`{punct}`")))
        }
    }

    fn unexpected(&self, wanted: &str) -> CelError {
        let found = self.peek();
        let error = CelError::new(
            CelCode::Syntax,
            self.span(),
            format!("expected {wanted}, found {}", found.describe()),
        );
        let hint = match found {
            Tok::Ident(word) => match word.as_str() {
                "and" | "AND" => Some("write `&&`"),
                "or" | "OR" => Some("write `||`"),
                "not" | "NOT" => Some("write `!`"),
                "is" => Some("compare with `==`"),
                _ => None,
            },
            Tok::Punct("{") => Some("this dialect has maps `{\"key\": value}` but no messages"),
            _ => None,
        };
        match hint {
            Some(hint) => error.help(hint),
            None => error,
        }
    }

    fn add(&mut self, expr: Expr, span: Span) -> Parsed {
        let mut below = 0;
        expr.each_child(&mut |child| below = below.max(self.nodes[usize::from(child)].depth));
        let depth = below + 1;
        if usize::from(depth) > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let id = self.nodes.len();
        if id >= MAX_NODES {
            let message = format!("the expression has more than {MAX_NODES} parts");
            return Err(CelError::new(CelCode::Limit, span, message)
                .help("split it, or compute a part earlier"));
        }
        self.nodes.push(Node { expr, span, depth });
        NodeId::try_from(id).map_err(|_| too_deep(span))
    }

    fn join(&self, first: NodeId, last: NodeId) -> Span {
        self.nodes[usize::from(first)]
            .span
            .to(self.nodes[usize::from(last)].span)
    }

    fn expression(&mut self) -> Parsed {
        self.open += 1;
        if self.open > MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        let cond = self.binary(1)?;
        let result = if self.eat("?") {
            let yes = self.binary(1)?;
            self.expect(":")?;
            let no = self.expression()?;
            let span = self.join(cond, no);
            self.add(Expr::If { cond, yes, no }, span)
        } else {
            Ok(cond)
        };
        self.open -= 1;
        result
    }

    fn binary(&mut self, min: u8) -> Parsed {
        let mut left = self.unary()?;
        while let Some((level, op)) = infix(self.peek()) {
            if level < min {
                break;
            }
            left = self.chain(left, level, op)?;
        }
        Ok(left)
    }

    /// All terms of one level after `first`, as one node.
    fn chain(&mut self, first: NodeId, level: u8, op: Infix) -> Parsed {
        let mut terms = Vec::new();
        while let Some((found, op)) = infix(self.peek()) {
            if found != level {
                break;
            }
            self.bump();
            terms.push((op, self.binary(level + 1)?));
        }
        let last = terms.last().map_or(first, |(_, id)| *id);
        let span = self.join(first, last);
        let ids = std::iter::once(first).chain(terms.iter().map(|(_, id)| *id));
        let expr = match op {
            Infix::Or => Expr::Or(ids.collect()),
            Infix::And => Expr::And(ids.collect()),
            Infix::Rel(_) => {
                let rest = terms.into_iter().filter_map(|(op, id)| match op {
                    Infix::Rel(op) => Some((op, id)),
                    _ => None,
                });
                Expr::Relate {
                    first,
                    rest: rest.collect(),
                }
            }
            Infix::Arith(_) => {
                let rest = terms.into_iter().filter_map(|(op, id)| match op {
                    Infix::Arith(op) => Some((op, id)),
                    _ => None,
                });
                Expr::Arith {
                    first,
                    rest: rest.collect(),
                }
            }
        };
        self.add(expr, span)
    }

    fn unary(&mut self) -> Parsed {
        let start = self.span();
        let sign = match self.peek() {
            Tok::Punct("!") => "!",
            Tok::Punct("-") => "-",
            _ => return self.postfix(),
        };
        let mut count = 0;
        while matches!(self.peek(), Tok::Punct(p) if *p == sign) {
            self.bump();
            count += 1;
            if count > MAX_DEPTH {
                return Err(too_deep(start));
            }
        }
        let mut inner = None;
        if sign == "-" {
            inner = self.negative_literal(start)?;
            count -= usize::from(inner.is_some());
        }
        let mut id = match inner {
            Some(id) => id,
            None => self.postfix()?,
        };
        for _ in 0..count {
            let span = start.to(self.nodes[usize::from(id)].span);
            let expr = if sign == "!" {
                Expr::Not(id)
            } else {
                Expr::Neg(id)
            };
            id = self.add(expr, span)?;
        }
        Ok(id)
    }

    /// `-` directly before a number belongs to the number: only so can the smallest integer be written.
    fn negative_literal(&mut self, start: Span) -> Parsed<Option<NodeId>> {
        let expr = match self.peek() {
            Tok::Int(magnitude) => 0_i64.checked_sub_unsigned(*magnitude).map(Expr::Int),
            Tok::Double(value) => Some(Expr::Double(-value)),
            _ => return Ok(None),
        };
        let span = start.to(self.bump());
        let Some(expr) = expr else {
            return Err(out_of_range(span));
        };
        let id = self.add(expr, span)?;
        self.suffixes(id).map(Some)
    }

    fn postfix(&mut self) -> Parsed {
        let base = self.primary()?;
        self.suffixes(base)
    }

    fn suffixes(&mut self, mut base: NodeId) -> Parsed {
        loop {
            let start = self.nodes[usize::from(base)].span;
            if self.eat(".") {
                if matches!(self.peek(), Tok::Punct("?")) {
                    return Err(CelError::new(
                        CelCode::Unsupported,
                        self.span(),
                        "optional selection `.?` is not part of this dialect",
                    )
                    .help("use `has(a.b)` or `get(a, \"b\", default)`"));
                }
                let (field, field_span) = self.selector()?;
                base = if self.eat("(") {
                    self.call(field, field_span, Some(base), start)?
                } else {
                    self.add(
                        Expr::Select {
                            base,
                            field,
                            field_span,
                        },
                        start.to(field_span),
                    )?
                };
            } else if self.eat("[") {
                let index = self.expression()?;
                let end = self.expect("]")?;
                base = self.add(Expr::Index { base, index }, start.to(end))?;
            } else {
                return Ok(base);
            }
        }
    }

    fn selector(&mut self) -> Parsed<(Arc<str>, Span)> {
        let name = match self.peek() {
            Tok::Ident(name) if !KEYWORDS.contains(&name.as_str()) => Arc::from(name.as_str()),
            Tok::Escaped(name) => Arc::from(name.as_str()),
            _ => return Err(self.unexpected("a field name after `.`")),
        };
        Ok((name, self.bump()))
    }

    fn primary(&mut self) -> Parsed {
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
            word if RESERVED.contains(&word) => {
                return Err(CelError::new(
                    CelCode::Syntax,
                    span,
                    format!("`{word}` is a reserved word"),
                )
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
    fn call(
        &mut self,
        name: Arc<str>,
        name_span: Span,
        receiver: Option<NodeId>,
        start: Span,
    ) -> Parsed {
        if receiver.is_some() && MACROS.contains(&&*name) {
            return Err(CelError::new(CelCode::Unsupported, name_span, format!("`.{name}(...)` is a loop, and expressions here have none"))
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
        self.add(
            Expr::Call {
                callee,
                name,
                name_span,
                args: args.into(),
                receiver: receiver.is_some(),
            },
            span,
        )
    }

    fn callee(&self, name: &str, args: &[NodeId]) -> Parsed<Callee> {
        if name == "bytes" {
            let span = self
                .tokens
                .get(self.at.saturating_sub(1))
                .map_or(Span::default(), |t| t.span);
            return Err(CelError::new(
                CelCode::Unsupported,
                span,
                "byte strings are not part of this dialect",
            ));
        }
        let Some(builtin) = Builtin::named(name) else {
            return Ok(Callee::Host);
        };
        if builtin == Builtin::Matches
            && let [_, pattern] = args
            && let Node {
                expr: Expr::Text(text),
                span,
                ..
            } = &self.nodes[usize::from(*pattern)]
        {
            let compiled = compile_pattern(text)
                .map_err(|why| CelError::new(CelCode::BadConstant, *span, why))?;
            return Ok(Callee::Pattern(Box::new(compiled)));
        }
        Ok(Callee::Builtin(builtin))
    }

    fn has(&mut self, args: &[NodeId], span: Span) -> Parsed {
        if let [arg] = args
            && let Expr::Select {
                base,
                field,
                field_span,
            } = &self.nodes[usize::from(*arg)].expr
        {
            let expr = Expr::Has {
                base: *base,
                field: field.clone(),
                field_span: *field_span,
            };
            return self.add(expr, span);
        }
        Err(CelError::new(
            CelCode::WrongArguments,
            span,
            "`has` takes one field selection",
        )
        .help("write `has(data.field)`; for a key use `\"key\" in map`"))
    }
}

fn too_deep(span: Span) -> CelError {
    let message = format!("the expression is nested more than {MAX_DEPTH} levels deep");
    CelError::new(CelCode::Limit, span, message).help("split it, or compute a part earlier")
}

fn out_of_range(span: Span) -> CelError {
    CelError::new(CelCode::Limit, span, "this integer does not fit in 64 bits")
        .help("write `u` after an unsigned one")
}
