//! Things that a configuration lists by id: options, lanes, categories. Written as a bare id or with a label.

use crate::json::{FromJson, Json};
use crate::shape::{Field, Shape, opt, req};

const FIELDS: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("help", Shape::Label),
    opt("group", Shape::Id),
    opt("picture", Shape::Line { max: 200 }),
];
/// A listed thing: `id`, or `{id, label?, help?, group?, picture?}`.
pub const NAMED: Shape = Shape::Either(&[Shape::Id, Shape::Object(FIELDS)]);

/// What of it matters to counting; label and help are for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// The group it belongs to.
    pub group: Option<String>,
}

impl FromJson for Named {
    fn from_json(json: Json) -> Self {
        let text = |name: &str| json.get(name).and_then(Json::as_text).map(str::to_owned);
        let id = json.as_text().map(str::to_owned).or_else(|| text("id")).unwrap_or_default();
        Self { id, group: text("group") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn a_bare_id_is_enough() {
        let bare = Named::from_json(Json::Text("yes".into()));
        assert_eq!((bare.id.as_str(), bare.group), ("yes", None));
        let whole = Named::from_json(object! {"id" => "yes", "label" => "Ja", "group" => "g"});
        assert_eq!((whole.id.as_str(), whole.group.as_deref()), ("yes", Some("g")));
    }
}
