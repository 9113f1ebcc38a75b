//! Text as law L13 wants it: normalised once at the door, compared by `norm`. Nothing about fields or schemas.

use crate::nfc::nfc;

/// Text in two languages, known when the plugin is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Say {
    /// Plain Dutch (B1).
    pub nl: &'static str,
    /// Plain English.
    pub en: &'static str,
}

/// Names the two languages of a fixed text.
#[must_use]
pub const fn say(nl: &'static str, en: &'static str) -> Say {
    Say { nl, en }
}

/// Cleans a text (L13): NFC, line ends as `\n`, no control characters, no invisible direction marks, trimmed.
/// With `lines` false every line break becomes a space.
#[must_use]
pub fn clean(raw: &str, lines: bool) -> String {
    let plain = raw.replace("\r\n", "\n");
    let tidy = plain.chars().filter_map(|c| match c {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(if lines { '\n' } else { ' ' }),
        '\t' => Some(' '),
        c if c.is_control() || is_invisible(c) => None,
        c => Some(c),
    });
    nfc(tidy.collect()).trim().to_owned()
}

/// Marks that reorder or hide text without showing themselves: bidi embeddings, overrides and isolates, the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The form in which two texts count as the same (L13): case folded, white space collapsed, final `. ! ? …` stripped.
/// Only for finding duplicates; never shown.
#[must_use]
pub fn norm(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in nfc(text.to_owned()).chars() {
        match c {
            'ß' | 'ẞ' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            'ſ' => folded.push('s'),
            c => folded.extend(c.to_lowercase()),
        }
    }
    let folded = nfc(folded);
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ").trim_end_matches(['.', '!', '?', '…', ' ']).to_owned()
}

/// Length in characters (Unicode scalar values), the unit of every `T(n)` in the contracts.
#[must_use]
pub fn length(text: &str) -> usize {
    text.chars().count()
}

/// A short stable fingerprint of the parts (64-bit FNV-1a, 16 hex digits). For ids and change marks, not for secrets.
#[must_use]
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// Whether a text seems to name a pupil by class number (`P07`, `P24`): contributions about colleagues or material
/// should not. A hint for a warning, never a refusal.
#[must_use]
pub fn names_pupil(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        word.strip_prefix('P').is_some_and(|rest| rest.len() >= 2 && rest.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_is_nfc_trimmed_and_without_control_characters() {
        for (raw, lines, clean_text) in [
            ("  caf\u{65}\u{301} ", true, "café"),
            ("a\u{0}b\u{7}c", true, "abc"),
            ("een\r\ntwee\rdrie", true, "een\ntwee\ndrie"),
            ("een\r\ntwee\tdrie", false, "een twee drie"),
            ("\u{202e}omgekeerd\u{202c}", true, "omgekeerd"),
            ("\u{feff}merk", true, "merk"),
            ("\u{a0} \n", true, ""),
        ] {
            assert_eq!(clean(raw, lines), clean_text, "{raw:?}");
        }
    }

    #[test]
    fn norm_folds_case_space_and_final_marks_only() {
        let same = norm("Elke leerling krijgt uitdagende taken");
        assert_eq!(norm("elke leerling  krijgt uitdagende taken."), same);
        assert_eq!(norm(" ELKE leerling\nkrijgt uitdagende taken ?! …"), same);
        assert_ne!(norm("elke leerling, krijgt uitdagende taken"), same);
        assert_eq!(norm("Straße"), norm("STRASSE"));
        assert_eq!(norm("ΣΟΦΟΣ"), norm("σοφος"));
        assert_eq!(norm("!?"), "");
    }

    #[test]
    fn fingerprints_keep_the_parts_apart() {
        assert_eq!(fingerprint(["ab", "c"]), fingerprint(["ab", "c"]));
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
        assert_eq!(fingerprint([]), "cbf29ce484222325");
    }

    #[test]
    fn pupils_are_noticed_by_class_number() {
        assert!(names_pupil("P07 durfde meer"));
        assert!(names_pupil("vooral (P24)"));
        assert!(!names_pupil("past bij P1 en bij PDCA"));
    }
}
