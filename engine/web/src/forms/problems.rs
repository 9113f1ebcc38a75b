//! From the engine's "no" to sentences for people, beside the field they belong to.

use draaiboek_workflow::decide::Rejection;

use super::Kind;
use crate::gate::{Cycle, Place};
use crate::show::Shower;

/// One reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// Name of the field, when it is about one.
    pub field: Option<String>,
    /// The sentence.
    pub text: String,
    /// What it is about, such as a team.
    pub about: Option<String>,
}

/// Finds the words for error words: the workflow's own, then the plugin's, then the house's.
pub(crate) struct Speaker<'a> {
    pub shower: &'a Shower,
    pub locale: &'a str,
    pub place: &'a Place,
    pub cycle: Option<&'a Cycle>,
    pub kind: Option<&'a Kind>,
}

impl Speaker<'_> {
    /// The reasons of a refusal, in order; at least one.
    pub(crate) fn reasons(&self, rejection: &Rejection) -> Vec<Reason> {
        if rejection.reasons.is_empty() {
            return vec![self.reason(&rejection.word)];
        }
        rejection.reasons.iter().map(|reason| self.reason(reason)).collect()
    }

    /// `WORD`, `WORD:about` or `WORD:/path/of/field` in words.
    pub(crate) fn reason(&self, reason: &str) -> Reason {
        let (word, rest) = reason.split_once(':').map_or((reason, None), |(word, rest)| (word, Some(rest)));
        let text = self.word(word);
        match rest {
            Some(path) if path.starts_with('/') => {
                // /card/text or /text: the entry kind may stand first.
                let field = path.split('/').filter(|part| !part.is_empty()).nth(1).or(path.split('/').nth(1));
                Reason { field: field.map(str::to_owned), text, about: None }
            }
            Some(about) => Reason { field: None, text, about: Some(self.about(about)) },
            None => Reason { field: None, text, about: None },
        }
    }

    /// The sentence of an error word.
    pub(crate) fn word(&self, word: &str) -> String {
        let key = format!("error.{word}");
        let own = self.cycle.and_then(|cycle| cycle.own_text(&key));
        let plugin = || self.kind.and_then(|kind| kind.text(self.locale, &key)).map(str::to_owned);
        own.or_else(plugin)
            .or_else(|| self.shower.maybe(self.locale, &key))
            .unwrap_or_else(|| self.shower.t(self.locale, "error.other", &[("word", word)]))
    }

    /// Ids in words: people, teams, steps, dates.
    fn about(&self, ids: &str) -> String {
        let named = ids.split(',').map(|id| self.named(id.trim())).collect::<Vec<_>>();
        named.join(", ")
    }

    fn named(&self, id: &str) -> String {
        if let Ok(date) = id.parse::<jiff::civil::Date>() {
            return crate::show::words::day(self.locale, date);
        }
        if self.place.school.people.contains_key(id) {
            return self.place.name(id).to_owned();
        }
        if self.place.school.teams.contains_key(id) {
            return self.place.team(id).to_owned();
        }
        let step = self.cycle.and_then(|cycle| cycle.own_text(&format!("step.{id}")));
        step.unwrap_or_else(|| id.to_owned())
    }
}
