//! W3C State Chart XML of the chart part: states, transitions, conditions in CEL, and the actions that SCXML knows.
//!
//! What SCXML has no word for (steps, runs, messages, requirements, dates on the school calendar) stands in
//! comments. A timer of a plain amount becomes a delayed send cancelled on exit, with a school day taken as 24 hours
//! and a school week as seven days; its exact rule is a parameter.

use serde_json::Value;

use crate::ir::{Action, Recipient, State, StateKind, Timer, Transition, Workflow};

use super::svg::escape;

/// The workflow's chart as an SCXML document.
pub(super) fn write(workflow: &Workflow) -> String {
    let mut writer = Writer { out: String::new() };
    let first = workflow.states.first().map(|state| state.id.clone());
    let initial = if workflow.initial.is_empty() { first.unwrap_or_default() } else { workflow.initial.join(" ") };
    writer.line(0, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    writer.line(
        0,
        &format!(
            "<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" version=\"1.0\" datamodel=\"cel\" name=\"{}\" initial=\"{}\">",
            escape(&workflow.id),
            escape(&initial)
        ),
    );
    let data = serde_json::to_value(&workflow.data).unwrap_or(Value::Null);
    writer.line(1, "<datamodel>");
    for (id, value) in [("config", "{}"), ("data", &data.to_string()), ("steps", "{}"), ("children", "{}")] {
        writer.line(2, &format!("<data id=\"{id}\" expr=\"{}\"/>", escape(value)));
    }
    writer.line(1, "</datamodel>");
    for state in &workflow.states {
        writer.state(state, 1);
    }
    writer.line(0, "</scxml>");
    writer.out
}

struct Writer {
    out: String,
}

impl Writer {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn comment(&mut self, depth: usize, text: &str) {
        let safe: String = text.replace("--", "- -").chars().filter(|c| !c.is_control()).collect();
        self.line(depth, &format!("<!-- {} -->", safe.trim_end_matches('-')));
    }

    fn state(&mut self, state: &State, depth: usize) {
        let (tag, more) = match state.kind {
            StateKind::Atomic | StateKind::Compound => ("state", String::new()),
            StateKind::Parallel => ("parallel", String::new()),
            StateKind::Final => ("final", String::new()),
            StateKind::History => ("history", " type=\"shallow\"".to_owned()),
            StateKind::DeepHistory => ("history", " type=\"deep\"".to_owned()),
        };
        let initial = match state.kind {
            StateKind::Compound if !state.initial.is_empty() => {
                format!(" initial=\"{}\"", escape(&state.initial.join(" ")))
            }
            _ => String::new(),
        };
        self.line(depth, &format!("<{tag} id=\"{}\"{more}{initial}>", escape(&state.id)));
        if tag == "history" {
            self.line(depth + 1, &format!("<transition target=\"{}\"/>", escape(&state.initial.join(" "))));
        } else {
            self.inside(state, depth + 1);
        }
        self.line(depth, &format!("</{tag}>"));
    }

    fn inside(&mut self, state: &State, depth: usize) {
        for step in &state.steps {
            self.comment(depth, &format!("step {} uses {}", step.id, step.kind));
        }
        if let Some(run) = &state.run {
            self.comment(depth, &format!("runs {}", run.workflow));
        }
        let timed: Vec<(&Timer, u64)> =
            state.timers.iter().filter_map(|timer| seconds(&timer.rule).map(|delay| (timer, delay))).collect();
        for timer in &state.timers {
            if seconds(&timer.rule).is_none() {
                self.comment(depth, &format!("timer.{} comes from outside: {}", timer.id, timer.rule));
            }
        }
        if !timed.is_empty() || !state.on_entry.is_empty() {
            self.line(depth, "<onentry>");
            for (timer, delay) in &timed {
                let id = escape(&timer.id);
                self.line(depth + 1, &format!("<send event=\"timer.{id}\" id=\"{id}\" delay=\"{delay}s\">"));
                let rule = Value::String(timer.rule.clone()).to_string();
                self.line(depth + 2, &format!("<param name=\"rule\" expr=\"{}\"/>", escape(&rule)));
                self.line(depth + 1, "</send>");
            }
            self.actions(&state.on_entry, depth + 1);
            self.line(depth, "</onentry>");
        }
        if !timed.is_empty() || !state.on_exit.is_empty() {
            self.line(depth, "<onexit>");
            for (timer, _) in &timed {
                self.line(depth + 1, &format!("<cancel sendid=\"{}\"/>", escape(&timer.id)));
            }
            self.actions(&state.on_exit, depth + 1);
            self.line(depth, "</onexit>");
        }
        for transition in &state.on {
            self.transition(transition, depth);
        }
        for child in &state.states {
            self.state(child, depth);
        }
    }

    fn transition(&mut self, transition: &Transition, depth: usize) {
        let mut tag = String::from("<transition");
        let mut attribute = |name: &str, value: &str| {
            if !value.is_empty() {
                let value = if name == "cond" { expression(value) } else { escape(value) };
                tag.push_str(&format!(" {name}=\"{value}\""));
            }
        };
        attribute("event", &transition.events.join(" "));
        attribute("cond", transition.when.as_deref().unwrap_or_default());
        attribute("target", &transition.targets.join(" "));
        if transition.internal && !transition.targets.is_empty() {
            attribute("type", "internal");
        }
        let empty = transition.actions.is_empty() && transition.require.is_empty() && transition.concludes.is_empty();
        self.line(depth, &format!("{tag}{}>", if empty { "/" } else { "" }));
        if empty {
            return;
        }
        for requirement in &transition.require {
            self.comment(depth + 1, &format!("requires {}", requirement.that));
        }
        if !transition.concludes.is_empty() {
            self.comment(depth + 1, &format!("concludes {}", transition.concludes.join(", ")));
        }
        self.actions(&transition.actions, depth + 1);
        self.line(depth, "</transition>");
    }

    fn actions(&mut self, actions: &[Action], depth: usize) {
        for action in actions {
            self.action(action, depth);
        }
    }

    fn action(&mut self, action: &Action, depth: usize) {
        match action {
            Action::Assign { path, value } => self.line(
                depth,
                &format!("<assign location=\"data.{}\" expr=\"{}\"/>", expression(path), expression(value)),
            ),
            Action::Raise { event, data } if data.is_empty() => {
                self.line(depth, &format!("<raise event=\"{}\"/>", escape(event)));
            }
            Action::Raise { event, data } => {
                let tag = format!("event=\"{}\" target=\"#_internal\"", escape(event));
                self.send(&tag, data, depth);
            }
            Action::Send { event, to: Recipient::Itself, data, after, id } => {
                let mut tag = format!("event=\"{}\"", escape(event));
                if let Some(id) = id {
                    tag.push_str(&format!(" id=\"{}\"", escape(id)));
                }
                match after.as_deref().map(|rule| (rule, seconds(rule))) {
                    None => {}
                    Some((_, Some(delay))) => tag.push_str(&format!(" delay=\"{delay}s\"")),
                    Some((rule, None)) => {
                        self.comment(depth, &format!("sends {event} to itself: {rule}"));
                        return;
                    }
                }
                self.send(&tag, data, depth);
            }
            Action::Send { event, to, .. } => {
                let to = if *to == Recipient::Parent { "its parent" } else { "its children" };
                self.comment(depth, &format!("sends {event} to {to}"));
            }
            Action::Cancel { id } => self.line(depth, &format!("<cancel sendid=\"{}\"/>", escape(id))),
            Action::Notify { text, .. } => self.comment(depth, &format!("notifies people: {text}")),
            Action::Artifact { name, .. } => self.comment(depth, &format!("publishes {name}")),
            Action::Erase { steps } => self.comment(depth, &format!("erases {}", steps.join(", "))),
            Action::Log { value } => self.line(depth, &format!("<log expr=\"{}\"/>", expression(value))),
            Action::If { cond, then, otherwise } => {
                self.line(depth, &format!("<if cond=\"{}\">", expression(cond)));
                self.actions(then, depth + 1);
                if !otherwise.is_empty() {
                    self.line(depth, "<else/>");
                    self.actions(otherwise, depth + 1);
                }
                self.line(depth, "</if>");
            }
            Action::ForEach { each, body } => {
                let (list, item) = (expression(&each.list), escape(&each.var));
                self.line(depth, &format!("<foreach array=\"{list}\" item=\"{item}\">"));
                self.actions(body, depth + 1);
                self.line(depth, "</foreach>");
            }
        }
    }

    fn send(&mut self, tag: &str, data: &std::collections::BTreeMap<String, String>, depth: usize) {
        if data.is_empty() {
            self.line(depth, &format!("<send {tag}/>"));
            return;
        }
        self.line(depth, &format!("<send {tag}>"));
        for (name, value) in data {
            let (name, value) = (escape(name), expression(value));
            self.line(depth + 1, &format!("<param name=\"{name}\" expr=\"{value}\"/>"));
        }
        self.line(depth, "</send>");
    }
}

/// An expression with the event under the name that SCXML gives it (`_event`), ready for an attribute.
fn expression(cel: &str) -> String {
    let mut out = String::new();
    let (mut quote, mut word) = (None, String::new());
    let (mut member, mut escaped) = (false, false);
    for c in cel.chars().chain([' ']) {
        if quote.is_none() && (c.is_alphanumeric() || c == '_') {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            out.push_str(if word == "event" && !member { "_event" } else { &word });
            word.clear();
        }
        match quote {
            Some(open) if open == c && !escaped => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        member = c == '.';
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    escape(out.trim_end())
}

/// Seconds of a rule that is a plain amount counted from entry; none for dates and repeated rules.
fn seconds(rule: &str) -> Option<u64> {
    const HOUR: u64 = 3600;
    let words: Vec<&str> = rule.split_whitespace().collect();
    if let [amount, unit] = words.as_slice() {
        let factor = match unit.trim_end_matches('s') {
            "second" => 1,
            "minute" => 60,
            "hour" => HOUR,
            "day" | "schoolday" => 24 * HOUR,
            "week" | "schoolweek" => 168 * HOUR,
            _ => return None,
        };
        return amount.parse::<u64>().ok()?.checked_mul(factor);
    }
    let [iso] = words.as_slice() else { return None };
    let (mut sum, mut number, mut time) = (0u64, String::new(), false);
    for c in iso.strip_prefix('P')?.chars() {
        let factor = match (c, time) {
            ('T', false) => {
                time = true;
                continue;
            }
            ('W', false) => 168 * HOUR,
            ('D', false) => 24 * HOUR,
            ('H', true) => HOUR,
            ('M', true) => 60,
            ('S', true) => 1,
            (c, _) if c.is_ascii_digit() => {
                number.push(c);
                continue;
            }
            _ => return None,
        };
        sum = sum.checked_add(std::mem::take(&mut number).parse::<u64>().ok()?.checked_mul(factor)?)?;
    }
    number.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::{expression, seconds};

    #[test]
    fn the_event_has_its_scxml_name() {
        for (cel, expected) in [
            ("event.data.x", "_event.data.x"),
            ("data.event + events", "data.event + events"),
            ("'event' + event.name", "&#39;event&#39; + _event.name"),
            (r"'\' event' == event", r"&#39;\&#39; event&#39; == _event"),
            ("m[event.data.k]", "m[_event.data.k]"),
        ] {
            assert_eq!(expression(cel), expected, "{cel}");
        }
    }

    #[test]
    fn amounts_in_seconds() {
        for (rule, expected) in [
            ("2 hours", Some(7200)),
            ("1 schoolday", Some(86_400)),
            ("PT1H30M", Some(5400)),
            ("P1W", Some(604_800)),
            ("P1M", None),
            ("2 schoolweeks before config.date", None),
            ("every schoolweek on monday", None),
        ] {
            assert_eq!(seconds(rule), expected, "{rule}");
        }
    }
}
