//! The first school of an empty database: a name and a region are enough to begin; the rest is filled in on the pages.

use std::collections::BTreeMap;

use draaiboek_runtime::{QuietHours, School, SchoolCalendar};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::app::App;
use crate::answer::Failure;

/// Regions with a calendar of their own, as the form offers them.
pub(crate) const REGIONS: [&str; 5] = ["be-nl", "be-fr", "nl-noord", "nl-midden", "nl-zuid"];
/// Longest id of a school.
const MAX_ID: usize = 40;

impl App {
    /// Makes the first school; gives its id.
    ///
    /// # Errors
    /// No name, an unknown region, a year without a calendar; the database.
    pub(in crate::gate) async fn found(&self, name: &str, region: &str) -> Result<String, Failure> {
        let id = slug(name);
        if id.is_empty() || !REGIONS.contains(&region) {
            return Err(Failure::Invalid("school".into()));
        }
        let dutch = region.starts_with("nl");
        let timezone = if dutch { "Europe/Amsterdam" } else { "Europe/Brussels" };
        let school = School {
            school: id.clone(),
            name: name.trim().to_owned(),
            level: String::new(),
            locale: "nl".into(),
            timezone: timezone.into(),
            quiet_hours: Some(QuietHours { from: "17:00".into(), to: "08:00".into() }),
            workload: None,
            calendar: SchoolCalendar {
                base: region.into(),
                years: vec![year(self.now(), timezone)],
                local: Vec::new(),
            },
            people: BTreeMap::new(),
            teams: BTreeMap::new(),
            absences: Vec::new(),
            duos: Vec::new(),
        };
        school.calendar().map_err(|_| Failure::Invalid("school".into()))?;
        self.engine.put_school(&school).await?;
        Ok(id)
    }
}

/// The school year of a moment: in July and August the one that comes.
fn year(now: Timestamp, timezone: &str) -> String {
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let day = now.to_zoned(zone).date();
    let first = if day.month() >= 7 { day.year() } else { day.year().saturating_sub(1) };
    format!("{first}-{}", first.saturating_add(1))
}

/// Letters and digits of a name, with dashes between the words.
pub(crate) fn slug(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join("-").chars().take(MAX_ID).collect::<String>().trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_id_and_a_moment_a_school_year() {
        assert_eq!(slug("GO! basisschool De Wilg"), "go-basisschool-de-wilg");
        assert_eq!(slug("  École  "), "cole");
        assert_eq!(slug("!?"), "");
        for (at, expected) in [
            ("2026-08-15T10:00:00Z", "2026-2027"),
            ("2027-06-30T10:00:00Z", "2026-2027"),
            ("2026-06-30T22:30:00Z", "2026-2027"),
        ] {
            assert_eq!(year(at.parse().expect("a moment"), "Europe/Brussels"), expected, "{at}");
        }
    }
}
