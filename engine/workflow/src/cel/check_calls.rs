//! Static types of calls: the built-in functions and the embedder's.

use super::ast::{Expr, NodeId};
use super::check::Checker;
use super::error::{CelCode, Span};
use super::functions::{Builtin, compile_pattern};
use super::school::parse_date;
use super::suggest::did_you_mean;
use super::types::Type;

/// The type of a call of a built-in function.
pub(super) fn builtin(check: &mut Checker<'_>, function: Builtin, span: Span, args: &[NodeId]) -> Type {
    let types: Vec<Type> = args.iter().map(|arg| check.infer(*arg)).collect();
    let (least, most) = function.arity();
    if !(least..=most).contains(&args.len()) {
        let wanted = if least == most { format!("{least}") } else { format!("{least} to {most}") };
        let message = format!("`{}` takes {wanted} arguments, found {}", function.name(), args.len());
        check.fail(CelCode::WrongArguments, span, message);
        return Type::Dyn;
    }
    let call = Call { function, args, types: &types };
    match function {
        Builtin::Dyn => Type::Dyn,
        Builtin::Type => Type::TypeName,
        Builtin::Size => call.size(check),
        Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains | Builtin::Matches => {
            if function == Builtin::Contains && matches!(types[0].non_null(), Type::List(_)) {
                let help = Some("write `item in list`".to_owned());
                check.fail_with(CelCode::TypeMismatch, span, "a list has no `contains`", help);
                return Type::Bool;
            }
            call.need(check, 0, &Type::String);
            call.need(check, 1, &Type::String);
            if function == Builtin::Matches
                && let Expr::Text(pattern) = check.ast.expr(args[1])
                && let Err(why) = compile_pattern(pattern)
            {
                check.fail(CelCode::BadConstant, check.ast.span(args[1]), why);
            }
            Type::Bool
        }
        Builtin::ToInt => Type::Int,
        Builtin::ToUint => Type::Uint,
        Builtin::ToDouble => Type::Double,
        Builtin::ToString => Type::String,
        Builtin::ToBool => Type::Bool,
        Builtin::Lower | Builtin::Norm => {
            call.need(check, 0, &Type::String);
            Type::String
        }
        Builtin::Keys => {
            call.need(check, 0, &Type::nullable(Type::map(Type::Dyn)));
            Type::list(Type::String)
        }
        Builtin::Get => call.get(check),
        _ => call.over_list(check),
    }
}

struct Call<'t> {
    function: Builtin,
    args: &'t [NodeId],
    types: &'t [Type],
}

