//! The same random commands on a file and on a server: every answer and everything that can be read is the same.
//!
//! DRAAIBOEK_SEEDS sets the number of runs, DRAAIBOEK_SEED replays one.

use crate::support::*;
use draaiboek_store::{
    CommandKeyRow, CommitError, ContributionChange, InstanceFilter, InstanceRow, InstanceWrite, Mark, OpenOptions,
    Scope, StepRunRow, Store, TaskFilter, Turn,
};
use std::collections::BTreeMap;

const STEPS: u64 = 60;
const SCHOOLS: [&str; 2] = [SCHOOL, "de-brug"];

/// A fixed sequence of numbers (SplitMix64).
#[derive(Clone)]
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn word(&mut self) -> String {
        let words = ["An", "an", "Ön", "a_b", "a%b", "Één", "z\\", "\"q\"", "日", ""];
        let pick = usize::try_from(self.below(10)).unwrap();
        format!("{}{}", words[pick], self.below(4))
    }
}

/// One side: a database and what the engine would hold in memory of it.
struct Side {
    bed: Bed,
    rows: Vec<InstanceRow>,
    runs: Vec<StepRunRow>,
    /// What was done, in words that do not depend on the numbers of rows.
    told: Vec<String>,
    shift: u32,
}

impl Side {
    fn new(bed: Bed, shift: u32) -> Self {
        Self { bed, rows: Vec::new(), runs: Vec::new(), told: Vec::new(), shift }
    }

    /// The number of a row without the bits of the process.
    fn n(&self, id: i64) -> i64 {
        id >> self.shift
    }

    fn tell(&mut self, answers: &[Result<draaiboek_store::Committed, CommitError>]) {
        for answer in answers {
            let told = match answer {
                Ok(committed) => format!("{committed:?}"),
                // The databases name a violated key in words of their own.
                Err(CommitError::Conflict(_)) => "conflict".to_owned(),
                Err(error) => format!("{error:?}"),
            };
            self.told.push(told);
        }
    }

    async fn step(&mut self, chance: &mut Chance, step: u64) {
        let turns = match chance.below(10) {
            0 | 1 => vec![self.create(chance, step)],
            2 => {
                // A group in which one is stale and one comes twice.
                let mut turns: Vec<Turn> = (0..3).filter_map(|_| self.change(chance)).collect();
                turns.extend(self.stale(chance));
                turns.extend(turns.first().cloned());
                turns
            }
            _ => self.change(chance).into_iter().collect(),
        };
        let answers = self.bed.store.commit(turns).await;
        self.tell(&answers);
        // Whatever was refused is loaded anew, as the engine does.
        for row in &mut self.rows {
            if let Some(stored) = self.bed.store.read().instance_by_pk(row.pk).await.unwrap() {
                *row = stored;
            }
        }
        self.rows.retain(|row| row.revision > 0);
        let mut runs = Vec::new();
        for row in &self.rows {
            runs.extend(self.bed.store.read().step_runs(row.pk).await.unwrap());
        }
        self.runs = runs;
    }

    fn create(&mut self, chance: &mut Chance, step: u64) -> Turn {
        // Now and then an id that is taken.
        let (mut turn, mut row) = self.bed.create(&format!("i-{}", if chance.below(6) == 0 { 0 } else { step }));
        row.school = SCHOOLS[usize::try_from(chance.below(2)).unwrap()].into();
        row.title = chance.word();
        turn.instance = Some(InstanceWrite::create(row.clone()));
        if !self.rows.iter().any(|known| known.id == row.id) {
            self.rows.push(row);
        }
        turn
    }

    fn pick(&self, chance: &mut Chance) -> Option<InstanceRow> {
        let count = u64::try_from(self.rows.len()).unwrap();
        (count > 0).then(|| self.rows[usize::try_from(chance.below(count)).unwrap()].clone())
    }

    fn stale(&self, chance: &mut Chance) -> Option<Turn> {
        let mut row = self.pick(chance)?;
        row.revision += 3;
        Some(self.bed.next(&mut row))
    }

    fn change(&self, chance: &mut Chance) -> Option<Turn> {
        let mut row = self.pick(chance)?;
        let cold = chance.below(4) == 0;
        if cold {
            row.title = chance.word();
            row.lifecycle = ["active", "paused", "finished"][usize::try_from(chance.below(3)).unwrap()].into();
        }
        let mut turn = self.bed.next(&mut row);
        turn.instance = Some(InstanceWrite::advance(row.clone(), cold));
        let ids = self.bed.ids();
        let known = self.runs.iter().rfind(|run| run.instance_pk == row.pk).cloned();
        let mut run = match known {
            Some(run) if chance.below(3) > 0 => run,
            _ => step_run(ids, &row, &chance.word()),
        };
        for _ in 0..chance.below(3) {
            let text = chance.word();
            turn.contributions.push(contribution(ids, &mut run, &text));
        }
        if let (Some(head), 0) = (run.contribution_head, chance.below(3)) {
            let change = |erase| ContributionChange { id: head, status: "late".into(), erase };
            turn.contribution_changes = vec![change(false), change(chance.below(2) == 0)];
        }
        turn.step_runs = vec![run.clone(), run.clone()];
        if chance.below(2) == 0 {
            let word = chance.word();
            let due = (chance.below(2) == 0).then(|| NOON + i64::try_from(chance.below(50)).unwrap());
            let mut job = task(ids, &run, &["tch", &word], &[], due);
            job.school.clone_from(&row.school);
            turn.tasks = vec![job];
        }
        for _ in 0..chance.below(3) {
            turn.timers.push(timer(ids, &row, NOON + i64::try_from(chance.below(90)).unwrap()));
        }
        if chance.below(3) == 0 {
            let key = format!("e-{}", chance.below(20));
            turn.outbox = vec![effect(ids, &row, &key, NOON + i64::try_from(chance.below(90)).unwrap())];
        }
        if chance.below(5) == 0 {
            turn.artifacts = vec![artifact(ids, &row, &chance.word())];
        }
        if chance.below(4) == 0 {
            let key = format!("k-{}", chance.below(9));
            let answer = chance.word();
            turn.command_key = Some(CommandKeyRow { key, answer, instance_pk: Some(row.pk), created_at: NOON });
        }
        Some(turn)
    }

