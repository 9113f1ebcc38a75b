//! `workload`: the minutes that running cycles still ask of each person in each week, against what the school agreed on.

use std::collections::BTreeMap;

use draaiboek_store::{InstanceFilter, Scope};
use draaiboek_workflow::simulate::{Asked, Forecast, Week};

use crate::args::{Common, Workload};
use crate::failure::{Exit, Failure};
use crate::output::{Output, table};
use crate::session::{Absent, Session, school_id};

/// `draaiboek workload`.
pub async fn workload(asked: &Workload, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let session = Session::look(common, Absent::Refuse).await?;
    let reader = session.engine.store().read();
    let school = school_id(reader, common).await?;
    let found = session.engine.workload(&school).await?;
    if output.json {
        output.value(&*found)?;
        return Ok(Exit::Fine);
    }
    if found.people.is_empty() {
        output.text("Nothing is asked of anybody: no cycle runs, or none waits for people.")?;
        return Ok(Exit::Fine);
    }
    let rows = reader.instances(Scope::School(&school), &InstanceFilter::default(), 10_000).await?;
    let titles: BTreeMap<String, String> = rows.into_iter().map(|row| (row.id, row.title)).collect();
    output.text(minutes(&found, asked.weeks))?;
    output.text(over(&found, &titles))?;
    Ok(Exit::Fine)
}

fn minutes(found: &Forecast, most: usize) -> String {
    let weeks: Vec<&String> = found.weeks.iter().take(most).collect();
    let mut header = vec!["person"];
    header.extend(weeks.iter().map(|week| week.as_str()));
    let row = |asked: &Asked| {
        let mut row = vec![asked.name.clone()];
        row.extend(weeks.iter().map(|week| {
            let known = asked.weeks.iter().find(|known| known.week == **week);
            known.map_or(String::new(), |known| format!("{}{}", known.minutes, if known.over { " !" } else { "" }))
        }));
        row
    };
    table(&header, found.people.iter().map(row).collect())
}

fn over(found: &Forecast, titles: &BTreeMap<String, String>) -> String {
    let Some(budget) = found.budget else {
        return "The school has not agreed on minutes per week; `workload: {minutes_per_week: 60}` in its file does."
            .to_owned();
    };
    let why = |week: &Week| {
        let mut of: Vec<(&String, &u32)> = week.of.iter().collect();
        of.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let of = of.into_iter().map(|(id, minutes)| {
            let title = titles.get(id).map_or(String::new(), |title| format!("{title} "));
            format!("{title}({id}) {minutes}")
        });
        of.collect::<Vec<_>>().join(", ")
    };
    let lines: Vec<String> = found
        .over()
        .flat_map(|(asked, weeks)| {
            let line = |week: &&Week| format!("{}, {}: {} min: {}", asked.name, week.week, week.minutes, why(week));
            weeks.iter().map(line).collect::<Vec<_>>()
        })
        .collect();
    if lines.is_empty() {
        return format!("Nobody goes over the agreed {budget} minutes a week.");
    }
    format!("Over the agreed {budget} minutes a week (!):\n  {}", lines.join("\n  "))
}