impl Call<'_> {
    fn need(&self, check: &mut Checker<'_>, index: usize, wanted: &Type) {
        need(check, self.function.name(), index, self.args[index], &self.types[index], wanted);
    }

    fn size(&self, check: &mut Checker<'_>) -> Type {
        let ty = self.types[0].non_null();
        if !matches!(ty, Type::Dyn | Type::List(_) | Type::Map(_) | Type::Object(_)) && !ty.is_text() {
            let message = format!("`size` counts lists, maps and texts, not {ty}");
            check.mismatch(check.ast.span(self.args[0]), message);
        }
        Type::Int
    }

    /// `get(map, key, default)`: the field's type joined with that of the default.
    fn get(&self, check: &mut Checker<'_>) -> Type {
        self.need(check, 0, &Type::nullable(Type::map(Type::Dyn)));
        let span = check.ast.span(self.args[1]);
        let found = match (self.types[0].non_null(), check.ast.expr(self.args[1])) {
            (object @ Type::Object(_), Expr::Text(name)) => check.field(object, name, span, None),
            (Type::Map(value), _) => (**value).clone(),
            _ => Type::Dyn,
        };
        found.join(&self.types[2])
    }

    fn over_list(&self, check: &mut Checker<'_>) -> Type {
        self.need(check, 0, &Type::list(Type::Dyn));
        let item = match self.types[0].non_null() {
            Type::List(item) => (**item).clone(),
            _ => Type::Dyn,
        };
        match self.function {
            Builtin::First | Builtin::Last => item,
            Builtin::Sum => {
                if !item.non_null().is_number() && *item.non_null() != Type::Dyn {
                    let message = format!("`sum` needs numbers, not {item}");
                    check.mismatch(check.ast.span(self.args[0]), message);
                }
                item
            }
            Builtin::MaxOf | Builtin::MinOf | Builtin::Sorted => {
                let ty = item.non_null();
                if !ty.is_number() && !ty.is_text() && !matches!(ty, Type::Bool | Type::Dyn) {
                    let message = format!("`{}` needs numbers or texts, not {ty}", self.function.name());
                    check.mismatch(check.ast.span(self.args[0]), message);
                }
                if self.function == Builtin::Sorted { Type::list(item) } else { item }
            }
            Builtin::Distinct => Type::list(item),
            Builtin::Join => {
                if self.args.len() > 1 {
                    self.need(check, 1, &Type::String);
                }
                Type::String
            }
            Builtin::Count => {
                self.same_kind(check, &item, 1);
                Type::Int
            }
            Builtin::Pluck => Type::list(self.column(check, &item)),
            Builtin::Where => {
                let column = self.column(check, &item);
                self.same_kind(check, &column, 2);
                Type::list(item)
            }
            _ => Type::Dyn,
        }
    }

    /// The type of the named field of the items of a list of objects.
    fn column(&self, check: &mut Checker<'_>, item: &Type) -> Type {
        self.need(check, 1, &Type::String);
        let span = check.ast.span(self.args[1]);
        match (item.non_null(), check.ast.expr(self.args[1])) {
            (Type::Dyn, _) => Type::Dyn,
            (Type::Map(value), _) => (**value).clone(),
            (object @ Type::Object(_), Expr::Text(name)) => check.field(object, name, span, None),
            (Type::Object(_), _) => Type::Dyn,
            (other, _) => {
                let message = format!("`{}` needs a list of objects, not of {other}", self.function.name());
                check.mismatch(check.ast.span(self.args[0]), message);
                Type::Dyn
            }
        }
    }

    fn same_kind(&self, check: &mut Checker<'_>, ty: &Type, index: usize) {
        let (arg, found) = (self.args[index], &self.types[index]);
        if found.comparable(ty) {
            check.known_text(ty, arg);
        } else {
            let message = format!("{ty} and {found} are never equal");
            check.fail(CelCode::ConstantComparison, check.ast.span(arg), message);
        }
    }
}

/// The type of a call of one of the embedder's functions.
pub(super) fn host(check: &mut Checker<'_>, name: &str, span: Span, args: &[NodeId]) -> Type {
    let types: Vec<Type> = args.iter().map(|arg| check.infer(*arg)).collect();
    let Some(signature) = check.env.function(name).cloned() else {
        let known = Builtin::NAMES.iter().copied().chain(check.env.function_names());
        let help = did_you_mean(name, known.chain(["has"]));
        check.fail_with(CelCode::UnknownFunction, span, format!("no function `{name}`"), help);
        return Type::Dyn;
    };
    if signature.params.len() != args.len() {
        let params: Vec<String> = signature.params.iter().map(Type::to_string).collect();
        let message = format!("`{name}` takes {} arguments, found {}", params.len(), args.len());
        let help = format!("{name}({})", params.join(", "));
        check.fail_with(CelCode::WrongArguments, span, message, Some(help));
        return signature.result;
    }
    for (index, (wanted, found)) in signature.params.iter().zip(&types).enumerate() {
        need(check, name, index, args[index], found, wanted);
    }
    signature.result
}

fn need(check: &mut Checker<'_>, name: &str, index: usize, arg: NodeId, found: &Type, wanted: &Type) {
    let span = check.ast.span(arg);
    if !found.fits(wanted) {
        let message = format!("argument {} of `{name}` must be {wanted}, not {found}", index + 1);
        check.mismatch(span, message);
        return;
    }
    check.known_text(wanted, arg);
    if *wanted == Type::Date
        && let Expr::Text(text) = check.ast.expr(arg)
        && let Err(why) = parse_date(text)
    {
        check.fail(CelCode::BadConstant, span, why);
    }
}
