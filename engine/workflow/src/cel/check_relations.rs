//! Static types of relations: equality, membership, order.

use super::ast::{Expr, NodeId, RelOp};
use super::check::Checker;
use super::error::{CelCode, Span};
use super::suggest::did_you_mean;
use super::types::Type;

impl Checker<'_> {
    /// A chain of relations.
    pub(super) fn relate(&mut self, first: NodeId, rest: &[(RelOp, NodeId)]) -> Type {
        let mut left = self.infer(first);
        let mut left_id = Some(first);
        let start = self.ast.span(first);
        for (op, id) in rest {
            let right = self.infer(*id);
            let span = start.to(self.ast.span(*id));
            match op {
                RelOp::Eq | RelOp::Ne => self.equality(&left, left_id, &right, *id, span),
                RelOp::In => self.membership(&left, left_id, &right, *id, span),
                _ => self.order(*op, &left, &right, span),
            }
            left = Type::Bool;
            left_id = None;
        }
        left
    }

    fn equality(&mut self, left: &Type, left_id: Option<NodeId>, right: &Type, right_id: NodeId, span: Span) {
        if !left.comparable(right) {
            let message = format!("{left} and {right} are never equal");
            self.fail(CelCode::ConstantComparison, span, message);
            return;
        }
        self.known_text(left, right_id);
        if let Some(left_id) = left_id {
            self.known_text(right, left_id);
        }
    }

    /// A constant text compared with an enumeration must be one of its texts; lists are looked into.
    pub(super) fn known_text(&mut self, ty: &Type, constant: NodeId) {
        let Type::Enum(texts) = ty.non_null() else {
            return;
        };
        match self.ast.expr(constant) {
            Expr::Text(text) if !texts.contains(text) => {
                let help = did_you_mean(text, texts.iter().map(|t| &**t))
                    .unwrap_or_else(|| format!("possible: {}", ty.non_null()));
                let message = format!("the value is never \"{text}\"");
                self.fail_with(CelCode::ConstantComparison, self.ast.span(constant), message, Some(help));
            }
            Expr::List(items) => items.iter().for_each(|item| self.known_text(ty, *item)),
            _ => {}
        }
    }

    fn membership(&mut self, left: &Type, left_id: Option<NodeId>, right: &Type, right_id: NodeId, span: Span) {
        match right.non_null() {
            Type::Dyn => {}
            Type::List(item) => {
                if !left.comparable(item) {
                    let message = format!("{left} is never in {right}");
                    self.fail(CelCode::ConstantComparison, span, message);
                    return;
                }
                self.known_text(left, right_id);
                if let Some(left_id) = left_id {
                    self.known_text(item, left_id);
                }
            }
            Type::Map(_) | Type::Object(_) => {
                if !left.fits(&Type::String) && !left.is_number() && !left.fits(&Type::Bool) {
                    let message = format!("{left} is never a key of a map");
                    self.fail(CelCode::ConstantComparison, span, message);
                }
            }
            other if other.is_text() => {
                let message = format!("`in` looks in lists and maps, not in {other}");
                self.fail_with(CelCode::TypeMismatch, span, message, Some("use `text.contains(part)`".to_owned()));
            }
            other => {
                let message = format!("`in` looks in lists and maps, not in {other}");
                self.mismatch(span, message);
            }
        }
    }

    fn order(&mut self, op: RelOp, left: &Type, right: &Type, span: Span) {
        let (a, b) = (left.non_null(), right.non_null());
        let fine =
            matches!((a, b), (Type::Dyn, Type::Dyn) | (Type::Bool, Type::Bool | Type::Dyn) | (Type::Dyn, Type::Bool))
                || (a.is_number() && (b.is_number() || *b == Type::Dyn))
                || (a.is_text() && (b.is_text() || *b == Type::Dyn))
                || (*a == Type::Dyn && (b.is_number() || b.is_text()));
        if !fine {
            let message = format!("`{}` is not defined for {left} and {right}", op.as_str());
            self.mismatch(span, message);
        }
    }
}
