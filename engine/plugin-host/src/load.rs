//! From bytes to a plugin that can be called: header, code (cached or compiled), functions, manifest.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use crate::cache::{CodeCache, Hash256, hex, sha256};
use crate::call::{Arguments, Guest};
use crate::error::{Function, LoadError};
use crate::header;
use crate::json::Numbers;
use crate::manifest::Manifest;
use crate::plugin::{Plugin, PluginName, read};
use crate::sandbox::Sandbox;

/// Loads the component `bytes`, known to people as `name`.
///
/// # Errors
/// Whatever makes the file unfit to serve, see [`LoadError`]; nothing of it is left behind.
pub(crate) fn load(
    sandbox: &Arc<Sandbox>,
    cache: Option<&CodeCache>,
    name: &str,
    bytes: &[u8],
) -> Result<Plugin, LoadError> {
    let header = header::read(name, bytes, &sandbox.limits)?;
    let (interface, api) = header.admit(name, &sandbox.limits)?;
    let hash = sha256(bytes);
    let (component, from_cache) = compiled(sandbox, cache, name, bytes, &hash)?;
    let component = sandbox.linker.instantiate_pre(&component).map_err(|error| compile_error(name, &error))?;
    let functions = functions(name, &component, &interface)?;
    let manifest = manifest(sandbox, &component, &functions, name)?;
    manifest.validate(&api).map_err(|fault| LoadError::Manifest { name: name.to_owned(), fault })?;
    let plugin_name = Arc::new(PluginName { id: manifest.id.clone(), version: manifest.version.clone() });
    Ok(Plugin {
        sandbox: sandbox.clone(),
        component,
        functions,
        name: plugin_name,
        manifest,
        sha256: hex(&hash),
        size: bytes.len(),
        header,
        from_cache,
    })
}

fn compile_error(name: &str, error: &wasmtime::Error) -> LoadError {
    LoadError::Compile { name: name.to_owned(), problem: format!("{error:#}") }
}

/// The component's machine code, from the cache when that is whole, else from the compiler.
fn compiled(
    sandbox: &Sandbox,
    cache: Option<&CodeCache>,
    name: &str,
    bytes: &[u8],
    hash: &Hash256,
) -> Result<(Component, bool), LoadError> {
    if let Some(component) = cache.and_then(|cache| cache.get(hash)).and_then(|code| deserialize(sandbox, &code)) {
        return Ok((component, true));
    }
    // wasmtime has panicked on valid but unusual components (wasm.md); the panic of a compiler is no reason to stop.
    let code = catch_unwind(AssertUnwindSafe(|| sandbox.engine.precompile_component(bytes)))
        .map_err(|_| LoadError::Compile { name: name.to_owned(), problem: "the compiler panicked on it".to_owned() })?
        .map_err(|error| compile_error(name, &error))?;
    if let Some(Err(error)) = cache.map(|cache| cache.put(hash, &code)) {
        tracing::warn!(plugin.file = name, %error, "compiled code of a plugin could not be cached; it is compiled at each start");
    }
    let component = deserialize(sandbox, &code).ok_or_else(|| LoadError::Compile {
        name: name.to_owned(),
        problem: "its compiled code does not fit the limits of memory, tables or instances".to_owned(),
    })?;
    Ok((component, false))
}

/// Code that wasmtime refuses (another version or configuration) counts as absent.
fn deserialize(sandbox: &Sandbox, code: &[u8]) -> Option<Component> {
    #[expect(unsafe_code, reason = "the code comes from our compiler, or from our private folder with its checksum")]
    let component = unsafe { Component::deserialize(&sandbox.engine, code) };
    component.ok()
}

/// The four functions of the exported interface, with the signatures of the contract.
fn functions(name: &str, linked: &InstancePre<Guest>, interface: &str) -> Result<[ComponentExportIndex; 4], LoadError> {
    let component = linked.component();
    let missing =
        |function| LoadError::MissingFunction { name: name.to_owned(), function, interface: interface.to_owned() };
    let instance = component.get_export_index(None, interface).ok_or_else(|| missing(Function::Manifest))?;
    let find = |function: Function| {
        let found = component.get_export(Some(&instance), function.as_str());
        let (item, index) = found.ok_or_else(|| missing(function))?;
        let signature = match item {
            ComponentItem::ComponentFunc(found) => signature(linked, function, &found),
            _ => Err("it is no function".to_owned()),
        };
        let wrong = |problem| LoadError::WrongSignature { name: name.to_owned(), function, problem };
        signature.map_err(wrong).map(|()| index)
    };
    let [manifest, check, summarise, conclude] = Function::ALL;
    Ok([find(manifest)?, find(check)?, find(summarise)?, find(conclude)?])
}

fn signature(
    linked: &InstancePre<Guest>,
    function: Function,
    found: &wasmtime::component::types::ComponentFunc,
) -> Result<(), String> {
    if found.async_() {
        return Err("it is asynchronous; the contract's functions are not".to_owned());
    }
    let types = linked.instance_type();
    let checked = match function {
        Function::Manifest => found.typecheck::<(), (String,)>(&types),
        _ => found.typecheck::<(&str, &str), (Result<String, String>,)>(&types),
    };
    checked.map_err(|error| format!("{error:#}"))
}

fn manifest(
    sandbox: &Sandbox,
    component: &InstancePre<Guest>,
    functions: &[ComponentExportIndex; 4],
    name: &str,
) -> Result<Manifest, LoadError> {
    let [export, ..] = functions;
    let ended = sandbox.call(component, export, Arguments::None);
    let error = |fault, _, logs| LoadError::ManifestCall { name: name.to_owned(), fault, logs };
    read(sandbox.limits.json_depth, ended, Numbers::Any, error).map(|called| called.output)
}
