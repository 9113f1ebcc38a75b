//! Lists and walks give what was asked, in the promised order, and only of the school that was meant.

use crate::support::*;
use draaiboek_store::{IncidentRow, InstanceFilter, InstanceWrite, Mark, Scope, TaskFilter, TaskRow, TimerRow, Turn};

#[tokio::test]
async fn journals_are_walked_both_ways_in_pages() {
    let Some(bed) = Bed::new().await else { return };
    let (mut row, mut other) = (bed.instance("i-1").await, bed.instance("i-2").await);
    for _ in 0..9 {
        let turns = vec![bed.next(&mut row), bed.next(&mut other)];
        assert!(bed.store.commit(turns).await.iter().all(Result::is_ok));
    }
    let (read, head) = (bed.store.read(), row.journal_head.unwrap());
    let first = read.journal_back(head, 4).await.unwrap();
    let second = read.journal_back(first.next.unwrap(), 100).await.unwrap();
    let back: Vec<i64> = first.rows.iter().chain(&second.rows).map(|row| row.revision).collect();
    assert_eq!(back, (1..=10).rev().collect::<Vec<_>>());
    assert_eq!(second.next, None);
    let forward = read.journal_after(head, 3, 4).await.unwrap();
    assert_eq!(forward.iter().map(|row| row.revision).collect::<Vec<_>>(), [4, 5, 6, 7]);
    assert!(forward.iter().all(|entry| entry.instance_pk == row.pk));
    assert!(read.journal_after(head, 10, 4).await.unwrap().is_empty());
}

#[tokio::test]
async fn instances_are_listed_by_school_and_filter() {
    let Some(bed) = Bed::new().await else { return };
    for (id, school, lifecycle, parent) in [
        ("a_1", SCHOOL, "active", None),
        ("a%2", SCHOOL, "finished", None),
        ("b", "de-brug", "active", None),
        ("c", SCHOOL, "active", Some("a_1")),
    ] {
        let (mut turn, mut row) = bed.create(id);
        (row.school, row.lifecycle) = (school.into(), lifecycle.into());
        row.parent_id = parent.map(Into::into);
        turn.instance = Some(InstanceWrite::create(row));
        one(bed.store.commit(vec![turn]).await).unwrap();
    }
    let read = bed.store.read();
    let list = async |scope: Scope<'_>, filter: InstanceFilter| -> Vec<String> {
        read.instances(scope, &filter, 10).await.unwrap().into_iter().map(|row| row.id).collect()
    };
    let any = InstanceFilter::default;
    assert_eq!(list(Scope::All, any()).await, ["c", "b", "a%2", "a_1"]);
    let own = Scope::School(SCHOOL);
    assert_eq!(list(own, any()).await, ["c", "a%2", "a_1"]);
    assert_eq!(list(own, InstanceFilter { lifecycles: vec!["finished".into()], ..any() }).await, ["a%2"]);
    assert_eq!(list(own, InstanceFilter { parent: Some("a_1".into()), ..any() }).await, ["c"]);
    assert_eq!(list(own, InstanceFilter { text: Some("a_".into()), ..any() }).await, ["a_1"]);
    assert_eq!(list(own, InstanceFilter { text: Some("%".into()), ..any() }).await, ["a%2"]);
    assert_eq!(list(own, InstanceFilter { workflow: Some("other".into()), ..any() }).await, [""; 0]);
    let newest = read.instances(own, &any(), 1).await.unwrap().remove(0);
    assert_eq!(list(own, InstanceFilter { before: Some(newest.pk), ..any() }).await, ["a%2", "a_1"]);
    assert!(read.instance(own, "b").await.unwrap().is_none());
    let counts = read.counts(own).await.unwrap();
    assert_eq!(counts.instances.into_iter().collect::<Vec<_>>(), [("active".into(), 2), ("finished".into(), 1)]);
}

