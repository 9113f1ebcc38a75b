//! Helpers of templates: words, icons, asset paths. They reach nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    ScopedJson,
};
use serde_json::Value;

use super::catalogue::Catalogue;

struct Words(Arc<Catalogue>);

impl HelperDef for Words {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let param = |at: usize| helper.param(at).map(|param| plain(param.value())).unwrap_or_default();
        // A second parameter continues the key: {{t "status." lifecycle}}.
        let key = format!("{}{}", param(0), param(1));
        let locale = context.data().get("locale").and_then(Value::as_str).unwrap_or("nl");
        let args: BTreeMap<String, String> =
            helper.hash().iter().map(|(name, value)| ((*name).to_owned(), plain(value.value()))).collect();
        Ok(ScopedJson::Derived(Value::String(self.0.text(locale, &key, &args))))
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

struct Paths(BTreeMap<&'static str, String>);

impl HelperDef for Paths {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let name = helper.param(0).map(|param| plain(param.value())).unwrap_or_default();
        let path = self.0.get(name.as_str()).ok_or_else(|| RenderErrorReason::Other(format!("no asset `{name}`")))?;
        Ok(ScopedJson::Derived(Value::String(path.clone())))
    }
}

fn icon(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let name = helper.param(0).map(|param| plain(param.value())).unwrap_or_default();
    let path = match name.as_str() {
        "ok" => "M3 8.5l3.2 3L13 4.5",
        "warn" => "M8 3v6M8 12v1.2",
        "stop" => "M4 4l8 8M12 4l-8 8",
        "wait" => "M3 8h.1M8 8h.1M13 8h.1",
        "run" => "M5 3l7 5-7 5z",
        "ask" => "M5.5 5.6C5.5 2.4 10.5 2.4 10.5 5.6 10.5 7.8 8 7.6 8 9.8M8 12.6v.2",
        "lock" => "M4 7.5h8v6H4zM5.6 7.5V5a2.4 2.4 0 014.8 0v2.5",
        "pause" => "M5.5 3.5v9M10.5 3.5v9",
        "back" => "M13 8H3M7 4L3 8l4 4",
        "clock" => "M8 2a6 6 0 100 12A6 6 0 008 2zM8 5v3.2l2 1.3",
        _ => "M3 8h10",
    };
    out.write("<svg viewBox=\"0 0 16 16\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\"><path d=\"")?;
    out.write(path)?;
    out.write("\"/></svg>")?;
    Ok(())
}

/// Registers all helpers.
pub(super) fn register(
    registry: &mut Handlebars<'static>,
    catalogue: &Arc<Catalogue>,
    assets: BTreeMap<&'static str, String>,
) {
    registry.register_helper("t", Box::new(Words(Arc::clone(catalogue))));
    registry.register_helper("asset", Box::new(Paths(assets)));
    registry.register_helper("icon", Box::new(icon));
}
