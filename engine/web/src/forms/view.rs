//! From controls and data to what the template `field` draws.

use serde_json::{Map, Value, json};

use super::control::{Control, Opt, Shape};

/// More choices than these stand in a box of their own that scrolls.
const LONG: usize = 30;
/// Up to so many choices that may be left out are shown at once.
const FEW: usize = 10;
/// Empty rows offered below the filled ones.
const SPARE: usize = 2;

/// What the template draws: one object per control. `problems` holds name and sentence; `form` stands before every id,
/// for a page with several forms.
pub(crate) fn view(
    controls: &[Control],
    value: &Map<String, Value>,
    problems: &[(String, String)],
    prefix: &str,
    form: &str,
) -> Vec<Value> {
    controls.iter().map(|control| one(control, value.get(&control.name), problems, prefix, form)).collect()
}

/// The id of a question in a form.
fn id_of(form: &str, name: &str) -> String {
    format!("{form}{}", name.replace(['.', ' '], "-"))
}

fn one(control: &Control, value: Option<&Value>, problems: &[(String, String)], prefix: &str, form: &str) -> Value {
    let name = format!("{prefix}{}", control.name);
    let problem = problems.iter().find(|(of, _)| *of == control.name).map(|(_, text)| text);
    let id = id_of(form, &name);
    let mut drawn = json!({
        "name": name, "id": id, "label": control.label, "help": control.help, "required": control.required,
        "max": control.max, "problem": problem, "described": control.help.is_some() || problem.is_some(),
    });
    let extra = match &control.shape {
        Shape::Line => json!({"line": true, "value": text(value)}),
        Shape::Area => json!({"area": true, "value": text(value)}),
        Shape::Number => json!({"number": true, "value": text(value)}),
        Shape::Hidden => json!({"hidden": true, "value": text(value)}),
        Shape::Yes => json!({"yes": true, "checked": value == Some(&Value::Bool(true))}),
        Shape::Date => date(value),
        Shape::Radio(options) => json!({"radio": true, "options": choices(options, value, &id)}),
        Shape::Scale(options) => {
            let chosen = value.map(|value| text(Some(value)).into());
            json!({"radio": true, "scale": options.len() > 2 && options.iter().all(|o| o.label.chars().count() < 4), "options": choices(options, chosen.as_ref(), &id)})
        }
        Shape::Rank(options) => json!({"per": true, "ranked": true, "options": ranked(options, value, &name, &id)}),
        Shape::Each(controls) => {
            let empty = Map::new();
            let filled = value.and_then(Value::as_object).unwrap_or(&empty);
            json!({"each": view(controls, filled, &[], &format!("{name}."), form)})
        }
        Shape::Select(options) => json!({"select": true, "options": choices(options, value, &id)}),
        Shape::Team(options) => {
            let chosen = value.and_then(|team| team.get("id"));
            json!({"select": true, "options": choices(options, chosen, &id)})
        }
        Shape::Many(options) => {
            let any = value.and_then(Value::as_array).is_some_and(|chosen| !chosen.is_empty());
            let long = options.len() > LONG;
            json!({"many": true, "options": choices(options, value, &id), "long": long, "folded": options.len() > FEW && !control.required, "any": any})
        }
        Shape::Lines => json!({"lines": true, "value": lines(value)}),
        Shape::PerOption(options, area) => {
            json!({"per": true, "area_each": area, "options": each(options, value, &name, &id)})
        }
        Shape::YesNo(options) => json!({"yesno": true, "options": each(options, value, &name, &id)}),
        Shape::Rows(controls) => json!({"rows": rows(controls, value, &name, form)}),
        Shape::Data => json!({"data": true, "value": data(value)}),
    };
    if let (Value::Object(drawn), Value::Object(extra)) = (&mut drawn, extra) {
        drawn.extend(extra);
    }
    drawn
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn lines(value: Option<&Value>) -> String {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.map(|item| text(Some(item))).collect::<Vec<_>>().join("\n")
}

fn data(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.is_empty() => String::new(),
        Some(Value::Object(fields)) if fields.is_empty() => String::new(),
        Some(other) => serde_json::to_string_pretty(other).unwrap_or_default(),
        None => String::new(),
    }
}

fn date(value: Option<&Value>) -> Value {
    let raw = text(value);
    let parts: Vec<String> = match raw.strip_prefix('!') {
        Some(typed) => typed.split('|').map(str::to_owned).collect(),
        None => {
            let parsed: Option<jiff::civil::Date> = raw.parse().ok();
            parsed.map_or_else(Vec::new, |d| vec![d.day().to_string(), d.month().to_string(), d.year().to_string()])
        }
    };
    let part = |at: usize| parts.get(at).cloned().unwrap_or_default();
    json!({"date": true, "day": part(0), "month": part(1), "year": part(2)})
}

fn chosen(value: Option<&Value>, option: &str) -> bool {
    match value {
        Some(Value::String(text)) => text == option,
        Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(option)),
        _ => false,
    }
}

fn choices(options: &[Opt], value: Option<&Value>, id: &str) -> Vec<Value> {
    let numbered = options.iter().enumerate();
    numbered
        .map(|(at, option)| {
            // The first choice carries the id of the question: links of the error summary lead there.
            let own = if at == 0 { id.to_owned() } else { format!("{id}-{at}") };
            json!({"value": option.value, "label": option.label, "id": own, "chosen": chosen(value, &option.value)})
        })
        .collect()
}

fn each(options: &[Opt], value: Option<&Value>, name: &str, id: &str) -> Vec<Value> {
    let numbered = options.iter().enumerate();
    numbered
        .map(|(at, option)| {
            let answer = text(value.and_then(|answers| answers.get(&option.value)));
            json!({
                "name": format!("{name}.{}", option.value), "label": option.label, "value": answer,
                "id": if at == 0 { id.to_owned() } else { format!("{id}-{at}") },
                "is_yes": answer == "yes", "is_no": answer == "no",
            })
        })
        .collect()
}

/// The place each option was given.
fn ranked(options: &[Opt], value: Option<&Value>, name: &str, id: &str) -> Vec<Value> {
    let order: Vec<&str> = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let numbered = options.iter().enumerate();
    numbered
        .map(|(at, option)| {
            let place = order.iter().position(|known| *known == option.value).map(|place| place + 1);
            json!({"name": format!("{name}.{}", option.value), "label": option.label, "value": place, "id": if at == 0 { id.to_owned() } else { format!("{id}-{at}") }})
        })
        .collect()
}

fn rows(controls: &[Control], value: Option<&Value>, name: &str, form: &str) -> Vec<Value> {
    let empty = Map::new();
    let filled = value.and_then(Value::as_array).cloned().unwrap_or_default();
    (0..filled.len() + SPARE)
        .map(|at| {
            let row = filled.get(at).and_then(Value::as_object).unwrap_or(&empty);
            json!({"number": at + 1, "fields": view(controls, row, &[], &format!("{name}.{at}."), form)})
        })
        .collect()
}
