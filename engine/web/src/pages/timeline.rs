//! A line of weeks: the school year with its holidays, lanes with bars, today. Drawn as lists with links.

use draaiboek_workflow::calendar::Calendar;
use jiff::civil::{Date, Weekday};
use serde_json::{Value, json};

use crate::show::words;

/// Most weeks on the line; the style sheet has places for so many.
const MOST: i32 = 53;

/// Width of a letter and of a week on a usual screen, in pixels: whether a word fits in a bar.
const LETTER: i32 = 8;
const WEEK: i32 = 18;

/// Bars that are in each other's way go below each other.
pub(super) fn stack(mut bars: Vec<Value>) -> Vec<Value> {
    let at = |bar: &Value, key: &str| bar[key].as_i64().unwrap_or(0);
    bars.sort_by_key(|bar| (at(bar, "first"), at(bar, "last")));
    let mut rows: Vec<(i64, Vec<Value>)> = Vec::new();
    for bar in bars {
        let (first, last) = (at(&bar, "first"), at(&bar, "last"));
        match rows.iter_mut().find(|(end, _)| *end < first) {
            Some((end, row)) => {
                *end = last;
                row.push(bar);
            }
            None => rows.push((last, vec![bar])),
        }
    }
    rows.into_iter().map(|(_, bars)| json!({"bars": bars})).collect()
}

/// The weeks of a school year.
pub(super) struct Line {
    first: Date,
    weeks: i32,
}

/// One bar.
pub(super) struct Bar {
    pub from: Date,
    pub to: Date,
    /// Word on the bar.
    pub short: String,
    /// The whole sentence, for phones and screen readers.
    pub full: String,
    pub href: String,
    pub tone: &'static str,
}

impl Line {
    /// The school year around a day.
    pub(super) fn around(calendar: &Calendar, day: Date) -> Self {
        let years = &calendar.data().years;
        let year = years.iter().find(|year| year.to >= day).or(years.last());
        let (from, to) = year.map_or((day, day), |year| (year.from, year.to));
        let first = monday(from);
        let weeks = ((to - first).get_days() / 7 + 1).clamp(1, MOST);
        Self { first, weeks }
    }

    /// Week of a day, kept on the line.
    pub(super) fn week(&self, day: Date) -> i32 {
        ((day - self.first).get_days().div_euclid(7)).clamp(0, self.weeks - 1)
    }

    /// Where today is, in percent.
    fn at(&self, day: Date) -> Option<i32> {
        let days = (day - self.first).get_days();
        (0..self.weeks * 7).contains(&days).then(|| days * 100 / (self.weeks * 7))
    }

    /// Months and closed weeks.
    pub(super) fn frame(&self, calendar: &Calendar, locale: &str, today: Date) -> Value {
        let mut months: Vec<(String, i32, i32)> = Vec::new();
        for week in 0..self.weeks {
            // A week belongs to the month of its Thursday.
            let thursday = self.first.saturating_add(jiff::Span::new().days(week * 7 + 3));
            let name = words::month_short(locale, thursday);
            match months.last_mut() {
                Some((last, _, length)) if *last == name => *length += 1,
                _ => months.push((name, week, 1)),
            }
        }
        let end = self.first.saturating_add(jiff::Span::new().days(self.weeks * 7 - 1));
        let long = calendar.data().periods.iter().filter(|p| p.kind.closes() && (p.to - p.from).get_days() >= 4);
        let free: Vec<Value> = long
            .filter(|period| period.to >= self.first && period.from <= end)
            .map(|period| {
                let (from, to) = (self.week(period.from), self.week(period.to));
                let name = period.name.get(locale).or_else(|| period.name.get("nl")).cloned().unwrap_or_default();
                let days = format!("{} – {}", words::short(locale, period.from), words::short(locale, period.to));
                json!({"s": from, "l": to - from + 1, "name": name, "days": days})
            })
            .collect();
        json!({
            "months": months.iter().filter(|(.., l)| *l > 1).map(|(name, s, l)| json!({"name": name, "s": s, "l": l})).collect::<Vec<_>>(),
            "free": free, "weeks": self.weeks, "at": self.at(today),
        })
    }

    /// A bar on the line, with the weeks that its word needs: in it, else beside it.
    pub(super) fn bar(&self, bar: &Bar) -> Value {
        let (from, to) = (self.week(bar.from), self.week(bar.to));
        let length = to - from + 1;
        let word = i32::try_from(bar.short.chars().count()).unwrap_or(MOST) * LETTER / WEEK + 1;
        let (first, last, at) = if word <= length {
            (from, to, "in")
        } else if to + word < self.weeks {
            (from, to + word, "after")
        } else {
            (from - word, to, "before")
        };
        json!({
            "s": from, "l": length, "short": bar.short, "full": bar.full, "href": bar.href, "tone": bar.tone, "word": at,
            "first": first, "last": last,
        })
    }

    /// A sign on the line, without a word.
    pub(super) fn sign(&self, bar: &Bar) -> Value {
        let week = self.week(bar.from);
        json!({
            "s": week, "l": 1, "short": bar.short, "full": bar.full, "href": bar.href, "tone": bar.tone, "word": "sign",
            "first": week, "last": week,
        })
    }
}

fn monday(day: Date) -> Date {
    let back = i32::from(day.weekday().since(Weekday::Monday));
    day.saturating_sub(jiff::Span::new().days(back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use draaiboek_workflow::calendar::Region;
    use jiff::civil::date;

    #[test]
    fn a_year_has_its_weeks_and_holidays() {
        let calendar = Calendar::builtin(Region::BeNl, 2026).expect("a calendar");
        let line = Line::around(&calendar, date(2026, 11, 20));
        assert_eq!(line.first, date(2026, 8, 31));
        assert_eq!(line.week(date(2026, 9, 1)), 0);
        assert_eq!(line.week(date(2026, 9, 7)), 1);
        let frame = line.frame(&calendar, "nl", date(2026, 11, 20));
        assert_eq!(frame["free"].as_array().map(Vec::len), Some(4), "{frame}");
        let bar = Bar {
            from: date(2026, 10, 2),
            to: date(2026, 10, 2),
            short: "x".into(),
            full: "x".into(),
            href: "/".into(),
            tone: "ok",
        };
        assert_eq!(line.bar(&bar)["word"], "in");
        let long = |from, to| Bar { from, to, short: "Verslag".into(), full: "x".into(), href: "/".into(), tone: "ok" };
        for (from, to, word) in [
            (date(2026, 10, 2), date(2026, 12, 2), "in"),
            (date(2026, 10, 2), date(2026, 10, 3), "after"),
            (date(2027, 6, 25), date(2027, 6, 28), "before"),
        ] {
            assert_eq!(line.bar(&long(from, to))["word"], word, "{from}");
        }
    }

    #[test]
    fn bars_and_their_words_never_lie_over_each_other() {
        let bar = |first: i64, last: i64| json!({"first": first, "last": last});
        let rows = stack(vec![bar(0, 2), bar(4, 4), bar(1, 2), bar(3, 4), bar(2, 3)]);
        let lengths: Vec<usize> = rows.iter().map(|row| row["bars"].as_array().map_or(0, Vec::len)).collect();
        assert_eq!(lengths, vec![2, 2, 1]);
    }
}
