//! "Did you mean …?": the nearest of the known words.

/// The candidate nearest to `word`, when it is near enough to be a slip of the pen.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.is_empty() || word.chars().count() > 64 {
        return None;
    }
    let plain = fold(word);
    let limit = match plain.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit + word.len() - plain.len())
        .map(|candidate| (distance(&plain, &fold(candidate)), candidate))
        .filter(|(far, candidate)| *far <= limit && *candidate != word)
        .min_by_key(|(far, candidate)| (*far, candidate.len(), *candidate))
        .map(|(_, candidate)| candidate)
}

/// The same letters in one case, with `-` and spaces as `_`.
fn fold(word: &str) -> Vec<char> {
    word.chars()
        .map(|c| match c {
            '-' | ' ' => '_',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// Optimal string alignment distance: insert, delete, replace, swap neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut rows = vec![0usize; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let best = if i == 0 || j == 0 {
                i + j
            } else {
                let change = usize::from(a[i - 1] != b[j - 1]);
                let mut best = (rows[(i - 1) * width + j] + 1)
                    .min(rows[i * width + j - 1] + 1)
                    .min(rows[(i - 1) * width + j - 1] + change);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[(i - 2) * width + j - 2] + 1);
                }
                best
            };
            rows[i * width + j] = best;
        }
    }
    rows[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["roles", "require", "remind", "run", "to", "every"];
        for (word, answer) in [
            ("role", Some("roles")),
            ("reqiure", Some("require")),
            ("Roles", Some("roles")),
            ("rolles", Some("roles")),
            ("t", None),
            ("whatever", None),
            ("roles", None),
        ] {
            assert_eq!(nearest(word, known), answer, "{word}");
        }
    }

    #[test]
    fn hyphens_and_underscores_are_alike() {
        assert_eq!(nearest("follow-up", ["follow_up"]), Some("follow_up"));
    }
}
