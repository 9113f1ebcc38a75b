//! The syntax tree: a flat arena of nodes with spans, children before parents. No meaning.

use std::sync::Arc;

use super::error::Span;
use super::functions::Builtin;

/// Index of a node in its [`Ast`].
pub(crate) type NodeId = u16;

/// One expression.
#[derive(Debug)]
pub(crate) struct Ast {
    pub nodes: Vec<Node>,
    pub root: NodeId,
}

/// A node: what it is, where it stands, how deep the tree below it is.
#[derive(Debug)]
pub(crate) struct Node {
    pub expr: Expr,
    pub span: Span,
    pub depth: u16,
}

/// Operators of the two arithmetic levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArithOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl ArithOp {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }
}

/// Relations, all on one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
}

impl RelOp {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
        }
    }
}

/// What is called: a function of the language, a ready pattern, or one of the embedder.
#[derive(Debug)]
pub(crate) enum Callee {
    Builtin(Builtin),
    Pattern(Box<regex_lite::Regex>),
    Host,
}

/// Chains of operators of one level are one node, so that a long sum is wide, not deep.
#[derive(Debug)]
pub(crate) enum Expr {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Ident(Arc<str>),
    Select { base: NodeId, field: Arc<str>, field_span: Span },
    Has { base: NodeId, field: Arc<str>, field_span: Span },
    Index { base: NodeId, index: NodeId },
    List(Box<[NodeId]>),
    Map(Box<[(NodeId, NodeId)]>),
    Not(NodeId),
    Neg(NodeId),
    Arith { first: NodeId, rest: Box<[(ArithOp, NodeId)]> },
    Relate { first: NodeId, rest: Box<[(RelOp, NodeId)]> },
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    If { cond: NodeId, yes: NodeId, no: NodeId },
    Call { callee: Callee, name: Arc<str>, name_span: Span, args: Box<[NodeId]> },
}

impl Ast {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[usize::from(id)]
    }

    pub(crate) fn expr(&self, id: NodeId) -> &Expr {
        &self.node(id).expr
    }

    pub(crate) fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }
}

impl Expr {
    /// Calls `f` for every direct child, in source order.
    pub(crate) fn each_child(&self, f: &mut dyn FnMut(NodeId)) {
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Uint(_)
            | Self::Double(_)
            | Self::Text(_)
            | Self::Ident(_) => {}
            Self::Select { base, .. } | Self::Has { base, .. } => f(*base),
            Self::Index { base, index } => [*base, *index].into_iter().for_each(f),
            Self::List(items) | Self::And(items) | Self::Or(items) | Self::Call { args: items, .. } => {
                items.iter().copied().for_each(f);
            }
            Self::Map(entries) => entries.iter().flat_map(|(k, v)| [*k, *v]).for_each(f),
            Self::Not(x) | Self::Neg(x) => f(*x),
            Self::Arith { first, rest } => {
                f(*first);
                rest.iter().for_each(|(_, x)| f(*x));
            }
            Self::Relate { first, rest } => {
                f(*first);
                rest.iter().for_each(|(_, x)| f(*x));
            }
            Self::If { cond, yes, no } => [*cond, *yes, *no].into_iter().for_each(f),
        }
    }
}
