//! "Did you mean": the nearest known word to an unknown one. Knows no grammar.

/// The candidate nearest to `word`, if it is near enough to be a slip of the pen:
/// at most a third of its characters differ (insertions, deletions, swaps), or only letter case differs.
pub fn closest<'a, I>(word: &str, candidates: I) -> Option<&'a str>
where
    I: IntoIterator<Item = &'a str>,
{
    let len = word.chars().count();
    let limit = (len / 3).clamp(1, 4).min(len.saturating_sub(1));
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate.len() > 4 * word.len() + 8 {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(word) { 0 } else { distance(word, candidate) };
        let better = best.is_none_or(|(d, c)| (distance, candidate) < (d, c));
        if distance <= limit && better {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance: edits plus swaps of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(128).collect();
    let b: Vec<char> = b.chars().take(128).collect();
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

/// "did you mean `x`?" when something is near enough.
pub(crate) fn did_you_mean<'a, I>(word: &str, candidates: I) -> Option<String>
where
    I: IntoIterator<Item = &'a str>,
{
    closest(word, candidates).map(|found| format!("did you mean `{found}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_only() {
        let known = ["startsWith", "contains", "config", "data"];
        assert_eq!(closest("startswith", known), Some("startsWith"));
        assert_eq!(closest("cofnig", known), Some("config"));
        assert_eq!(closest("dta", known), Some("data"));
        assert_eq!(closest("weather", known), None);
        assert_eq!(closest("", known), None);
        assert_eq!(closest("a", ["b", "c"]), None);
    }
}
