//! The names and functions that expressions of a workflow may use, with their types.

use crate::cel::{Env, Signature, Type, school};
use crate::ir::Workflow;

/// The context of every expression of `workflow`: variables with the types their schemas promise, and functions.
pub fn environment(workflow: &Workflow) -> Env {
    let event = Type::object([
        ("name", Type::String),
        ("data", Type::Dyn),
        ("actor", Type::object([("id", Type::String), ("roles", Type::list(Type::String))])),
        ("reason", Type::String),
    ]);
    let instance = Type::object([("id", Type::String), ("school", Type::String), ("key", Type::String)]);
    Env::new()
        .with_variable("config", Type::from_schema(&workflow.config))
        .with_variable("data", Type::from_schema(&workflow.data_schema))
        .with_variable("event", event)
        .with_variable("instance", instance)
        .with_variable("now", Type::Date)
        .with_variable("today", Type::Date)
        .with_variable("steps", Type::Dyn)
        .with_variable("children", Type::Dyn)
        .with_variable("states", Type::list(Type::String))
        .with_variable("artifacts", Type::map(Type::Int))
        .with_function(Signature::new("In", [Type::String], Type::Bool))
        .with_function(Signature::new("expected", [Type::list(Type::String)], Type::list(Type::String)))
        .with_functions(school::signatures())
}
