//! Source text to tokens (CEL language definition, "Syntax"). No grammar.

use super::error::{CelCode, CelError, Span};

/// One token with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub kind: Tok,
    pub span: Span,
}

/// What a token is. Integers keep their magnitude; the sign belongs to the grammar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tok {
    Ident(String),
    Escaped(String),
    Int(u64),
    Uint(u64),
    Double(f64),
    Text(String),
    Punct(&'static str),
    End,
}

impl Tok {
    /// How a message names this token.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Ident(name) | Self::Escaped(name) => format!("`{name}`"),
            Self::Int(_) | Self::Uint(_) | Self::Double(_) => "a number".into(),
            Self::Text(_) => "a string".into(),
            Self::Punct(p) => format!("`{p}`"),
            Self::End => "the end of the expression".into(),
        }
    }
}

const PUNCT: [&str; 23] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ",", ".", "(", ")", "[", "]",
    "{",
];

/// All tokens of `src`, ended by one `Tok::End`.
pub(crate) fn lex(src: &str) -> Result<Vec<Token>, CelError> {
    let mut lexer = Lexer { src, at: 0, out: Vec::new() };
    while lexer.skip_blank() {
        lexer.token()?;
    }
    lexer.push(src.len(), Tok::End);
    Ok(lexer.out)
}

