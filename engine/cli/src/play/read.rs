//! Reading a scenario file: YAML with places, then everything that can be known to be wrong before it is played.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::command::Command;
use super::entries::entries;
use super::place::{Moment, Placed};
use super::scenario::{Element, Scenario};

/// A scenario that can be played.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its file.
    pub path: PathBuf,
    /// What it says.
    pub scenario: Scenario,
    /// Text of its school file.
    pub school: String,
}

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened.
    #[error("{}: cannot be read: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is larger than a scenario may be.
    #[error("{}: is larger than {} MB; a scenario is a small text file", path.display(), MAX_BYTES >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is no scenario.
    #[error("{}: {message}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// It says something that cannot be played.
    #[error("{}:{line}: {message}", path.display())]
    Meaning {
        /// The file.
        path: PathBuf,
        /// Line.
        line: u64,
        /// What is wrong and how to mend it.
        message: String,
    },
}

/// Largest scenario file.
const MAX_BYTES: u64 = 4 << 20;

/// Reads the scenario in `path`.
///
/// # Errors
/// [`ReadError`], with the file and the line.
pub fn read(path: &Path) -> Result<Loaded, ReadError> {
    let open = |source| ReadError::Open { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(open)?.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { path: path.to_owned() });
    }
    let text = std::fs::read_to_string(path).map_err(open)?;
    let scenario = parse(&text).map_err(|message| ReadError::Form { path: path.to_owned(), message })?;
    check(&scenario).map_err(|(line, message)| ReadError::Meaning { path: path.to_owned(), line, message })?;
    let name = scenario.given.school.clone().unwrap_or_default();
    let school = path.parent().unwrap_or(Path::new(".")).join(&name);
    let school = std::fs::read_to_string(&school).map_err(|source| ReadError::Open { path: school, source })?;
    Ok(Loaded { path: path.to_owned(), scenario, school })
}

/// A scenario that is part of the program; `name` stands for its path.
///
/// # Errors
/// [`ReadError`].
pub fn embedded(name: &str, text: &str, school: &str) -> Result<Loaded, ReadError> {
    let path = PathBuf::from(name);
    let scenario = parse(text).map_err(|message| ReadError::Form { path: path.clone(), message })?;
    check(&scenario).map_err(|(line, message)| ReadError::Meaning { path: path.clone(), line, message })?;
    Ok(Loaded { path, scenario, school: school.to_owned() })
}

/// JSON Schema of scenario files, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Scenario).to_value()
}

fn parse(text: &str) -> Result<Scenario, String> {
    serde_saphyr::from_str(text).map_err(|error| error.to_string().trim_start_matches("error: ").to_owned())
}

type Wrong = (u64, String);

fn check(scenario: &Scenario) -> Result<(), Wrong> {
    if scenario.given.school.is_none() {
        return Err((1, "give `given.school`, the path of a school file".into()));
    }
    let mut marks = BTreeSet::new();
    let begin = scenario.given.begin;
    elements(&scenario.play, begin, &mut marks)?;
    if begin.is_none() && scenario.play.first().is_some_and(|first| first.at.is_none()) {
        let line = scenario.play.first().map_or(1, |first| first.line);
        return Err((
            line,
            "the first element needs `at:`, or give `given.begin`, so that the clock has a moment to start".into(),
        ));
    }
    for variation in &scenario.variations {
        if let Some(from) = variation.from.as_ref().filter(|from| !marks.contains(*from)) {
            let message = format!("there is no `mark: {from}` in the main play");
            return Err((variation.line, message));
        }
        elements(&variation.play, None, &mut BTreeSet::new())?;
    }
    Ok(())
}

