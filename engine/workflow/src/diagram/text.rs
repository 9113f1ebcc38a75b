//! How wide text is, without a font at hand: advance widths per character, and wrapping by words.
//!
//! The figures are the widest of DejaVu Sans and Liberation Sans (Arial's metrics) per character, so that text
//! fits its box whichever sans-serif font the reader's machine picks. Nothing here knows about diagrams.

use unicode_normalization::UnicodeNormalization;

/// Advance widths of ASCII 32 to 126 in thousandths of the font size, regular weight.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 556, 1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863,
    748, 787, 667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
];

/// Advance widths of ASCII 32 to 126 in thousandths of the font size, bold.
const BOLD: [u16; 95] = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 400, 400, 838, 838, 838, 611, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 556, 775, 637, 995,
    837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 556, 500, 675, 716, 593, 716,
    678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712,
    365, 712, 838,
];

/// Width of a character outside every table (Chinese, emoji), in thousandths of the font size.
const UNKNOWN: u16 = 1100;

/// A font as far as measuring goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Font {
    /// Size in pixels.
    pub size: f64,
    /// Bold weight.
    pub bold: bool,
}

fn advance(c: char, table: &[u16; 95]) -> u16 {
    let ascii = |c: char| u32::from(c).checked_sub(32).and_then(|i| table.get(i as usize).copied());
    ascii(c).or_else(|| std::iter::once(c).nfd().next().and_then(ascii)).unwrap_or(match c {
        '\u{300}'..='\u{36f}' => 0,
        '…' | '→' | '←' | '—' => 1000,
        '‘' | '’' | '·' => 380,
        '“' | '”' | '–' => 520,
        _ => UNKNOWN,
    })
}

/// Width of `text` in pixels, never less than what common sans-serif fonts need.
pub fn width(text: &str, font: Font) -> f64 {
    let table = if font.bold { &BOLD } else { &REGULAR };
    let units: u32 = text.chars().map(|c| u32::from(advance(c, table))).sum();
    f64::from(units) * font.size / 1000.0
}

/// `text` shortened with an ellipsis so that it is at most `max` pixels wide.
pub fn shorten(text: &str, max: f64, font: Font) -> String {
    if width(text, font) <= max {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while kept.pop().is_some() {
        let candidate = format!("{}…", kept.trim_end());
        if width(&candidate, font) <= max {
            return candidate;
        }
    }
    "…".to_owned()
}

/// `text` in lines of at most `max` pixels and at most `lines` lines; what does not fit ends in an ellipsis.
pub fn wrap(text: &str, max: f64, lines: usize, font: Font) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace().flat_map(|word| pieces(word, max, font)) {
        let joined = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
        if line.is_empty() || width(&joined, font) <= max {
            line = joined;
        } else {
            done.push(std::mem::replace(&mut line, word));
        }
    }
    if !line.is_empty() {
        done.push(line);
    }
    if done.len() > lines {
        let rest = done.split_off(lines.saturating_sub(1)).join(" ");
        done.push(shorten(&rest, max, font));
    }
    done
}

/// A word cut where it is wider than a whole line, by preference after `-`, `_`, `.` or `/`.
fn pieces(word: &str, max: f64, font: Font) -> Vec<String> {
    let mut done = Vec::new();
    let mut part = String::new();
    for c in word.chars() {
        part.push(c);
        if width(&part, font) > max && part.chars().count() > 1 {
            let at = part
                .char_indices()
                .rev()
                .skip(1)
                .find(|(_, c)| matches!(c, '-' | '_' | '.' | '/'))
                .map(|(i, c)| i + c.len_utf8())
                .filter(|at| *at > part.len() / 3)
                .unwrap_or(part.len() - c.len_utf8());
            let rest = part.split_off(at);
            done.push(std::mem::replace(&mut part, rest));
        }
    }
    if !part.is_empty() {
        done.push(part);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOLD14: Font = Font { size: 14.0, bold: true };

    #[test]
    fn measures_at_least_what_common_fonts_need() {
        assert!(width("Kernvraag kiezen", BOLD14) >= 8.6 * 16.0);
        assert!(width("één", BOLD14) > 20.0);
        assert!(width("漢字", BOLD14) >= 28.0);
    }

    #[test]
    fn wraps_by_words_and_cuts_long_words() {
        let wrapped = wrap("Van visie naar praktijk in de tweede graad", 120.0, 4, BOLD14);
        assert!(wrapped.len() > 1);
        assert!(wrapped.iter().all(|line| width(line, BOLD14) <= 120.0), "{wrapped:?}");
        let cut = wrap(&"x".repeat(60), 80.0, 2, BOLD14);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'));
        assert!(wrap("", 80.0, 2, BOLD14).is_empty());
    }

    #[test]
    fn shortens_with_an_ellipsis() {
        assert_eq!(shorten("kort", 200.0, BOLD14), "kort");
        assert!(width(&shorten("een heel lange zin", 60.0, BOLD14), BOLD14) <= 60.0);
    }
}
