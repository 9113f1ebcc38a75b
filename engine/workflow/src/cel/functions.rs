//! The names and shapes of the built-in functions, and the embedder's side of calling. No evaluation.

use regex_lite::{Regex, RegexBuilder};

use super::limits::{MAX_PATTERN_BYTES, MAX_PATTERN_SIZE};
use super::value::Value;

/// Functions that the embedder lends to expressions, such as `In('id')` or the school calendar.
/// Built-in names always win over the embedder's.
pub trait Functions: Sync {
    /// Calls `name`; a receiver (`x.f(y)`) comes as the first argument. `None`: there is no such function.
    /// An error is a lowercase fragment that says what is wrong with the arguments.
    fn call<'a>(&'a self, name: &str, args: &[Value<'a>]) -> Option<Result<Value<'a>, String>>;
}

/// No functions.
impl Functions for () {
    fn call<'a>(&'a self, _: &str, _: &[Value<'a>]) -> Option<Result<Value<'a>, String>> {
        None
    }
}

/// The first of two that knows the name.
impl<A: Functions + ?Sized, B: Functions + ?Sized> Functions for (&A, &B) {
    fn call<'a>(&'a self, name: &str, args: &[Value<'a>]) -> Option<Result<Value<'a>, String>> {
        self.0.call(name, args).or_else(|| self.1.call(name, args))
    }
}

macro_rules! builtins {
    ($($variant:ident $name:literal $min:literal $max:literal;)*) => {
        /// Every built-in function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Builtin { $($variant),* }

        impl Builtin {
            /// Names of all built-in functions.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),*];

            /// The built-in function of this name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// The name.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Least and most arguments, receiver included.
            pub(crate) fn arity(self) -> (usize, usize) {
                match self { $(Self::$variant => ($min, $max)),* }
            }
        }
    };
}

builtins! {
    Size "size" 1 1;
    StartsWith "startsWith" 2 2;
    EndsWith "endsWith" 2 2;
    Contains "contains" 2 2;
    Matches "matches" 2 2;
    ToInt "int" 1 1;
    ToUint "uint" 1 1;
    ToDouble "double" 1 1;
    ToString "string" 1 1;
    ToBool "bool" 1 1;
    Type "type" 1 1;
    Dyn "dyn" 1 1;
    Get "get" 3 3;
    Keys "keys" 1 1;
    Lower "lower" 1 1;
    Norm "norm" 1 1;
    Join "join" 1 2;
    Distinct "distinct" 1 1;
    Sorted "sorted" 1 1;
    Sum "sum" 1 1;
    Count "count" 2 2;
    MaxOf "max_of" 1 1;
    MinOf "min_of" 1 1;
    First "first" 1 1;
    Last "last" 1 1;
    Pluck "pluck" 2 2;
    Where "where" 3 3;
}

/// Compiles a pattern of `matches` (RE2 syntax, ASCII classes), within its bounds.
pub(crate) fn compile_pattern(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(format!("the pattern is longer than {MAX_PATTERN_BYTES} bytes"));
    }
    RegexBuilder::new(pattern)
        .size_limit(MAX_PATTERN_SIZE)
        .build()
        .map_err(|error| format!("the pattern does not compile: {error}"))
}
