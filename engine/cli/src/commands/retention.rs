//! `retention`: what is kept how long, what is due, taking it away, and the proof that nothing is left.

use draaiboek_runtime::{Clock as _, Left, RetentionReport, SystemClock, retention as look, verify};
use serde_json::json;

use crate::args::{Common, Retention};
use crate::failure::{Exit, Failure};
use crate::output::{Output, count, table};
use crate::session::{self, Absent, Session};

/// `draaiboek retention`.
pub async fn retention(asked: &Retention, common: &Common, output: &Output) -> Result<Exit, Failure> {
    if !asked.run {
        let reader = session::reader(common).await?;
        let now = match common.clock {
            Some(at) => session::instant(at, &session::zone(&reader, common).await?)?,
            None => SystemClock.now(),
        };
        let report = look(&reader, now).await?;
        tell(&report, None, output)?;
        return Ok(if report.left.is_empty() { Exit::Fine } else { Exit::Findings });
    }
    let session = Session::open(common, Absent::Refuse).await?;
    // Timers that are due erase what people handed in, and their effects what plugins said of it.
    session.engine.pump().await?;
    session.engine.tidy().await?;
    let (reader, now) = (session.engine.store().read(), session.engine.clock().now());
    let report = look(reader, now).await?;
    let bar = output.progress("cycles verified");
    let proof = verify(reader, |done| bar.set_position(done as u64)).await;
    bar.finish_and_clear();
    let clean = proof?.is_clean();
    session.engine.store().leave().await?;
    tell(&report, Some(clean), output)?;
    if !clean {
        return Err(Failure::new(Exit::Findings, "the database is damaged; run `draaiboek verify`"));
    }
    if !report.is_clean() {
        let what = "something is left that should have gone; the list above says where";
        return Err(Failure::new(Exit::Findings, what)
            .hint("`draaiboek incidents` and `draaiboek doctor` say what holds it up"));
    }
    Ok(Exit::Fine)
}

fn tell(report: &RetentionReport, verified: Option<bool>, output: &Output) -> Result<(), Failure> {
    if output.json {
        return output.value(&json!({"clean": report.is_clean(), "verified": verified, "report": report}));
    }
    let terms = report.terms.iter().map(|kept| {
        vec![
            kept.term.to_owned(),
            format!("{} after {}", count(days(kept.days), "day"), kept.from),
            kept.overdue.to_string(),
        ]
    });
    let mut text = table(&["kept", "for", "too long"], terms.collect());
    text.push_str(&format!(
        "\nWhat people handed in, by the rules of its steps: {} carried out, {} to come.\n",
        count(report.carried_out, "erasure"),
        report.to_come
    ));
    for left in &report.left {
        text.push_str(&format!(
            "  - {}, step {}, handed in until {}: {}\n",
            left.cycle,
            left.step,
            left.day,
            what(left)
        ));
    }
    if let Some(last) = report.times.first() {
        let gone = last
            .erased
            .iter()
            .map(|(term, (rows, keys))| format!("{rows} {term} ({})", keys.get(..12).unwrap_or(keys)));
        text.push_str(&format!("Last time, {:.0}: {}.\n", last.at, gone.collect::<Vec<_>>().join(", ")));
    }
    text.push_str(match (report.is_clean(), verified) {
        (true, Some(true)) => "Nothing is left that should have gone, and every cycle still adds up.\n",
        (true, _) => "Nothing is left that should have gone.\n",
        (false, None) => "Something is due: `draaiboek retention --run` takes it away.\n",
        (false, Some(_)) => "",
    });
    output.text(text)
}

/// What is left of an erasure, in words.
fn what(left: &Left) -> String {
    let counted = [
        (left.contributions, "contribution with content", "contributions with content"),
        (left.answers, "decision of the journal that quotes it", "decisions of the journal that quote it"),
        (left.results, "result", "results"),
        (left.drafts, "draft", "drafts"),
    ];
    let found = counted.into_iter().filter(|(many, ..)| *many > 0);
    let mut parts: Vec<String> =
        found.map(|(many, one, more)| format!("{many} {}", if many == 1 { one } else { more })).collect();
    if left.waits {
        parts.insert(0, "its time has passed, and what erases it waits still".into());
    }
    parts.join(", ")
}

fn days(days: i64) -> usize {
    usize::try_from(days).unwrap_or(0)
}
