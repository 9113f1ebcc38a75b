//! What came of playing: each expectation, met or not, as data and as text. Plays nothing.

use std::fmt::Write as _;

use serde::Serialize;

use super::matching::Difference;

/// What came of all files.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Main plays and variations, in order.
    pub plays: Vec<Played>,
}

/// What came of one play: the main one of a file, or a variation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Played {
    /// Its file.
    pub file: String,
    /// Scenario name.
    pub scenario: String,
    /// Variation name; none for the main play.
    pub variation: Option<String>,
    /// What it is about, in the language of the reader.
    pub title: String,
    /// Everything that was expected, in order.
    pub checks: Vec<Check>,
    /// Commands given, each contribution counted.
    pub commands: usize,
    /// Wall time in milliseconds.
    pub milliseconds: u64,
    /// Why the play could not go on, when it could not.
    pub stopped: Option<String>,
}

/// One expectation.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// Line in the file.
    pub line: u64,
    /// Local moment on the clock.
    pub at: String,
    /// What was expected, in one line.
    pub what: String,
    /// Where it differs; empty when it is met.
    pub differences: Vec<Difference>,
}

impl Check {
    /// Whether it is as expected.
    pub fn met(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Report {
    /// Whether every expectation of every play is met.
    pub fn met(&self) -> bool {
        self.plays.iter().all(Played::met)
    }

    /// Numbers of expectations: met and not met.
    pub fn counts(&self) -> (usize, usize) {
        let all: usize = self.plays.iter().map(|play| play.checks.len()).sum();
        let met: usize = self.plays.iter().map(|play| play.checks.iter().filter(|check| check.met()).count()).sum();
        (met, all.saturating_sub(met))
    }

    /// The report as text; `all` shows the expectations that are met as well.
    pub fn text(&self, all: bool) -> String {
        let mut text = String::new();
        for play in &self.plays {
            play.write(all, &mut text);
        }
        let (met, unmet) = self.counts();
        let plays = self.plays.len();
        let stopped = self.plays.iter().filter(|play| play.stopped.is_some()).count();
        let _ = write!(text, "{plays} played: {met} expectations met, {unmet} not met");
        if stopped > 0 {
            let _ = write!(text, ", {stopped} stopped early");
        }
        text.push('\n');
        text
    }
}

impl Played {
    /// Whether every expectation is met and the play came to its end.
    pub fn met(&self) -> bool {
        self.stopped.is_none() && self.checks.iter().all(Check::met)
    }

    /// `S01`, or `S01 / admitted`.
    pub fn name(&self) -> String {
        match &self.variation {
            Some(variation) => format!("{} / {variation}", self.scenario),
            None => self.scenario.clone(),
        }
    }

    fn write(&self, all: bool, into: &mut String) {
        let _ = writeln!(into, "{}  {}", self.name(), self.title);
        for check in self.checks.iter().filter(|check| all || !check.met()) {
            let sign = if check.met() { "met    " } else { "NOT MET" };
            let _ = writeln!(into, "  {sign}  {}  {}:{}  {}", check.at, self.file, check.line, check.what);
            for difference in &check.differences {
                let _ = writeln!(into, "             {}", difference.place);
                let _ = writeln!(into, "               expected  {}", difference.expected);
                let _ = writeln!(into, "               got       {}", difference.got);
            }
        }
        if let Some(why) = &self.stopped {
            let _ = writeln!(into, "  STOPPED  {why}");
        }
        let met = self.checks.iter().filter(|check| check.met()).count();
        let _ = writeln!(
            into,
            "  {met} of {} expectations met, {} commands, {} ms\n",
            self.checks.len(),
            self.commands,
            self.milliseconds
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unmet_expectations_show_what_was_expected_and_got() {
        let check = |differences| Check {
            line: 7,
            at: "2026-10-02 15:40".into(),
            what: "states [closing]".into(),
            differences,
        };
        let play = Played {
            file: "s01.yaml".into(),
            scenario: "S01".into(),
            checks: vec![check(vec![]), check(vec![Difference::new("states", "[closing]", "[apply]")])],
            ..Played::default()
        };
        let report = Report { plays: vec![play] };
        let text = report.text(false);
        assert!(!report.met());
        assert_eq!(text.matches("NOT MET").count(), 1);
        assert!(text.contains("s01.yaml:7  states [closing]"), "{text}");
        assert!(text.contains("expected  [closing]") && text.contains("got       [apply]"), "{text}");
        assert!(text.ends_with("1 played: 1 expectations met, 1 not met\n"), "{text}");
        assert!(report.text(true).contains("met      2026"));
    }
}
