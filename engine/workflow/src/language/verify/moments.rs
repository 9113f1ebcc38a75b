//! Time rules: whether they can be read, and whether their dates are expressions that stand.

use super::Verify;
use super::compile::{code_of, sentence};
use crate::calendar::{RuleError, TimeRule};
use crate::cel::{Env, Program, Type};
use crate::definition::environment;
use crate::ir::Action;
use crate::lint::expressions::visit_actions;

impl Verify<'_> {
    /// Checks all time rules.
    pub(super) fn moments(&mut self) {
        let env = environment(self.workflow);
        let mut rules: Vec<(String, String, Repeats)> = Vec::new();
        for place in &self.outline.places {
            for timer in &place.state.timers {
                let repeats = if timer.repeat { Repeats::Always } else { Repeats::Never };
                rules.push((format!("timer/{}", timer.id), timer.rule.clone(), repeats));
            }
            for step in &place.state.steps {
                let path = format!("step/{}", step.id);
                if let Some(due) = &step.due {
                    rules.push((format!("{path}/due"), due.clone(), Repeats::Never));
                }
                for (n, rule) in step.remind.iter().enumerate() {
                    rules.push((format!("{path}/remind/{n}"), rule.clone(), Repeats::Perhaps));
                }
                for (n, item) in step.escalate.iter().enumerate() {
                    rules.push((format!("{path}/escalate/{n}/after"), item.after.clone(), Repeats::Never));
                }
            }
        }
        visit_actions(self.workflow, &mut |path, action| {
            if let Action::Send { after: Some(rule), .. } = action {
                rules.push((format!("{path}/after"), rule.clone(), Repeats::Never));
            }
        });
        for (path, rule, repeats) in rules {
            self.moment(&path, &rule, repeats, &env);
        }
    }

    fn moment(&mut self, path: &str, text: &str, repeats: Repeats, env: &Env) {
        let rule = match TimeRule::parse(text) {
            Ok(rule) => rule,
            Err(error) => return self.malformed(path, text, &error),
        };
        match (repeats, rule.repeats()) {
            (Repeats::Always, false) => {
                self.problem("DB090", path, format!("`{text}` does not repeat."))
                    .help(format!("write `every …`, or move it below `after:` or `at:`: `{text}`"));
            }
            (Repeats::Never, true) => {
                self.problem("DB090", path, format!("`{text}` repeats, but this happens once."))
                    .help("leave out `every`; repeating timers stand below `every:` of a state");
            }
            _ => {}
        }
        if let Some((expression, offset)) = rule.expression() {
            let errors = Program::compile_as(expression, env, &Type::Dyn).err();
            for error in errors.into_iter().flatten() {
                self.expression_problem(
                    code_of(error.code.as_str()),
                    path,
                    &error.message,
                    error.suggestion.as_deref(),
                    error.span.shift(offset).into(),
                );
            }
        }
    }

    fn malformed(&mut self, path: &str, text: &str, error: &RuleError) {
        let word = match error {
            RuleError::UnknownUnit { word, .. } | RuleError::BadWeekday { word, .. } => word,
            RuleError::BadNumber(word)
            | RuleError::BadTime(word)
            | RuleError::BadDate(word)
            | RuleError::BadDuration(word) => word,
            RuleError::Unexpected { found, .. } => found,
            _ => "",
        };
        let near = match error {
            RuleError::UnknownUnit { suggestion, .. } | RuleError::BadWeekday { suggestion, .. } => suggestion.clone(),
            _ => None,
        };
        let message = error.to_string();
        let message = message.split(", did you mean").next().unwrap_or_default();
        let at = text.find(word).unwrap_or(0);
        let range = if word.is_empty() { 0..text.len() } else { at..at + word.len() };
        let span = self.map.find(path).map(|whole| self.inside(whole, range.start, range.end));
        self.sink
            .add("DB090", span, sentence(message))
            .did_you_mean(near.as_deref(), || {
                "write for example `10 schooldays`, `2 schoolweeks before config.date` or `every schoolweek on monday at 09:00`".to_owned()
            });
    }
}

/// Whether a rule must repeat.
#[derive(Clone, Copy)]
enum Repeats {
    Always,
    Never,
    Perhaps,
}