struct Lexer<'s> {
    src: &'s str,
    at: usize,
    out: Vec<Token>,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.src.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, start: usize, kind: Tok) {
        self.out.push(Token { kind, span: Span::new(start, self.at) });
    }

    fn fail<T>(&self, start: usize, message: impl Into<String>) -> Result<T, CelError> {
        Err(CelError::new(CelCode::Syntax, Span::new(start, self.at.max(start)), message))
    }

    /// Skips blanks and `//` comments; false at the end.
    fn skip_blank(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with("//") {
                return !trimmed.is_empty();
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn token(&mut self) -> Result<(), CelError> {
        let Some(c) = self.peek() else { return Ok(()) };
        let next = self.rest().chars().nth(1);
        match c {
            '0'..='9' => self.number(),
            '.' if next.is_some_and(|n| n.is_ascii_digit()) => self.number(),
            '"' | '\'' => self.text(self.at, false),
            'r' | 'R' if matches!(next, Some('"' | '\'')) => {
                let start = self.at;
                self.at += 1;
                self.text(start, true)
            }
            'b' | 'B' if matches!(next, Some('"' | '\'')) => {
                let span = Span::new(self.at, self.at + 2);
                Err(CelError::new(CelCode::Unsupported, span, "byte strings are not part of this dialect")
                    .help("use a plain string"))
            }
            'a'..='z' | 'A'..='Z' | '_' => self.ident(),
            '`' => self.escaped(),
            _ => self.punct(c),
        }
    }

    fn ident(&mut self) -> Result<(), CelError> {
        let start = self.at;
        let rest = self.rest();
        let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        self.at += len;
        self.push(start, Tok::Ident(rest[..len].to_owned()));
        Ok(())
    }

    fn escaped(&mut self) -> Result<(), CelError> {
        let start = self.at;
        self.at += 1;
        let rest = self.rest();
        let ok = |c: char| c.is_ascii_alphanumeric() || "_.-/ ".contains(c);
        let len = rest.find(|c: char| !ok(c)).unwrap_or(rest.len());
        if len == 0 || !rest[len..].starts_with('`') {
            self.at += len;
            return self.fail(
                start,
                "a name in back quotes holds letters, digits, `_ . - /` and blanks, and ends with a back quote",
            );
        }
        self.at += len + 1;
        self.push(start, Tok::Escaped(rest[..len].to_owned()));
        Ok(())
    }

    fn punct(&mut self, c: char) -> Result<(), CelError> {
        let start = self.at;
        let rest = self.rest();
        if let Some(p) = PUNCT.iter().find(|p| rest.starts_with(**p)) {
            self.at += p.len();
            self.push(start, Tok::Punct(p));
            return Ok(());
        }
        self.at += c.len_utf8();
        if c == '}' {
            self.push(start, Tok::Punct("}"));
            return Ok(());
        }
        let (message, hint) = match c {
            '=' => ("a single `=` is not an operator", Some("compare with `==`")),
            '&' => ("a single `&` is not an operator", Some("write `&&`")),
            '|' => ("a single `|` is not an operator", Some("write `||`")),
            '“' | '”' | '„' | '‘' | '’' => ("curly quotes do not start a string", Some("use \" or '")),
            ';' => ("an expression has no `;`", Some("write one expression")),
            _ => ("this character has no meaning here", None),
        };
        let error =
            CelError::new(CelCode::Syntax, Span::new(start, self.at), format!("{message}: `{}`", c.escape_debug()));
        Err(match hint {
            Some(hint) => error.help(hint),
            None => error,
        })
    }

    fn digits(&mut self, hex: bool) -> usize {
        let rest = self.rest();
        let ok = |c: char| {
            if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() }
        };
        let len = rest.find(|c: char| !ok(c)).unwrap_or(rest.len());
        self.at += len;
        len
    }

    fn number(&mut self) -> Result<(), CelError> {
        let start = self.at;
        let hex = self.rest().starts_with("0x") || self.rest().starts_with("0X");
        if hex {
            self.at += 2;
            if self.digits(true) == 0 {
                return self.fail(start, "`0x` needs hexadecimal digits after it");
            }
        } else {
            self.digits(false);
        }
        let double = !hex && self.fraction();
        let body = &self.src[start..self.at];
        let unsigned = !double && matches!(self.peek(), Some('u' | 'U'));
        self.at += usize::from(unsigned);
        if self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            return self.fail(start, "a number is followed directly by a letter or digit");
        }
        let kind = if double {
            body.parse().ok().filter(|d: &f64| d.is_finite()).map(Tok::Double)
        } else {
            let (digits, radix) = if hex { (&body[2..], 16) } else { (body, 10) };
            let value = u64::from_str_radix(digits, radix).ok();
            value.map(|v| if unsigned { Tok::Uint(v) } else { Tok::Int(v) })
        };
        match kind {
            Some(kind) => self.push(start, kind),
            None => {
                let span = Span::new(start, self.at);
                return Err(CelError::new(CelCode::Limit, span, "this number does not fit in 64 bits"));
            }
        }
        Ok(())
    }

    /// Reads `.digits` and an exponent where they stand; true if there was one of them.
    fn fraction(&mut self) -> bool {
        let mut double = false;
        let mut ahead = self.rest().chars();
        if ahead.next() == Some('.') && ahead.next().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.digits(false);
            double = true;
        }
        let rest = self.rest();
        let Some(tail) = rest.strip_prefix(['e', 'E']) else {
            return double;
        };
        let digits = tail.strip_prefix(['+', '-']).unwrap_or(tail);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += rest.len() - digits.len();
            self.digits(false);
            double = true;
        }
        double
    }

    /// A string literal; `self.at` stands on the quote, `start` on a possible prefix.
    fn text(&mut self, start: usize, raw: bool) -> Result<(), CelError> {
        let rest = self.rest();
        let quote = if rest.starts_with('"') { "\"" } else { "'" };
        let triple = if quote == "\"" { "\"\"\"" } else { "'''" };
        let close = if rest.starts_with(triple) { triple } else { quote };
        self.at += close.len();
        let mut out = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(close) {
                self.at += close.len();
                self.push(start, Tok::Text(out));
                return Ok(());
            }
            let Some(c) = rest.chars().next() else {
                return self.fail(start, "this string is not closed");
            };
            if close.len() == 1 && matches!(c, '\n' | '\r') {
                return self.fail(start, "this string is not closed on its line");
            }
            self.at += c.len_utf8();
            if c == '\\' && !raw {
                out.push(self.escape()?);
            } else {
                out.push(c);
            }
        }
    }

    /// The character of an escape; the backslash is already read.
    fn escape(&mut self) -> Result<char, CelError> {
        let start = self.at - 1;
        let Some(c) = self.peek() else {
            return self.fail(start, "this string ends in a backslash");
        };
        self.at += c.len_utf8();
        let plain = match c {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '?' | '"' | '\'' | '`' => c,
            'x' | 'X' => return self.code_point(start, 2, 16),
            'u' => return self.code_point(start, 4, 16),
            'U' => return self.code_point(start, 8, 16),
            '0'..='3' => {
                self.at -= 1;
                return self.code_point(start, 3, 8);
            }
            _ => {
                return self
                    .fail(start, format!("`\\{}` is not an escape; write `\\\\` for a backslash", c.escape_debug()));
            }
        };
        Ok(plain)
    }

    fn code_point(&mut self, start: usize, len: usize, radix: u32) -> Result<char, CelError> {
        let digits = self.rest().get(..len).filter(|d| d.chars().all(|c| c.is_digit(radix)));
        let found = digits.and_then(|d| u32::from_str_radix(d, radix).ok()).and_then(char::from_u32);
        match found {
            Some(c) => {
                self.at += len;
                Ok(c)
            }
            None => self.fail(start, format!("this escape needs {len} digits (base {radix}) of a valid character")),
        }
    }
}
