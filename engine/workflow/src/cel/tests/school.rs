//! The calendar functions in expressions.

use serde_json::json;

use crate::calendar::{Calendar, Region};
use crate::cel::school::{SchoolFunctions, signatures};
use crate::cel::{Env, EvalCode, Functions, Program, Scope};

#[test]
fn answers() {
    let calendar = Calendar::builtin(Region::BeNl, 2026).unwrap();
    let school = SchoolFunctions::new(&calendar);
    let data = json!({"visit": "2026-10-29T10:15:00"});
    let scope = Scope::new().json("data", &data);
    for (source, wanted) in [
        ("is_school_day('2026-10-02')", json!(true)),
        ("is_school_day('2026-11-11') || is_school_day('2026-10-03')", json!(false)),
        ("plus_schooldays('2026-10-02', 20)", json!("2026-10-30")),
        ("data.visit.plus_schooldays(2)", json!("2026-11-09")),
        ("plus_schoolweeks('2026-10-29', 1)", json!("2026-11-12")),
        ("schooldays_between(data.visit, '2026-11-09')", json!(2)),
        ("schoolweeks_between('2026-09-01', '2026-11-08')", json!(8)),
        ("days_between('2026-10-06', '2026-12-05')", json!(60)),
        ("plus_days('2026-10-06', 60)", json!("2026-12-05")),
        ("next_school_day('2026-10-30') + ' ' + previous_school_day('2026-11-09')", json!("2026-11-09 2026-10-30")),
        ("format_date(data.visit)", json!("29/10/2026")),
        ("weekday('2026-10-02')", json!(5)),
        ("day_kinds('2026-11-11')", json!(["public_holiday"])),
        ("is_study_day('2026-10-02')", json!(false)),
        // Beyond the calendar a date waits on the first of September, and no school days are counted.
        ("plus_schooldays('2026-10-02', 5000)", json!("2027-09-01")),
        ("plus_schooldays('2027-06-28', 5)", json!("2027-09-01")),
        ("plus_schoolweeks('2027-06-14', 6)", json!("2027-09-01")),
        ("next_school_day('2027-06-30')", json!("2027-09-01")),
        ("plus_schooldays('2027-09-06', 1)", json!("2027-09-07")),
        ("plus_schooldays('2028-03-01', 1)", json!("2028-03-02")),
        ("schooldays_between('2027-06-28', '2027-09-20')", json!(2)),
        ("schooldays_between('2027-09-01', '2028-09-20')", json!(0)),
        ("schoolweeks_between('2027-06-21', '2027-12-20')", json!(1)),
    ] {
        let program = Program::compile_unchecked(source).unwrap();
        assert_eq!(program.eval(&scope, &school).map(|v| v.to_json()), Ok(wanted), "{source}");
    }
    for source in [
        "is_school_day('soon')",
        "plus_schooldays('2026-09-02', -300)",
        "plus_schooldays('2026-10-02', 'x')",
        "is_school_day()",
        "is_school_day(1)",
        "plus_days('2026-10-02', 9999999999)",
    ] {
        let program = Program::compile_unchecked(source).unwrap();
        assert_eq!(program.eval(&scope, &school).map(|_| ()).unwrap_err().code, EvalCode::Function, "{source}");
    }
}

#[test]
fn signatures_match_the_functions() {
    let calendar = Calendar::builtin(Region::BeNl, 2026).unwrap();
    let school = SchoolFunctions::new(&calendar);
    let env = Env::new().with_functions(signatures());
    for signature in signatures() {
        let answer = school.call(&signature.name, &vec![crate::cel::Value::Null; signature.params.len()]);
        assert!(answer.unwrap().unwrap_err().starts_with("argument 1"), "{}", signature.name);
    }
    assert!(Program::compile("plus_schooldays(plus_days('2026-10-02', 3), 2) < '2026-12-01'", &env).is_ok());
}
