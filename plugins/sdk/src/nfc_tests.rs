//! Makes the table of `nfc.rs` from the reference and holds the algorithm against it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, compose as reference_compose, decompose_canonical};

use super::*;

fn reference(text: &str) -> String {
    text.nfc().collect()
}

fn characters() -> impl Iterator<Item = char> {
    (0..=0x0010_FFFF).filter_map(char::from_u32)
}

/// The full decomposition of every character that has one, Hangul aside.
fn decompositions() -> BTreeMap<char, Vec<char>> {
    let hangul = '\u{ac00}'..='\u{d7a3}';
    let full = |c: char| {
        let mut parts = Vec::new();
        decompose_canonical(c, |part| parts.push(part));
        parts
    };
    characters().filter(|c| !hangul.contains(c)).map(|c| (c, full(c))).filter(|(c, parts)| parts != &[*c]).collect()
}

fn table() -> Vec<u8> {
    let u24 = |code: u32| code.to_le_bytes()[..3].to_vec();
    let all = decompositions();
    // A composed first part is preferred, so that composing finds the pair.
    let mut whole: BTreeMap<&[char], char> = BTreeMap::new();
    for (c, parts) in &all {
        if parts.len() > 1
            && (!whole.contains_key(parts.as_slice()) || reference(&String::from_iter(parts)) == c.to_string())
        {
            whole.insert(parts, *c);
        }
    }
    let (mut pairs, mut order, mut singles) = (Vec::new(), Vec::new(), Vec::new());
    for (c, parts) in &all {
        let Some((last, front)) = parts.split_last().filter(|(_, front)| !front.is_empty()) else {
            singles.push([u24((*c).into()), u24(parts[0].into())].concat());
            continue;
        };
        let first = if front.len() == 1 { front[0] } else { whole[front] };
        let composes = reference_compose(first, *last) == Some(*c);
        if composes {
            order.push((first, *last, u16::try_from(pairs.len()).unwrap()));
        }
        let code = u32::from(*c) | if composes { 0 } else { NEVER };
        pairs.push([u24(code), u24(first.into()), u24((*last).into())].concat());
    }
    order.sort_unstable();
    let seconds: BTreeSet<char> =
        order.iter().map(|pair| pair.1).filter(|c| canonical_combining_class(*c) == 0).collect();
    let mut runs: Vec<(u32, u8, u8)> = Vec::new();
    for (code, class) in characters().map(|c| (u32::from(c), canonical_combining_class(c))).filter(|mark| mark.1 > 0) {
        match runs.last_mut() {
            Some(run) if run.2 == class && run.0 + u32::from(run.1) == code && run.1 < 255 => run.1 += 1,
            _ => runs.push((code, 1, class)),
        }
    }
    let counts = [pairs.len(), order.len(), singles.len(), runs.len(), seconds.len()];
    let mut bytes: Vec<u8> = counts.iter().flat_map(|count| u16::try_from(*count).unwrap().to_le_bytes()).collect();
    bytes.extend(pairs.concat());
    bytes.extend(order.iter().flat_map(|pair| pair.2.to_le_bytes()));
    bytes.extend(singles.concat());
    bytes.extend(runs.iter().flat_map(|run| [u24(run.0), vec![run.1, run.2]].concat()));
    bytes.extend(seconds.iter().flat_map(|c| u24((*c).into())));
    bytes
}

#[test]
fn the_table_is_the_reference() {
    let made = table();
    if made != TABLE {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/nfc.bin");
        std::fs::write(path, &made).unwrap();
        panic!("nfc.bin did not match the reference and was written again: look at the change and run the test again");
    }
}

#[test]
fn every_character_alone_and_before_and_after_a_mark() {
    let special: BTreeSet<char> =
        decompositions().into_iter().flat_map(|(c, parts)| [vec![c], parts].concat()).collect();
    let matters =
        |c: &char| special.contains(c) || canonical_combining_class(*c) > 0 || u32::from(*c).is_multiple_of(61);
    for c in characters().filter(matters) {
        for text in [format!("{c}"), format!("{c}\u{301}"), format!("a\u{323}{c}\u{307}"), format!("e{c}")] {
            assert_eq!(nfc(text.clone()), reference(&text), "{:x}", u32::from(c));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_normalised_as_the_reference_does(
        text in prop::collection::vec(prop_oneof![
            proptest::char::range('a', 'f'), proptest::char::range('\u{300}', '\u{36f}'),
            proptest::char::range('\u{1100}', '\u{11ff}'), proptest::char::range('\u{ac00}', '\u{ac20}'),
            proptest::char::range('\u{900}', '\u{dff}'), proptest::char::range('\u{2f800}', '\u{2fa1f}'), any::<char>(),
        ], 0..12)
    ) {
        let text: String = text.into_iter().collect();
        prop_assert_eq!(nfc(text.clone()), reference(&text));
    }
}
