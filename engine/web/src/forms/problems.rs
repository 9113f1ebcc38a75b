//! From the engine's "no" to sentences for people, beside the field they belong to. Ids never stand in a sentence.

use draaiboek_workflow::decide::{Rejection, Said};

use super::Kind;
use crate::gate::{Cycle, Place};
use crate::show::{Shower, called, words};

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
            return vec![self.reason(&rejection.word, &rejection.word)];
        }
        let each = rejection.reasons.iter().enumerate();
        each.map(|(at, reason)| {
            let mut reason = self.reason(reason, &rejection.word);
            if let Some(said) = rejection.said.get(at).and_then(|said| self.said(said)) {
                reason.text = said;
            }
            reason
        })
        .collect()
    }

    /// `WORD`, `WORD:about` or `WORD:/path/of/field` in words. A workflow may also give what is missing without a word,
    /// such as a team: then the sentence is that of the refusal.
    fn reason(&self, reason: &str, refusal: &str) -> Reason {
        let (word, rest) = reason.split_once(':').map_or((reason, None), |(word, rest)| (word, Some(rest)));
        if rest.is_none() && !is_word(word) {
            let about = self.about(word);
            let text = about.as_ref().map(|_| self.shower.t(self.locale, "reason.open", &[]));
            return Reason { field: None, text: text.unwrap_or_else(|| self.word(refusal)), about };
        }
        let text = self.word(word);
        match rest {
            Some(path) if path.starts_with('/') => {
                // /card/text or /text: the entry kind may stand first.
                let field = path.split('/').filter(|part| !part.is_empty()).nth(1).or(path.split('/').nth(1));
                Reason { field: field.map(str::to_owned), text, about: None }
            }
            Some(about) => Reason { field: None, text, about: self.about(about) },
            None => Reason { field: None, text, about: None },
        }
    }

    /// The sentence of an error word.
    pub(crate) fn word(&self, word: &str) -> String {
        let key = format!("error.{word}");
        let own = self.cycle.and_then(|cycle| cycle.own_text(&key));
        let plugin = || self.kind.and_then(|kind| kind.text(self.locale, &key)).map(str::to_owned);
        // That something is missing, the step itself says best.
        let found = match word {
            "NOT_READY" => plugin().or(own),
            _ => own.or_else(plugin),
        };
        let found = found.or_else(|| self.shower.maybe(self.locale, &key));
        found.unwrap_or_else(|| self.shower.t(self.locale, "error.other", &[]))
    }

    /// What a plugin says, as a sentence.
    fn said(&self, said: &Said) -> Option<String> {
        let text = said.get(self.locale).or_else(|| said.get("nl")).map(|text| text.trim())?;
        (!text.is_empty()).then(|| words::sentence(text))
    }

    /// Ids in words: people, teams, steps, dates, what was written. What has no words is left out.
    fn about(&self, ids: &str) -> Option<String> {
        let mut named: Vec<String> = ids.split(',').filter_map(|id| self.named(id.trim())).collect();
        named.dedup();
        (!named.is_empty()).then(|| named.join(", "))
    }

    fn named(&self, id: &str) -> Option<String> {
        if let Ok(date) = id.parse::<jiff::civil::Date>() {
            return Some(words::day(self.locale, date));
        }
        if self.place.school.people.contains_key(id) {
            return Some(self.place.name(id).to_owned());
        }
        if self.place.school.teams.contains_key(id) {
            return Some(self.place.team(id).to_owned());
        }
        let value = || self.shower.maybe(self.locale, &format!("value.{id}"));
        self.of_cycle(id).or_else(|| is_plain(id).then(|| id.to_owned())).or_else(value)
    }

    /// A step, state or role of the workflow, or something that was written in this cycle.
    fn of_cycle(&self, id: &str) -> Option<String> {
        let cycle = self.cycle?;
        if let Some(word) = ["step", "state", "role"].iter().find_map(|kind| cycle.own_text(&format!("{kind}.{id}"))) {
            return Some(word);
        }
        let settings = cycle.definition.steps.values().map(|def| &def.step.with);
        let results = cycle.snapshot.steps.values().filter_map(|step| step.result.as_ref());
        let data = cycle.snapshot.data.values();
        settings.chain(results).chain(data).find_map(|place| called(place, id, self.locale))
    }
}

/// Whether people call it so themselves: words, a number, a short code such as G2.
fn is_plain(id: &str) -> bool {
    let code = id.len() <= 4 && id.chars().any(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    id.contains(' ') || code || id.parse::<i64>().is_ok()
}

/// Whether a reason begins with an error word, as `NO_COACH`.
fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && text.chars().next().is_some_and(|c| c.is_ascii_uppercase())
        && text.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_word_is_no_name() {
        for (text, expected) in
            [("G2", true), ("c12", true), ("3", true), ("A", true), ("de dag", true), ("need", false)]
        {
            assert_eq!(is_plain(text), expected, "{text}");
        }
    }

    #[test]
    fn an_id_is_no_error_word() {
        for (text, expected) in
            [("NO_COACH", true), ("REASON2", true), ("lager-3-4", false), ("G2", false), ("", false)]
        {
            assert_eq!(is_word(text), expected, "{text}");
        }
    }
}
