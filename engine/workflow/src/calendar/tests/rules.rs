//! Time rules: text and base -> moment or error.

use jiff::civil::DateTime;

use super::flanders;
use crate::calendar::TimeRule;

fn lookup(expression: &str) -> Result<String, String> {
    match expression {
        "config.study_day" => Ok("2026-10-02".into()),
        "data.visit" => Ok("2026-10-29T10:15:00".into()),
        "data.utc" => Ok("2026-10-29T10:15:00Z".into()),
        "data.note" => Ok("soon".into()),
        "get(data, \"x at 08:00\", config.day)" => Ok("2026-10-02".into()),
        other => Err(format!("no value `{other}`")),
    }
}

fn resolve(rule: &str, now: &str) -> Result<String, String> {
    let now: DateTime = now.parse().unwrap();
    let rule = TimeRule::parse(rule).map_err(|e| e.to_string())?;
    let due = rule.resolve(now, lookup, &flanders()).map_err(|e| e.to_string())?;
    assert_eq!(due.instant, flanders().instant(due.civil).unwrap());
    assert_eq!((due.zone.as_str(), due.rule.as_str()), ("Europe/Brussels", rule.text()));
    Ok(due.civil.to_string())
}

#[test]
fn moments() {
    let study_day = "2026-10-02T15:40:00";
    for (rule, now, wanted) in [
        ("20 schooldays", study_day, "2026-10-30T23:59:00"),
        ("2 schooldays", study_day, "2026-10-06T23:59:00"),
        ("10 schooldays", study_day, "2026-10-16T23:59:00"),
        ("1 schoolday", "2026-10-29T11:00:00", "2026-10-30T23:59:00"),
        ("2 schooldays", "2026-10-29T11:00:00", "2026-11-09T23:59:00"),
        ("2 schooldays after data.visit", study_day, "2026-11-09T23:59:00"),
        ("2 school days after data.visit at 08:30", study_day, "2026-11-09T08:30:00"),
        ("1 schoolday before data.visit", study_day, "2026-10-28T23:59:00"),
        ("0 schooldays", "2026-10-03T11:00:00", "2026-10-05T23:59:00"),
        ("0 schooldays before 2026-11-03", study_day, "2026-10-30T23:59:00"),
        ("2 schoolweeks before config.study_day", "2026-09-01T08:00:00", "2026-09-18T23:59:00"),
        ("2 schoolweeks before config.study_day at 07:00", "2026-09-01T08:00:00", "2026-09-18T07:00:00"),
        ("1 schoolweek after 2026-10-28 at 9:05", study_day, "2026-11-12T09:05:00"),
        ("3 days after data.visit", study_day, "2026-11-01T23:59:00"),
        ("3 days after data.visit or next schoolday", study_day, "2026-11-09T23:59:00"),
        ("60 days after 2026-10-06", study_day, "2026-12-05T23:59:00"),
        ("2 weeks", study_day, "2026-10-16T23:59:00"),
        ("2 hours before data.visit", study_day, "2026-10-29T08:15:00"),
        ("90 minutes", study_day, "2026-10-02T17:10:00"),
        ("P2D", study_day, "2026-10-04T15:40:00"),
        ("P2D at 08:00", study_day, "2026-10-04T08:00:00"),
        ("PT15M", study_day, "2026-10-02T15:55:00"),
        ("PT0S", study_day, "2026-10-02T15:40:00"),
        ("PT15M before data.utc", study_day, "2026-10-29T11:00:00"),
        ("P1M after 2026-10-31", study_day, "2026-11-30T00:00:00"),
        ("2026-11-24", study_day, "2026-11-24T23:59:00"),
        ("2026-11-24 at 08:00", study_day, "2026-11-24T08:00:00"),
        ("2026-11-24T10:30", study_day, "2026-11-24T10:30:00"),
        ("2026-11-11 or next schoolday", study_day, "2026-11-12T23:59:00"),
        ("data.visit", study_day, "2026-10-29T10:15:00"),
        ("config.study_day", study_day, "2026-10-02T23:59:00"),
        ("config.study_day at 07:00", study_day, "2026-10-02T07:00:00"),
        ("1 day after get(data, \"x at 08:00\", config.day) at 08:00", study_day, "2026-10-03T08:00:00"),
        ("  2 schooldays  ", study_day, "2026-10-06T23:59:00"),
    ] {
        assert_eq!(resolve(rule, now), Ok(wanted.to_owned()), "{rule}");
    }
}

#[test]
fn wall_time_over_clock_changes() {
    for (rule, now, wanted) in [
        ("PT24H", "2026-10-24T12:00:00", "2026-10-25T11:00:00"),
        ("P1D", "2026-10-24T12:00:00", "2026-10-25T12:00:00"),
        ("1 day at 12:00", "2026-10-24T12:00:00", "2026-10-25T12:00:00"),
        ("PT1H", "2027-03-28T01:30:00", "2027-03-28T03:30:00"),
        ("2 hours", "2026-10-25T01:30:00", "2026-10-25T02:30:00"),
        ("P1D", "2027-03-27T02:30:00", "2027-03-28T03:30:00"),
    ] {
        assert_eq!(resolve(rule, now), Ok(wanted.to_owned()), "{rule} from {now}");
    }
}

