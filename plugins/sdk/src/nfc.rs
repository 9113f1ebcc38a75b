//! Unicode normalisation form C (Unicode Standard Annex 15) over a table of its own, `nfc.bin`: a quarter of the size of
//! the usual ones. The tests make the table from the crate `unicode-normalization` and hold every character against it.

/// The table: a header of five counts (u16, little endian) and, in this order,
/// pairs (composed u24 with bit 23 set when it is never composed again, first u24, second u24), by composed;
/// order (u16 index into the pairs that may be composed), by first and second;
/// singles (u24, u24); marks (first u24, run length u8, class u8); seconds of class 0 (u24).
static TABLE: &[u8] = include_bytes!("nfc.bin");
const HEADER: usize = 10;
const NEVER: u32 = 1 << 23;

/// The text in NFC. Text that is normalised already, as nearly all is, passes untouched.
pub(crate) fn nfc(text: String) -> String {
    if text.chars().all(settled) {
        return text;
    }
    let mut all: Vec<(u8, char)> = Vec::with_capacity(text.len());
    for c in text.chars() {
        decompose(c, &mut all);
    }
    reorder(&mut all);
    recompose(&all)
}

/// Whether the character is its own normal form and can join with nothing before it.
fn settled(c: char) -> bool {
    let code = u32::from(c);
    if code < 0x300 {
        return true;
    }
    let kept = match pairs().find(|entry| get(entry) & !NEVER, code) {
        Some(entry) => get(entry) & NEVER == 0,
        None => singles().find(get, code).is_none(),
    };
    let hangul_part = (0x1161..0x1176).contains(&code) || (0x11a8..0x11c3).contains(&code);
    kept && !hangul_part && class(code) == 0 && seconds().find(get, code).is_none()
}

/// One section of the table: entries of one width, sorted by key.
#[derive(Clone, Copy)]
struct Section {
    bytes: &'static [u8],
    width: usize,
}

impl Section {
    fn entry(self, index: usize) -> &'static [u8] {
        self.bytes.get(index * self.width..(index + 1) * self.width).unwrap_or_default()
    }

    /// The last entry whose key is at most `key`.
    fn last_up_to<K: Ord>(self, of: impl Fn(&'static [u8]) -> K, key: &K) -> Option<&'static [u8]> {
        let (mut low, mut high) = (0, self.bytes.len() / self.width);
        while low < high {
            let middle = usize::midpoint(low, high);
            if of(self.entry(middle)) <= *key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1).map(|index| self.entry(index))
    }

    fn find<K: Ord>(self, of: impl Fn(&'static [u8]) -> K, key: K) -> Option<&'static [u8]> {
        self.last_up_to(&of, &key).filter(|entry| of(entry) == key)
    }
}

/// Little-endian number of up to three bytes at the start.
fn get(bytes: &[u8]) -> u32 {
    bytes.iter().take(3).rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn section(index: usize, widths: [usize; 5]) -> Section {
    let count = |n: usize| TABLE.get(2 * n..2 * n + 2).map_or(0, |bytes| get(bytes) as usize);
    let start: usize = HEADER + (0..index).map(|n| count(n) * widths[n]).sum::<usize>();
    let bytes = TABLE.get(start..start + count(index) * widths[index]).unwrap_or_default();
    Section { bytes, width: widths[index] }
}

const WIDTHS: [usize; 5] = [9, 2, 6, 5, 3];

fn pairs() -> Section {
    section(0, WIDTHS)
}

fn singles() -> Section {
    section(2, WIDTHS)
}

fn seconds() -> Section {
    section(4, WIDTHS)
}

/// Canonical combining class.
fn class(code: u32) -> u8 {
    let run = section(3, WIDTHS).last_up_to(get, &code);
    run.filter(|run| code < get(run) + u32::from(run[3])).map_or(0, |run| run[4])
}

fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Full canonical decomposition, each character with its class.
fn decompose(c: char, out: &mut Vec<(u8, char)>) {
    let code = u32::from(c);
    if (0xac00..0xd7a4).contains(&code) {
        let index = code - 0xac00;
        let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11a7 + index % 28];
        out.extend(parts.iter().filter(|part| **part != 0x11a7).map(|part| (0, character(*part))));
    } else if let Some(pair) = pairs().find(|entry| get(entry) & !NEVER, code) {
        decompose(character(get(&pair[3..])), out);
        decompose(character(get(&pair[6..])), out);
    } else if let Some(single) = singles().find(get, code) {
        decompose(character(get(&single[3..])), out);
    } else {
        out.push((class(code), c));
    }
}

/// The character that two others make.
fn compose(first: char, second: char) -> Option<char> {
    let (a, b) = (u32::from(first), u32::from(second));
    if (0x1100..0x1113).contains(&a) && (0x1161..0x1176).contains(&b) {
        return Some(character(0xac00 + (a - 0x1100) * 588 + (b - 0x1161) * 28));
    }
    if (0xac00..0xd7a4).contains(&a) && (a - 0xac00).is_multiple_of(28) && (0x11a8..0x11c3).contains(&b) {
        return Some(character(a + b - 0x11a7));
    }
    let pair = |entry: &'static [u8]| pairs().entry(get(entry) as usize);
    let found = section(1, WIDTHS).find(|entry| (get(&pair(entry)[3..]), get(&pair(entry)[6..])), (a, b));
    found.map(|entry| character(get(pair(entry))))
}

/// The canonical ordering: within each run of marks by combining class, equal classes keep their order.
fn reorder(all: &mut [(u8, char)]) {
    for run in all.chunk_by_mut(|a, b| a.0 != 0 && b.0 != 0) {
        run.sort_by_key(|(class, _)| *class);
    }
}

/// Composes each mark with the last starter unless another mark of its class or higher stands between.
fn recompose(all: &[(u8, char)]) -> String {
    let mut out: Vec<char> = Vec::with_capacity(all.len());
    let mut starter: Option<usize> = None;
    let mut before = 0;
    for &(class, c) in all {
        let blocked = |at: usize| at + 1 < out.len() && before >= class;
        if let Some(at) = starter.filter(|at| !blocked(*at))
            && let Some(composed) = compose(out[at], c)
        {
            out[at] = composed;
            continue;
        }
        if class == 0 {
            starter = Some(out.len());
        }
        before = class;
        out.push(c);
    }
    out.into_iter().collect()
}

#[cfg(test)]
#[path = "nfc_tests.rs"]
mod tests;
