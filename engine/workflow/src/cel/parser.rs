//! Tokens to tree: a Pratt parser for CEL without comprehensions, bounded in depth and size.

use std::sync::Arc;

use super::ast::{ArithOp, Ast, Expr, Node, NodeId, RelOp};
use super::error::{CelCode, CelError, Span};
use super::lexer::{Tok, Token, lex};
use super::limits::{MAX_DEPTH, MAX_NODES, MAX_SOURCE_CHARS};

/// What a rule of the grammar gives.
pub(super) type Parsed<T = NodeId> = Result<T, CelError>;

const KEYWORDS: [&str; 4] = ["true", "false", "null", "in"];

/// Parses one whole expression.
pub(crate) fn parse(src: &str) -> Result<Ast, CelError> {
    let chars = src.chars().count();
    if chars > MAX_SOURCE_CHARS {
        let span = Span::new(0, src.len());
        let message = format!("the expression has {chars} characters; at most {MAX_SOURCE_CHARS} are allowed");
        return Err(CelError::new(CelCode::Limit, span, message));
    }
    let mut parser = Parser { tokens: lex(src)?, at: 0, nodes: Vec::new(), open: 0 };
    if matches!(parser.peek(), Tok::End) {
        return Err(CelError::new(CelCode::Syntax, Span::new(0, src.len()), "the expression is empty"));
    }
    let root = parser.expression()?;
    if !matches!(parser.peek(), Tok::End) {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(Ast { nodes: parser.nodes, root })
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

/// The state of one parse.
pub(super) struct Parser {
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) nodes: Vec<Node>,
    open: usize,
}

impl Parser {
    pub(super) fn peek(&self) -> &Tok {
        self.tokens.get(self.at).map_or(&Tok::End, |t| &t.kind)
    }

    pub(super) fn span(&self) -> Span {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(Span::default(), |t| t.span)
    }

    /// Takes the current token's span and moves on.
    pub(super) fn bump(&mut self) -> Span {
        let span = self.span();
        self.at += 1;
        span
    }

    pub(super) fn eat(&mut self, punct: &str) -> bool {
        let found = matches!(self.peek(), Tok::Punct(p) if *p == punct);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, punct: &str) -> Parsed<Span> {
        let span = self.span();
        if self.eat(punct) { Ok(span) } else { Err(self.unexpected(&format!("`{punct}`"))) }
    }

    pub(super) fn unexpected(&self, wanted: &str) -> CelError {
        let found = self.peek();
        let error =
            CelError::new(CelCode::Syntax, self.span(), format!("expected {wanted}, found {}", found.describe()));
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

    pub(super) fn add(&mut self, expr: Expr, span: Span) -> Parsed {
        let mut below = 0;
        expr.each_child(&mut |child| below = below.max(self.nodes[usize::from(child)].depth));
        let depth = below + 1;
        if usize::from(depth) > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let id = self.nodes.len();
        if id >= MAX_NODES {
            let message = format!("the expression has more than {MAX_NODES} parts");
            return Err(CelError::new(CelCode::Limit, span, message).help("split it, or compute a part earlier"));
        }
        self.nodes.push(Node { expr, span, depth });
        NodeId::try_from(id).map_err(|_| too_deep(span))
    }

    fn join(&self, first: NodeId, last: NodeId) -> Span {
        self.nodes[usize::from(first)].span.to(self.nodes[usize::from(last)].span)
    }

    pub(super) fn expression(&mut self) -> Parsed {
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
                Expr::Relate { first, rest: rest.collect() }
            }
            Infix::Arith(_) => {
                let rest = terms.into_iter().filter_map(|(op, id)| match op {
                    Infix::Arith(op) => Some((op, id)),
                    _ => None,
                });
                Expr::Arith { first, rest: rest.collect() }
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
            let expr = if sign == "!" { Expr::Not(id) } else { Expr::Neg(id) };
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
                    self.add(Expr::Select { base, field, field_span }, start.to(field_span))?
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

    pub(super) fn selector(&mut self) -> Parsed<(Arc<str>, Span)> {
        let name = match self.peek() {
            Tok::Ident(name) if !KEYWORDS.contains(&name.as_str()) => Arc::from(name.as_str()),
            Tok::Escaped(name) => Arc::from(name.as_str()),
            _ => return Err(self.unexpected("a field name after `.`")),
        };
        Ok((name, self.bump()))
    }
}

fn too_deep(span: Span) -> CelError {
    let message = format!("the expression is nested more than {MAX_DEPTH} levels deep");
    CelError::new(CelCode::Limit, span, message).help("split it, or compute a part earlier")
}

pub(super) fn out_of_range(span: Span) -> CelError {
    CelError::new(CelCode::Limit, span, "this integer does not fit in 64 bits").help("write `u` after an unsigned one")
}
