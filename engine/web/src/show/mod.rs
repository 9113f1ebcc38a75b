//! From data to pages: templates, words in two languages, dates, icons. Knows nothing of the engine.

mod brought;
mod catalogue;
mod helpers;
mod names;
mod picture;
pub(crate) mod words;

use std::collections::BTreeMap;

use handlebars::Handlebars;
use serde_json::{Value, json};

use crate::assets::Assets;
pub(crate) use catalogue::Catalogue;
pub(crate) use names::called;
pub(crate) use picture::Painter;

/// Languages of the pages; the first is the default.
pub(crate) const LOCALES: [&str; 2] = ["nl", "en"];

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// All templates by name.
        const TEMPLATES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../templates/", $name, ".hbs")))),*];
    };
}

templates![
    "layout",
    "errors",
    "reasons",
    "step-line",
    "log-line",
    "step-picture",
    "cycle-link",
    "field",
    "picture",
    "brought",
    "error",
    "sign-in",
    "link",
    "first",
    "invitation",
    "invitations",
    "class",
    "class-step",
    "class-code",
    "kept",
    "start",
    "message",
    "find",
    "erase",
    "day",
    "work-table",
    "cycle",
    "step",
    "results",
    "artifact",
    "trajectory",
    "live",
    "live-part",
    "library",
    "workflow",
    "people",
    "calendar",
    "privacy",
    "audit",
    "operations",
    "new",
    "new-form",
    "new-preview",
    "rehearsal",
    "board",
    "accounts",
];

/// Renders pages.
pub(crate) struct Shower {
    registry: Handlebars<'static>,
    catalogue: std::sync::Arc<Catalogue>,
}

impl Shower {
    /// Reads templates and catalogues.
    ///
    /// # Errors
    /// Template and place of the first mistake.
    pub(crate) fn new(assets: &Assets) -> Result<Self, String> {
        let catalogue = std::sync::Arc::new(Catalogue::new()?);
        let mut registry = Handlebars::new();
        registry.set_prevent_indent(true);
        helpers::register(&mut registry, &catalogue, assets.paths());
        for (name, text) in TEMPLATES {
            registry.register_template_string(name, text).map_err(|error| format!("template {name}: {error}"))?;
        }
        Ok(Self { registry, catalogue })
    }

    /// A language that there is: the wanted one, or Dutch.
    pub(crate) fn locale(&self, wanted: Option<&str>) -> String {
        let wanted = wanted.unwrap_or("nl");
        let short = wanted.split('-').next().unwrap_or(wanted);
        LOCALES.iter().find(|known| **known == short).unwrap_or(&LOCALES[0]).to_string()
    }

    /// A word or sentence of the catalogue.
    pub(crate) fn t(&self, locale: &str, key: &str, args: &[(&str, &str)]) -> String {
        let args: BTreeMap<String, String> = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.catalogue.text(locale, key, &args)
    }

    /// A sentence of the catalogue, only when it has one.
    pub(crate) fn maybe(&self, locale: &str, key: &str) -> Option<String> {
        self.catalogue.find(locale, key).map(str::to_owned)
    }

    /// A template with its data.
    ///
    /// # Errors
    /// Template and place of what went wrong.
    pub(crate) fn render(&self, template: &str, locale: &str, mut data: Value) -> Result<String, String> {
        if let Value::Object(fields) = &mut data {
            fields.insert("locale".into(), locale.into());
            fields.insert("lang".into(), json!(if locale == "nl" { "nl-BE" } else { locale }));
        }
        self.registry.render(template, &data).map_err(|error| format!("template {template}: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_a_template_uses_has_words_in_both_languages() {
        let catalogue = Catalogue::new().expect("catalogues");
        let mut used = 0;
        for (name, text) in TEMPLATES {
            for piece in text.split("{{t \"").skip(1).chain(text.split("(t \"").skip(1)) {
                let key = piece.split('"').next().unwrap_or_default();
                used += 1;
                for locale in LOCALES {
                    let known = catalogue.find(locale, key).or_else(|| catalogue.find(locale, &format!("{key}.other")));
                    assert!(known.is_some(), "{name}: `{key}` has no words in {locale}");
                }
            }
        }
        assert!(used > 100, "{used} keys were found: the search is broken");
    }

    #[test]
    fn templates_have_no_inline_style_or_script_and_name_no_other_host() {
        for (name, text) in TEMPLATES {
            for forbidden in
                [" style=", "<style", " onclick", " onload", "javascript:", "http://", "https://", "<script>"]
            {
                assert!(!text.contains(forbidden), "{name} holds {forbidden}");
            }
        }
    }

    #[test]
    fn html_in_data_stays_text() {
        let shower = Shower::new(&Assets::new()).expect("templates");
        let data = json!({"title": "<script>alert(1)</script>{{t \"x\"}}", "text": "<b>&\"'"});
        let page = shower.render("error", "nl", data).expect("a page");
        assert!(!page.contains("<script>alert") && !page.contains("<b>&"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    }
}
