//! Errors of calls in the words of users, Dutch and English: what happened, which plugin, what to do. The precise
//! English text for authors is the error's `Display`.

use crate::contract::{Problem, Text};
use crate::error::{CallError, Fault};

impl CallError {
    /// For people who filled in a form or lead a step; names no internals.
    pub fn text(&self) -> Text {
        if let Fault::Refused(problems) = &self.fault {
            return refusal(problems);
        }
        let (nl, en) = what(&self.fault);
        let (do_nl, do_en) = mend(&self.fault);
        let plugin = &self.plugin;
        Text {
            nl: format!("De plugin {plugin} {nl}. Er is niets verloren; {do_nl}."),
            en: format!("The plugin {plugin} {en}. Nothing is lost; {do_en}."),
        }
    }
}

fn refusal(problems: &[Problem]) -> Text {
    let join =
        |pick: fn(&Text) -> &str| problems.iter().map(|problem| pick(&problem.text)).collect::<Vec<_>>().join(" ");
    Text { nl: join(|text| &text.nl), en: join(|text| &text.en) }
}

fn what(fault: &Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Refused(_) => ("weigerde", "refused"),
        Fault::OutOfFuel { .. } => ("deed te veel werk en is gestopt", "did too much work and was stopped"),
        Fault::Deadline { .. } => ("kwam niet op tijd klaar", "did not finish in time"),
        Fault::Busy { .. } => ("kwam niet aan de beurt", "did not get its turn"),
        Fault::Memory { .. } | Fault::Table { .. } => {
            ("vroeg te veel geheugen en is gestopt", "asked for too much memory and was stopped")
        }
        Fault::Stack { .. } | Fault::Trap { .. } => ("brak af door een fout", "broke off because of a fault"),
        Fault::TooMuchOutput { .. } => ("gaf een te groot antwoord", "gave too big an answer"),
        Fault::TooMuchInput { .. } => ("kan zoveel gegevens niet aan", "cannot take so much data"),
        Fault::LogFlood { .. } => {
            ("schreef te veel logregels en is gestopt", "wrote too many log lines and was stopped")
        }
        Fault::BadText | Fault::BadHandover { .. } | Fault::BadJson { .. } | Fault::BadShape { .. } => {
            ("gaf een onbruikbaar antwoord", "gave an unusable answer")
        }
        Fault::Host { .. } => ("kon niet worden gestart", "could not be started"),
    }
}

fn mend(fault: &Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Deadline { .. } | Fault::Busy { .. } => ("probeer het straks opnieuw", "try again in a moment"),
        Fault::TooMuchInput { .. } => ("kort de invoer in of splits ze", "shorten the input or split it"),
        _ => (
            "deze taak wacht tot de beheerder de plugin vernieuwt en opnieuw probeert",
            "this task waits until the administrator renews the plugin and tries again",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use semver::Version;

    use super::*;
    use crate::{Function, PluginName};

    fn error(fault: Fault) -> CallError {
        let plugin = Arc::new(PluginName { id: "input".into(), version: Version::new(1, 2, 0) });
        CallError { plugin, function: Function::Check, fault, fuel: 0, logs: Vec::new() }
    }

    #[test]
    fn every_fault_names_the_plugin_and_what_to_do_in_both_languages() {
        let problem = String::from("x");
        let faults = [
            Fault::OutOfFuel { limit: 1 },
            Fault::Deadline { limit_ms: 1 },
            Fault::Busy { places: 1 },
            Fault::Memory { limit: 1 },
            Fault::Table { limit: 1 },
            Fault::Stack { limit: 1 },
            Fault::Trap { what: problem.clone() },
            Fault::TooMuchOutput { limit: 1 },
            Fault::TooMuchInput { size: 2, limit: 1 },
            Fault::LogFlood { calls: 1, bytes: 1 },
            Fault::BadText,
            Fault::BadHandover { problem: problem.clone() },
            Fault::BadJson { problem: problem.clone() },
            Fault::BadShape { path: problem.clone(), problem: problem.clone() },
            Fault::Host { problem },
        ];
        let mut words = std::collections::BTreeSet::new();
        for fault in faults {
            let error = error(fault);
            let text = error.text();
            assert!(text.nl.starts_with("De plugin input@1.2.0 ") && text.nl.ends_with('.'), "{}", text.nl);
            assert!(
                text.en.starts_with("The plugin input@1.2.0 ") && text.en.contains("Nothing is lost"),
                "{}",
                text.en
            );
            assert!(words.insert(error.word()), "{} is there twice", error.word());
        }
    }
}