    /// Everything that can be asked, in words that do not depend on the numbers of rows.
    async fn look(&self, chance: &mut Chance) -> Vec<String> {
        let read = self.bed.store.read();
        let mut seen = Vec::new();
        for scope in [Scope::All, Scope::School(SCHOOL), Scope::School("de-brug")] {
            let piece = chance.word();
            for text in [None, Some(piece.clone())] {
                let filter = InstanceFilter { text, ..InstanceFilter::default() };
                let list = read.instances(scope, &filter, 7).await.unwrap();
                seen.push(format!("{:?}", list.iter().map(|row| (&row.id, &row.title)).collect::<Vec<_>>()));
            }
            seen.push(format!("{:?}", read.counts(scope).await.unwrap()));
            for roles in [vec![], vec!["tch".to_owned()], vec![piece.clone()]] {
                let filter = TaskFilter { roles, due_by: Some(NOON + 40), ..TaskFilter::default() };
                let tasks = read.open_tasks(scope, &filter, 50).await.unwrap();
                seen.push(format!("{:?}", tasks.iter().map(|task| (self.n(task.id), task.due_at)).collect::<Vec<_>>()));
            }
        }
        let due = read.due_timers(NOON + 45, Mark::START, 100).await.unwrap();
        seen.push(format!("{:?}", due.iter().map(|row| (self.n(row.id), row.due_at)).collect::<Vec<_>>()));
        let waiting = read.pending_outbox(NOON + 45, Mark::START, 100).await.unwrap();
        seen.push(format!("{:?}", waiting.iter().map(|row| (self.n(row.id), &row.key)).collect::<Vec<_>>()));
        seen.push(format!("{:?}", read.next_due().await.unwrap()));
        for key in 0..9 {
            seen.push(format!("{:?}", read.answer(&format!("k-{key}")).await.unwrap()));
        }
        seen
    }

    /// All instances with their journals and contributions, by their hashes.
    async fn histories(&self) -> BTreeMap<String, Vec<String>> {
        let read = self.bed.store.read();
        let mut all = BTreeMap::new();
        for row in &self.rows {
            let Some(row) = read.instance_by_pk(row.pk).await.unwrap() else { continue };
            let report = read.verify_rows(&row).await.unwrap();
            let mut told = vec![format!("{report:?}"), format!("{:?}", row.journal_head_hash), row.lifecycle.clone()];
            for run in read.step_runs(row.pk).await.unwrap() {
                let rows = read.contributions(&run).await.unwrap();
                told.extend(rows.iter().map(|row| format!("{} {} {:?}", self.n(row.id), row.status, row.payload)));
            }
            let artifacts = read.artifacts(row.pk).await.unwrap();
            told.extend(artifacts.into_iter().map(|row| row.content));
            all.insert(row.id, told);
        }
        all
    }
}

async fn run(seed: u64) -> Option<()> {
    let server = Bed::new().await?;
    let file = Bed::on(Home::Folder(tempfile::tempdir().unwrap()), OpenOptions::default()).await;
    let mut sides = [Side::new(server, 10), Side::new(file, 0)];
    for step in 0..STEPS {
        let mut seen = Vec::new();
        for side in &mut sides {
            let mut chance = Chance(seed.wrapping_mul(1_000).wrapping_add(step));
            side.step(&mut chance, step).await;
            seen.push(if step % 6 == 0 { side.look(&mut chance).await } else { Vec::new() });
        }
        let [server, file] = &sides;
        assert_eq!(server.told, file.told, "seed {seed}, step {step}: DRAAIBOEK_SEED={seed} repeats it");
        assert_eq!(seen[0], seen[1], "seed {seed}, step {step}: DRAAIBOEK_SEED={seed} repeats it");
    }
    assert_eq!(sides[0].histories().await, sides[1].histories().await, "seed {seed}");
    assert!(sides[0].told.iter().any(|told| told == "conflict"), "seed {seed} has clashes");
    Some(())
}

#[tokio::test]
async fn a_file_and_a_server_answer_alike() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("DRAAIBOEK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("DRAAIBOEK_SEEDS").unwrap_or(4),
    };
    for seed in seeds {
        if run(seed).await.is_none() {
            return;
        }
    }
}

/// A text that only SQLite takes spoils its own turn, not those of others.
#[tokio::test]
async fn a_value_that_the_server_does_not_take_fails_alone() {
    let Some(bed) = Bed::new().await else { return };
    let (mut row, mut other) = (bed.instance("i-1").await, bed.instance("i-2").await);
    row.status = "a\0b".into();
    let answers = bed.store.commit(vec![bed.next(&mut row), bed.next(&mut other)]).await;
    assert!(matches!(answers[0], Err(CommitError::Conflict(_))) && answers[1].is_ok(), "{answers:?}");
    drop(Store::open(&bed.address(), OpenOptions::default()).await.unwrap());
}
