//! Reading .ics files.

use std::collections::BTreeMap;

use super::{d, flanders};
use crate::calendar::{IcsImport, IcsOptions, PeriodKind, import_ics};

fn event(body: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        body.replace('\n', "\r\n")
    )
}

fn import(body: &str) -> IcsImport {
    import_ics(&event(body), &IcsOptions::new("Europe/Brussels")).unwrap()
}

#[test]
fn events_become_periods() {
    use PeriodKind::{FreeDay, HalfStudyDay, PublicHoliday, StudyDay, Vacation};
    for (body, kind, from, to) in [
        (
            "DTSTART;VALUE=DATE:20261102\nDTEND;VALUE=DATE:20261109\nSUMMARY:Herfstvakantie",
            Vacation,
            "2026-11-02",
            "2026-11-08",
        ),
        ("DTSTART;VALUE=DATE:20261005\nSUMMARY:Lokale verlofdag", FreeDay, "2026-10-05", "2026-10-05"),
        (
            "DTSTART;VALUE=DATE:20261005\nDTEND;VALUE=DATE:20261005\nSUMMARY:Brugdag",
            FreeDay,
            "2026-10-05",
            "2026-10-05",
        ),
        (
            "DTSTART;VALUE=DATE:20261005\nDURATION:P2D\nSUMMARY:Facultatieve\\, vrije dagen",
            FreeDay,
            "2026-10-05",
            "2026-10-06",
        ),
        (
            "DTSTART:20261002T083000\nDTEND:20261002T160000\nSUMMARY:Pedagogische studie\n dag leerzorg",
            StudyDay,
            "2026-10-02",
            "2026-10-02",
        ),
        (
            "DTSTART:20261002T130000\nDTEND:20261002T160000\nSUMMARY:Pedagogische namiddag",
            HalfStudyDay,
            "2026-10-02",
            "2026-10-02",
        ),
        (
            "DTSTART:20261001T220000Z\nDTEND:20261002T220000Z\nSUMMARY:x\nCATEGORIES:free_day,ander",
            FreeDay,
            "2026-10-02",
            "2026-10-02",
        ),
        (
            "DTSTART;TZID=America/New_York:20261001T180000\nDTEND;TZID=\"America/New_York\":20261002T180000\nSUMMARY:vrije dag",
            FreeDay,
            "2026-10-02",
            "2026-10-02",
        ),
        ("DTSTART;VALUE=DATE:20261111\nSUMMARY:Wapenstilstand", PublicHoliday, "2026-11-11", "2026-11-11"),
        (
            "DTSTART;VALUE=DATE:20261019\nDTEND;VALUE=DATE:20261102\nSUMMARY:Congé d'automne (Toussaint)",
            Vacation,
            "2026-10-19",
            "2026-11-01",
        ),
        ("DTSTART;VALUE=DATE:20261019\nSUMMARY:jour de congé", FreeDay, "2026-10-19", "2026-10-19"),
    ] {
        let found = import(body);
        assert_eq!(found.periods.len(), 1, "{body}: {:?}", found.notes);
        let period = &found.periods[0];
        assert_eq!((period.kind, period.from, period.to), (kind, d(from), d(to)), "{body}");
    }
}

#[test]
fn what_is_left_out_is_told() {
    for (body, text) in [
        ("DTSTART;VALUE=DATE:20261005\nSUMMARY:Schoolfeest", "what kind of day"),
        ("DTSTART:20261005T140000\nDTEND:20261005T150000\nSUMMARY:vrije dag", "part of a day"),
        ("DTSTART;VALUE=DATE:20261005\nRRULE:FREQ=YEARLY\nSUMMARY:vrije dag", "repeats"),
        ("DTSTART;VALUE=DATE:20261005\nSTATUS:CANCELLED\nSUMMARY:vrije dag", "cancelled"),
        ("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101\nSUMMARY:vakantie", "120 days"),
    ] {
        let found = import(body);
        assert!(found.periods.is_empty() && found.notes.len() == 1 && found.notes[0].skipped, "{body}");
        assert!(found.notes[0].text.contains(text), "{:?}", found.notes);
        assert_eq!(found.notes[0].line, 3);
    }
    let assumed = import(
        "DTSTART;TZID=Romance Standard Time:20261005T000000\nDTEND;TZID=Romance Standard Time:20261006T000000\nSUMMARY:vrije dag",
    );
    assert_eq!((assumed.periods.len(), assumed.notes[0].skipped), (1, false));
    let twice = "DTSTART;VALUE=DATE:20261005\nSUMMARY:vrije dag\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261005\nSUMMARY:vrije dag";
    assert_eq!((import(twice).periods.len(), import(twice).notes.len()), (1, 1));
}

#[test]
fn a_school_may_teach_its_own_words() {
    let mut options = IcsOptions::new("Europe/Brussels");
    options.words = BTreeMap::from([("kamp".to_owned(), PeriodKind::StudyDay)]);
    options.otherwise = Some(PeriodKind::FreeDay);
    let file = event(
        "DTSTART;VALUE=DATE:20261005\nSUMMARY:Kampdagen\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261006\nSUMMARY:Iets",
    );
    let found = import_ics(&file, &options).unwrap();
    let kinds: Vec<PeriodKind> = found.periods.iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [PeriodKind::StudyDay, PeriodKind::FreeDay]);
    let calendar = flanders().with_periods(found.periods).unwrap();
    assert!(calendar.is_study_day(d("2026-10-05")) && !calendar.is_school_day(d("2026-10-06")));
}

#[test]
fn broken_files_are_refused_with_their_line() {
    let options = IcsOptions::new("Europe/Brussels");
    for (file, line, text) in [
        ("".to_owned(), 1, "BEGIN:VCALENDAR"),
        ("hello".to_owned(), 1, "no iCalendar line"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261301\nEND:VEVENT\nEND:VCALENDAR".to_owned(), 3, "not a date"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026é02\nEND:VEVENT\nEND:VCALENDAR".to_owned(), 3, "not a date"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR".to_owned(), 2, "no DTSTART"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261002\n".to_owned(), 2, "not closed"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR".to_owned(), 3, "closes"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR".to_owned(), 3, "no `BEGIN`"),
        ("BEGIN:VCALENDAR\nDTSTART;X=\"a:b".to_owned(), 2, "not closed"),
        ("BEGIN:VCALENDAR\n".to_owned() + &"BEGIN:X\n".repeat(100_000), 17, "too deeply"),
        (event("DTSTART;VALUE=DATE:20261005\nDTEND;VALUE=DATE:20261001\nSUMMARY:vakantie"), 4, "ends before"),
        ("x".repeat(6 * 1024 * 1024), 1, "larger than"),
    ] {
        let error = import_ics(&file, &options).unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}