fn elements(play: &[Placed<Element>], begin: Option<Moment>, marks: &mut BTreeSet<String>) -> Result<(), Wrong> {
    let mut clock = begin;
    for element in play {
        let wrong = |message: String| (element.line, message);
        if let (Some(at), Some(clock)) = (element.at, clock)
            && at < clock
        {
            return Err(wrong(format!("`at: {at}` lies before {clock}; the clock never goes back")));
        }
        clock = element.at.or(clock);
        if let Some(mark) = element.mark.as_ref().filter(|mark| !marks.insert((*mark).clone())) {
            return Err(wrong(format!("`mark: {mark}` is there twice")));
        }
        let commands = element.commands();
        if let [first, second, ..] = commands.as_slice() {
            let message = format!("`{}` and `{}` in one element; make two elements of it", first.word(), second.word());
            return Err(wrong(message));
        }
        if let Some(Command::Contribute(contribute)) = commands.first() {
            entries(contribute).map_err(wrong)?;
        }
        expectations(element).map_err(wrong)?;
    }
    Ok(())
}

fn expectations(element: &Element) -> Result<(), String> {
    let idle = element.commands().is_empty();
    for expect in element.expect.as_slice() {
        if expect.answer.is_some() && expect.refused.is_some() {
            return Err("`answer` and `refused` in one expectation; it can only be one of them".into());
        }
        if idle && (expect.answer.is_some() || expect.refused.is_some()) {
            return Err("`answer` and `refused` are about a command, and this element has none".into());
        }
        for look in &expect.projections {
            if look.person.is_some() == look.audience.is_some() {
                return Err(format!("the projection of `{}` needs either `as` or `audience`", look.step));
            }
            if look.is.is_some() == look.refused.is_some() {
                return Err(format!("the projection of `{}` needs either `is` or `refused`", look.step));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        match parse(text) {
            Err(message) => message,
            Ok(scenario) => {
                check(&scenario).map_or_else(|(line, message)| format!("{line}: {message}"), |()| "nothing".into())
            }
        }
    }

    #[test]
    fn mistakes_name_the_line() {
        let start = "scenario: x\ngiven: {school: s.yaml}\nplay:\n  - at: 2026-10-02T09:00\n";
        for (rest, says) in [
            ("  - at: 2026-10-01\n", "5: `at: 2026-10-01T00:00` lies before 2026-10-02T09:00"),
            ("  - mark: a\n  - mark: a\n", "6: `mark: a` is there twice"),
            ("  - send: {event: a}\n    resume: {}\n", "5: `send` and `resume` in one element"),
            ("  - contribute: {step: s, entries: [{}]}\n", "5: entry 1: it has no entry kind"),
            ("  - expect: {answer: late}\n", "this element has none"),
            ("  - expect: {projections: [{step: s}]}\n", "needs either `as` or `audience`"),
            ("variations:\n  - variation: v\n    from: nowhere\n    play: []\n", "6: there is no `mark: nowhere`"),
            ("  - sned: {event: a}\n", "sned"),
            ("  - at: soon\n", "soon"),
            ("  - expect: {answer: perhaps}\n", "perhaps"),
            ("  - expect: {statse: [a]}\n", "line 5 column 14: unknown field `statse`"),
            ("  - expect: {refused: {wrod: A}}\n", "unknown field `wrod`"),
            ("  - expect: {artifacts: {principles: nothing}}\n", "write `none`"),
            ("  - expect: 3\n", "one block of keys, or a list of them"),
        ] {
            let message = wrong(&format!("{start}{rest}"));
            assert!(message.contains(says), "{message} should say {says}");
        }
        assert!(wrong("scenario: x\ngiven: {school: s.yaml}\nplay: [{tell: hello}]\n").contains("needs `at:`"));
    }

    #[test]
    fn every_word_can_be_read() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/play/fixtures/every-word.yaml");
        let loaded = read(&file).unwrap();
        assert_eq!(loaded.scenario.play.len(), 21);
    }

    #[test]
    fn the_shipped_scenarios_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/study-day/scenarios");
        for file in ["s01.yaml", "s01-interrupted.yaml"] {
            read(&folder.join(file)).unwrap();
        }
    }
}
