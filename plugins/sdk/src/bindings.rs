//! The component's side of the contract, generated from the WIT. Only for WebAssembly.
#![expect(missing_docs, reason = "generated glue of the component model")]

wit_bindgen::generate!({
    path: "../wit/1.0.0",
    world: "step-plugin",
    pub_export_macro: true,
    default_bindings_module: "draaiboek_sdk::bindings",
});

/// Sends the text of a panic through `log`: a trap alone would not tell the author what happened.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| draaiboek::step::host::log("error", &info.to_string())));
}