#[tokio::test]
async fn open_tasks_are_found_by_role_person_and_due_date() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let run = step_run(bed.ids(), &row, "concretise");
    let mut turn = bed.next(&mut row);
    let tasks = [
        (vec!["tch"], vec![], None),
        (vec!["tch"], vec!["an"], Some(NOON + 20)),
        (vec!["dir", "coach"], vec![], Some(NOON + 10)),
        (vec!["t_h"], vec![], Some(NOON + 30)),
    ];
    turn.tasks = tasks.map(|(roles, persons, due)| task(bed.ids(), &run, &roles, &persons, due)).to_vec();
    let mut done = task(bed.ids(), &run, &["tch"], &[], None);
    done.status = "done".into();
    turn.tasks.push(done);
    turn.step_runs = vec![run];
    one(bed.store.commit(vec![turn]).await).unwrap();

    let read = bed.store.read();
    let list = async |scope: Scope<'_>, filter: TaskFilter| -> Vec<i64> {
        read.open_tasks(scope, &filter, 10).await.unwrap().into_iter().map(|row| row.id).collect()
    };
    let any = TaskFilter::default;
    let own = Scope::School(SCHOOL);
    assert_eq!(list(own, any()).await, [3, 2, 4, 1].map(id));
    assert_eq!(list(Scope::School("de-brug"), any()).await, [0; 0]);
    let teacher = TaskFilter { roles: vec!["tch".into()], ..any() };
    assert_eq!(list(own, teacher.clone()).await, [2, 1].map(id));
    assert_eq!(list(own, TaskFilter { roles: vec!["t_h".into()], ..any() }).await, [4].map(id));
    let named = |name: &str| TaskFilter { person: Some(name.into()), ..teacher.clone() };
    assert_eq!(list(own, named("an")).await, [2, 1].map(id));
    assert_eq!(list(own, named("bo")).await, [1].map(id));
    assert_eq!(list(own, TaskFilter { due_by: Some(NOON + 20), ..any() }).await, [3, 2].map(id));
    assert_eq!(list(own, TaskFilter { instance_pk: Some(999), ..any() }).await, [0; 0]);
    assert!(read.task(Scope::School("de-brug"), id(1)).await.unwrap().is_none());
    assert_eq!(read.counts(own).await.unwrap().open_tasks, 4);
}

#[tokio::test]
async fn due_timers_come_in_order_and_only_once() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let mut turn = bed.next(&mut row);
    turn.timers = [30, 10, 20, 10].map(|after| timer(bed.ids(), &row, NOON + after)).to_vec();
    let mut fired = turn.timers[1].clone();
    one(bed.store.commit(vec![turn]).await).unwrap();
    let read = bed.store.read();
    let due = async |now| -> Vec<i64> {
        let timers = read.due_timers(now, Mark::START, 10).await.unwrap();
        assert!(timers.iter().all(|timer| timer.instance.as_deref() == Some("i-1")));
        timers.into_iter().map(|timer| timer.id).collect()
    };
    assert_eq!(due(NOON + 20).await, [2, 4, 3].map(id));
    assert_eq!(read.next_due().await.unwrap(), Some(NOON + 10));
    let mail = effect(bed.ids(), &row, "i-1/1/0", NOON + 5);
    one(bed.store.commit(vec![Turn { outbox: vec![mail], ..Turn::default() }]).await).unwrap();
    assert_eq!(read.next_due().await.unwrap(), Some(NOON + 5));
    (fired.status, fired.fired_at, fired.lateness) = ("fired".into(), Some(NOON + 25), Some(15));
    let mut turn = bed.next(&mut row);
    turn.timers = vec![fired];
    one(bed.store.commit(vec![turn]).await).unwrap();
    assert_eq!(due(NOON + 20).await, [4, 3].map(id));
    let pending = read.pending_timers(row.pk).await.unwrap();
    assert_eq!(pending.len(), 3);
    assert_eq!(read.timer(id(4)).await.unwrap().as_ref(), pending.last());
}

#[tokio::test]
async fn incidents_wait_for_a_person_of_their_school() {
    let Some(bed) = Bed::new().await else { return };
    let mut row = bed.instance("i-1").await;
    let mut turn: Turn = bed.next(&mut row);
    let incident = incident(bed.ids(), &row);
    turn.incidents = vec![incident.clone()];
    one(bed.store.commit(vec![turn]).await).unwrap();
    let read = bed.store.read();
    assert_eq!(read.open_incidents(Scope::School(SCHOOL), 5).await.unwrap(), std::slice::from_ref(&incident));
    assert!(read.open_incidents(Scope::School("de-brug"), 5).await.unwrap().is_empty());
    assert_eq!(read.incidents(row.pk).await.unwrap(), [incident]);
    assert_eq!(read.counts(Scope::School("de-brug")).await.unwrap().open_incidents, 0);
}

