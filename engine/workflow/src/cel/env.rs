//! The declared context of an expression: its variables and the embedder's functions, with types.

use std::collections::BTreeMap;

use super::types::Type;

/// What an expression may use.
#[derive(Clone, Debug, Default)]
pub struct Env {
    variables: BTreeMap<String, Type>,
    functions: BTreeMap<String, Signature>,
}

/// The shape of a function of the embedder.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Its name.
    pub name: String,
    /// The types of its parameters; a receiver is the first.
    pub params: Vec<Type>,
    /// The type of its answer.
    pub result: Type,
}

impl Signature {
    /// A function `name(params) -> result`.
    pub fn new(name: &str, params: impl IntoIterator<Item = Type>, result: Type) -> Self {
        Self { name: name.to_owned(), params: params.into_iter().collect(), result }
    }
}

impl Env {
    /// An empty context: built-in functions only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds (or replaces) a variable.
    pub fn with_variable(mut self, name: &str, ty: Type) -> Self {
        self.variables.insert(name.to_owned(), ty);
        self
    }

    /// Adds (or replaces) a function.
    pub fn with_function(mut self, signature: Signature) -> Self {
        self.functions.insert(signature.name.clone(), signature);
        self
    }

    /// Adds several functions.
    pub fn with_functions(self, signatures: impl IntoIterator<Item = Signature>) -> Self {
        signatures.into_iter().fold(self, Self::with_function)
    }

    /// The type of a variable.
    pub fn variable(&self, name: &str) -> Option<&Type> {
        self.variables.get(name)
    }

    /// The shape of a function of the embedder.
    pub fn function(&self, name: &str) -> Option<&Signature> {
        self.functions.get(name)
    }

    /// Names of all variables, in order.
    pub fn variable_names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Names of the embedder's functions, in order.
    pub fn function_names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }
}