#[test]
fn repeats() {
    for (rule, after, wanted) in [
        ("every schoolweek on monday at 09:00", "2026-10-01T10:00:00", "2026-10-05T09:00:00"),
        ("every schoolweek on monday at 09:00", "2026-10-05T08:59:00", "2026-10-05T09:00:00"),
        ("every schoolweek on monday at 09:00", "2026-10-05T09:00:00", "2026-10-12T09:00:00"),
        ("every schoolweek on monday at 09:00", "2026-10-26T09:00:00", "2026-11-09T09:00:00"),
        ("every monday at 09:00", "2026-10-26T09:00:00", "2026-11-09T09:00:00"),
        ("every schoolweek on monday at 09:00", "2027-05-10T09:00:00", "2027-05-18T09:00:00"),
        ("every schoolweek on friday at 16:00", "2027-05-01T09:00:00", "2027-05-05T16:00:00"),
        ("every 2 schoolweeks", "2026-10-01T10:00:00", "2026-10-15T08:00:00"),
        ("every 2 schoolweeks on tuesday", "2026-10-20T08:00:00", "2026-11-10T08:00:00"),
        ("every schoolday", "2026-10-02T07:00:00", "2026-10-02T08:00:00"),
        ("every schoolday", "2026-10-02T08:00:00", "2026-10-05T08:00:00"),
        ("every schoolday at 16:00", "2026-10-30T16:00:00", "2026-11-09T16:00:00"),
        ("every 10 schooldays", "2026-10-02T08:00:00", "2026-10-16T08:00:00"),
        ("every 7 days at 12:00", "2026-10-02T08:00:00", "2026-10-09T12:00:00"),
        ("every week on sunday", "2026-10-02T08:00:00", "2026-10-04T08:00:00"),
        ("every week on friday", "2026-10-02T08:00:00", "2026-10-09T08:00:00"),
        ("every week", "2026-10-02T08:00:00", "2026-10-09T08:00:00"),
        ("every PT15M", "2026-10-02T08:00:00", "2026-10-02T08:15:00"),
        ("every 2 hours", "2026-10-02T08:00:00", "2026-10-02T10:00:00"),
    ] {
        assert_eq!(resolve(rule, after), Ok(wanted.to_owned()), "{rule} after {after}");
        assert!(TimeRule::parse(rule).unwrap().repeats());
    }
    let end = resolve("every schoolweek on monday", "2027-06-29T10:00:00").unwrap_err();
    assert!(end.contains("add the next school year"), "{end}");
}

#[test]
fn mistakes() {
    let now = "2026-10-02T15:40:00";
    for (rule, text) in [
        ("", "empty"),
        ("10", "not a unit"),
        ("10 schooldags", "did you mean `schooldays`"),
        ("10 shooldays", "did you mean `schooldays`"),
        ("10 schoolmonths", "units: schooldays"),
        ("99999 days", "0 to 2000"),
        ("99999999999999 days", "0 to 2000"),
        ("10 schooldays later", "not expected here"),
        ("10 schooldays after", "must follow"),
        ("10 schooldays after data.", "not an expression"),
        ("10 schooldays at 25:00", "clock time"),
        ("10 schooldays at 8", "clock time"),
        ("10 schooldays at noon", "clock time"),
        ("10 schooldays at 08:0", "clock time"),
        ("2 hours at 08:00", "leave out"),
        ("PT2H at 08:00", "leave out"),
        ("P", "gives no date"),
        ("P2X", "not a duration"),
        ("-P2D", "not a duration"),
        ("P99Y", "not a duration"),
        ("2026-13-24", "not a date"),
        ("2026-11-24 noon", "not a date"),
        ("every", "gives no date"),
        ("every fortnight", "not a unit"),
        ("every 0 days", "0 to 2000"),
        ("every PT0S", "not a duration"),
        ("every schoolweek on mondag", "did you mean `monday`"),
        ("every schoolday on monday", "not expected"),
        ("every 2 hours at 08:00", "leave out"),
        ("every monday until june", "not expected"),
        ("2 days after data.note", "\"soon\" is not a date"),
        ("2 days after data.missing", "no value"),
        ("2000 schooldays", "add the next school year"),
        ("2000 schooldays before data.visit", "add an earlier school year"),
    ] {
        let error = resolve(rule, now).unwrap_err();
        assert!(error.contains(text), "{rule}: {error}");
    }
    assert!(TimeRule::parse(&"9".repeat(1000)).is_err());
}

#[test]
fn expressions_are_told_with_their_place() {
    let rule = TimeRule::parse(" 2 schoolweeks before config.study_day at 07:00").unwrap();
    let (expression, offset) = rule.expression().unwrap();
    assert_eq!((expression, &rule.text()[offset..offset + expression.len()]), ("config.study_day", "config.study_day"));
    assert!(TimeRule::parse("2 days").unwrap().expression().is_none());
    assert!(TimeRule::parse("2 days after 2026-10-02").unwrap().expression().is_none());
}
