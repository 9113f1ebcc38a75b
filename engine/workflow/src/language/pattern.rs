//! The forms of names in the language. Each is matched here and given to editors as a regular expression.

/// A form of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// States, steps, roles, configuration, data, variables: usable in expressions.
    Id,
    /// Workflows and step kinds: `study-day`.
    Kebab,
    /// A workflow with an optional version requirement: `study-day@1`.
    Reference,
    /// An event name: `plan`, `done.step.groups`.
    EventName,
    /// An event name or a prefix of names: `error.*`.
    Event,
    /// An error word: `NOT_READY`.
    Word,
    /// A language: `nl`, `nl-BE`.
    Locale,
    /// Three numbers: `1.0.0`.
    Version,
    /// Dotted text keys.
    TextKey,
    /// Any text that is not empty.
    Filled,
}

/// Words that expressions keep for themselves (CEL language definition, "Syntax"), and `null`, `true`, `false`.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

impl Pattern {
    /// The form as a regular expression (ECMA 262), for JSON Schema.
    pub fn regex(self) -> &'static str {
        match self {
            Self::Id => "^[A-Za-z_][A-Za-z0-9_]*$",
            Self::Kebab => "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            Self::Reference => "^[a-z][a-z0-9]*(-[a-z0-9]+)*(@[0-9^~<>=., *]+)?$",
            Self::EventName => "^[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*$",
            Self::Event => "^(\\*|[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*(\\.\\*)?)$",
            Self::Word => "^[A-Z][A-Z0-9_]*$",
            Self::Locale => "^[a-z]{2}(-[A-Z]{2})?$",
            Self::Version => "^[0-9]+\\.[0-9]+\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$",
            Self::TextKey => "^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$",
            Self::Filled => "^[\\s\\S]+$",
        }
    }

    /// The form in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Id => "letters, digits and `_`, not beginning with a digit, such as `follow_up`",
            Self::Kebab => "small letters and digits joined by `-`, such as `study-day`",
            Self::Reference => "a workflow, with or without a version, such as `study-day@1`",
            Self::EventName => "an event name, such as `plan` or `done.step.groups`",
            Self::Event => "an event name or a prefix, such as `plan` or `error.*`",
            Self::Word => "capitals, digits and `_`, such as `NOT_READY`",
            Self::Locale => "a language, such as `nl` or `nl-BE`",
            Self::Version => "three numbers, such as `1.0.0`",
            Self::TextKey => "a text key, such as `notice.remind`",
            Self::Filled => "a text",
        }
    }

    /// Whether the text has this form.
    pub fn matches(self, text: &str) -> bool {
        match self {
            Self::Id => identifier(text) && !RESERVED.contains(&text),
            Self::Kebab => kebab(text),
            Self::Reference => match text.split_once('@') {
                Some((name, version)) => kebab(name) && semver::VersionReq::parse(version).is_ok(),
                None => kebab(text),
            },
            Self::EventName => dotted(text, true),
            Self::Event => text == "*" || dotted(text.strip_suffix(".*").unwrap_or(text), true),
            Self::Word => {
                text.starts_with(|c: char| c.is_ascii_uppercase())
                    && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            }
            Self::Locale => {
                let (language, region) = text.split_once('-').unwrap_or((text, "BE"));
                language.len() == 2
                    && language.bytes().all(|b| b.is_ascii_lowercase())
                    && region.len() == 2
                    && region.bytes().all(|b| b.is_ascii_uppercase())
            }
            Self::Version => semver::Version::parse(text).is_ok(),
            Self::TextKey => dotted(text, false),
            Self::Filled => !text.trim().is_empty(),
        }
    }

    /// The text turned into this form, when that is easy: what the writer probably meant.
    pub fn mend(self, text: &str) -> Option<String> {
        let joined = |with: char| -> String {
            text.trim().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { with }).collect()
        };
        let mended = match self {
            Self::Id => joined('_'),
            Self::Kebab => joined('-').to_ascii_lowercase(),
            Self::Word => joined('_').to_ascii_uppercase(),
            Self::Version => match text.split('.').count() {
                1 => format!("{text}.0.0"),
                2 => format!("{text}.0"),
                _ => return None,
            },
            _ => return None,
        };
        let solid = mended.bytes().any(|b| b.is_ascii_alphanumeric());
        (solid && self.matches(&mended)).then_some(mended)
    }
}

fn identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn kebab(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

fn dotted(text: &str, letter_first: bool) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    (!letter_first || text.starts_with(first))
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::Pattern::{self, *};

    #[test]
    fn forms() {
        let table: &[(Pattern, &[&str], &[&str])] = &[
            (Id, &["a", "follow_up", "regionA", "_x1"], &["", "1a", "follow-up", "in", "a.b", "é"]),
            (Kebab, &["study-day", "a1"], &["Study", "a--b", "-a", "a_b", ""]),
            (Reference, &["study-day", "study-day@1", "x@^1.2"], &["study-day@", "x@one", "@1"]),
            (EventName, &["plan", "done.step.groups", "resume-on"], &["", "a.", ".a", "a.*", "1a", "a b"]),
            (Event, &["plan", "error.*", "*"], &["*.a", "a*", ".*", ""]),
            (Word, &["NOT_READY", "A1"], &["not", "_A", "NO-COACH", ""]),
            (Locale, &["nl", "nl-BE"], &["NL", "nld", "nl_BE", "nl-"]),
            (Version, &["1.0.0", "1.2.3-beta.1"], &["1", "1.0", "v1.0.0"]),
            (TextKey, &["notice.remind", "state.a.hint"], &["", "a..b", "a b"]),
            (Filled, &["a"], &["", "  "]),
        ];
        for (pattern, good, bad) in table {
            for text in *good {
                assert!(pattern.matches(text), "{pattern:?} {text}");
            }
            for text in *bad {
                assert!(!pattern.matches(text), "{pattern:?} {text}");
            }
        }
    }

    #[test]
    fn mends() {
        assert_eq!(Id.mend("follow-up").as_deref(), Some("follow_up"));
        assert_eq!(Kebab.mend("Study Day").as_deref(), Some("study-day"));
        assert_eq!(Word.mend("not ready").as_deref(), Some("NOT_READY"));
        assert_eq!(Version.mend("1.0").as_deref(), Some("1.0.0"));
        assert_eq!(Id.mend("1-a"), None);
    }
}
