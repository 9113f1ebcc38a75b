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
    let join = |pick: fn(&Text) -> &str| {
        problems
            .iter()
            .map(|problem| pick(&problem.text))
            .collect::<Vec<_>>()
            .join(" ")
    };
    Text {
        nl: join(|text| &text.nl),
        en: join(|text| &text.en),
    }
}

fn what(fault: &Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Refused(_) => ("weigerde", "refused"),
        Fault::OutOfFuel { .. } => (
            "deed te veel werk en is gestopt",
            "did too much work and was stopped",
        ),
        Fault::Deadline { .. } => ("kwam niet op tijd klaar", "did not finish in time"),
        Fault::Busy { .. } => ("kwam niet aan de beurt", "did not get its turn"),
        Fault::Memory { .. } | Fault::Table { .. } => (
            "vroeg te veel geheugen en is gestopt",
            "asked for too much memory and was stopped",
        ),
        Fault::Stack { .. } | Fault::Trap { .. } => {
            ("brak af door een fout", "broke off because of a fault")
        }
        Fault::TooMuchOutput { .. } => ("gaf een te groot antwoord", "gave too big an answer"),
        Fault::TooMuchInput { .. } => ("kan zoveel gegevens niet aan", "cannot take so much data"),
        Fault::LogFlood { .. } => (
            "schreef te veel logregels en is gestopt",
            "wrote too many log lines and was stopped",
        ),
        Fault::BadText
        | Fault::BadHandover { .. }
        | Fault::BadJson { .. }
        | Fault::BadShape { .. } => ("gaf een onbruikbaar antwoord", "gave an unusable answer"),
        Fault::Host { .. } => ("kon niet worden gestart", "could not be started"),
    }
}

fn mend(fault: &Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Deadline { .. } | Fault::Busy { .. } => {
            ("probeer het straks opnieuw", "try again in a moment")
        }
        Fault::TooMuchInput { .. } => (
            "kort de invoer in of splits ze",
            "shorten the input or split it",
        ),
        _ => (
            "deze taak wacht tot de beheerder de plugin vernieuwt en opnieuw probeert",
            "this task waits until the administrator renews the plugin and tries again",
        ),
    }
}