#[tokio::test]
async fn the_catalog_gives_back_what_was_put_in() {
    let Some(bed) = Bed::new().await else { return };
    let read = bed.store.read();
    let latest = read.latest_definition("study-day").await.unwrap().unwrap();
    assert_eq!(read.definition(&latest.hash).await.unwrap(), Some(latest.clone()));
    assert_eq!(read.definitions().await.unwrap().len(), 1);
    assert_eq!(read.schools().await.unwrap().len(), 2);
    assert_eq!(read.school(SCHOOL).await.unwrap().unwrap().id, SCHOOL);
    let mut altered = latest.clone();
    altered.content = "{}".into();
    bed.store.put_definition(&altered).await.unwrap();
    assert_eq!(read.definition(&latest.hash).await.unwrap(), Some(latest), "definitions never change");
    let setting = |value: &str| draaiboek_store::MetaRow { key: "k".into(), value: value.into() };
    bed.store.put_meta(&setting("1")).await.unwrap();
    bed.store.put_meta(&setting("2")).await.unwrap();
    assert_eq!(read.meta("k").await.unwrap().as_deref(), Some("2"));
    assert_eq!(read.meta("none").await.unwrap(), None);
}

#[tokio::test]
async fn instances_read_together_are_as_they_are_read_alone() {
    let Some(bed) = Bed::new().await else { return };
    let (mut turns, mut runs, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..70_i64 {
        let (turn, row) = bed.create(&format!("i-{n}"));
        turns.push(turn);
        for step in 0..n % 3 {
            runs.push(step_run(bed.ids(), &row, &format!("step#{step}")));
        }
        rows.push(row);
    }
    // Contributions come to all steps in turn, so that no chain is a stretch of numbers.
    for text in ["a", "b"] {
        for run in runs.iter_mut().filter(|run| run.step == "step#1") {
            let at = rows.iter().position(|row| row.pk == run.instance_pk).unwrap();
            turns[at].contributions.push(contribution(bed.ids(), run, text));
        }
    }
    for (turn, row) in turns.iter_mut().zip(&rows) {
        turn.step_runs = runs.iter().filter(|run| run.instance_pk == row.pk).cloned().collect();
        let tasks = turn.step_runs.iter().map(|run| task(bed.ids(), run, &["tch"], &[], None));
        turn.tasks = tasks.enumerate().map(|(n, row)| TaskRow { status: ["open", "done"][n].into(), ..row }).collect();
        let timers =
            ["pending", "fired"].map(|status| TimerRow { status: status.into(), ..timer(bed.ids(), row, NOON) });
        turn.timers = timers.to_vec();
        let incidents =
            ["open", "settled"].map(|status| IncidentRow { status: status.into(), ..incident(bed.ids(), row) });
        turn.incidents = incidents.to_vec();
    }
    assert!(bed.store.commit(turns).await.iter().all(Result::is_ok));

    let read = bed.store.read();
    let mut ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    ids.insert(3, "nobody".into());
    let mut wholes = read.wholes(&ids).await.unwrap();
    wholes.sort_by_key(|whole| whole.row.pk);
    assert_eq!(wholes.len(), rows.len());
    for (whole, row) in wholes.iter().zip(&rows) {
        assert_eq!(&whole.row, row);
        let own = read.step_runs(row.pk).await.unwrap();
        assert_eq!(whole.step_runs.iter().map(|(run, _)| run.clone()).collect::<Vec<_>>(), own);
        for (run, contributions) in &whole.step_runs {
            assert_eq!(contributions.len(), if run.step == "step#1" { 2 } else { 0 });
            assert_eq!(&read.contributions(run).await.unwrap(), contributions);
        }
        let open = |rows: Vec<TaskRow>| rows.into_iter().filter(|row| row.status == "open").collect::<Vec<_>>();
        assert_eq!(whole.tasks, open(read.tasks(row.pk).await.unwrap()));
        assert_eq!(whole.timers, read.pending_timers(row.pk).await.unwrap());
        let incidents = read.incidents(row.pk).await.unwrap();
        assert_eq!((whole.incidents.as_slice(), incidents.len()), (&incidents[..1], 2));
    }
    assert!(read.wholes(&[]).await.unwrap().is_empty());
}
