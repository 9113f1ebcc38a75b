//! The numbers of rows, handed out without asking the database. Each process that writes a database has a number of its
//! own, which stands in the low bits of the numbers it hands out; the rest is a counter that starts above the highest
//! stored one and moves past every number that a chain goes on from (a Lamport clock).
//!
//! Lives here: handing out numbers. May not live here: choosing who gets one, agreeing on the numbers of processes.

use std::sync::atomic::{AtomicI64, Ordering};

/// Bits for the number of the process where several share a database. With counters below 2^43 the numbers stay exact
/// in JavaScript too.
pub(crate) const NODE_BITS: u32 = 10;

/// Hands out the next row number per table. A number that is never written leaves a harmless gap.
#[derive(Debug, Default)]
pub struct Ids {
    pub(crate) instance: AtomicI64,
    pub(crate) journal: AtomicI64,
    pub(crate) contribution: AtomicI64,
    pub(crate) step_run: AtomicI64,
    pub(crate) task: AtomicI64,
    pub(crate) timer: AtomicI64,
    pub(crate) outbox: AtomicI64,
    pub(crate) incident: AtomicI64,
    pub(crate) artifact: AtomicI64,
    /// Bits for the number of the process; none where one process has the database to itself.
    bits: u32,
    node: AtomicI64,
}

impl Ids {
    /// Numbers of a process among several.
    pub(crate) fn shared() -> Self {
        Self { bits: NODE_BITS, ..Self::default() }
    }

    /// The number of this process.
    pub(crate) fn set_node(&self, number: i64) {
        self.node.store(number, Ordering::Release);
    }

    /// Whether this process, by its present number, handed the number out.
    pub(crate) fn is_own(&self, id: i64) -> bool {
        id & ((1 << self.bits) - 1) == self.node.load(Ordering::Acquire)
    }

    /// Moves a counter past a stored number.
    pub(crate) fn pass(&self, counter: &AtomicI64, stored: i64) {
        counter.fetch_max(stored >> self.bits, Ordering::Relaxed);
    }

    /// The counters: table, question for its highest stored number, counter.
    pub(crate) fn counters(&self) -> [(&'static str, &'static str, &AtomicI64); 9] {
        [
            ("instance", "SELECT max(pk) FROM instance", &self.instance),
            ("journal", "SELECT max(id) FROM journal", &self.journal),
            ("contribution", "SELECT max(id) FROM contribution", &self.contribution),
            ("step_run", "SELECT max(id) FROM step_run", &self.step_run),
            ("task", "SELECT max(id) FROM task", &self.task),
            ("timer", "SELECT max(id) FROM timer", &self.timer),
            ("outbox", "SELECT max(id) FROM outbox", &self.outbox),
            ("incident", "SELECT max(id) FROM incident", &self.incident),
            ("artifact", "SELECT max(id) FROM artifact", &self.artifact),
        ]
    }

    /// The highest stored number of every table, in the order of the counters, as columns of one question.
    pub(crate) fn highest(&self) -> String {
        self.counters().map(|(_, question, _)| format!("coalesce(({question}), 0)")).join(", ")
    }

    /// The numbers that a table's rows get which arrive together, each with a rank of its own from 1 on. Nothing else may
    /// be handed out meanwhile.
    pub(crate) fn arriving(&self, table: &str) -> impl Fn(i64) -> Option<i64> + use<> {
        let counter = self.counters().into_iter().find(|(known, ..)| *known == table);
        let base = counter.map(|(.., counter)| counter.load(Ordering::Relaxed));
        let (bits, node) = (self.bits, self.node.load(Ordering::Acquire));
        move |rank| Some(base?.checked_add(rank)?.checked_mul(1 << bits)? | node)
    }

    fn next(&self, counter: &AtomicI64) -> i64 {
        let count = counter.fetch_add(1, Ordering::Relaxed) + 1;
        count << self.bits | self.node.load(Ordering::Acquire)
    }

    /// The next number of a chain, above the one it goes on from, whoever handed that out.
    fn after(&self, counter: &AtomicI64, head: Option<i64>) -> i64 {
        if let Some(head) = head {
            self.pass(counter, head);
        }
        self.next(counter)
    }

    /// The next `instance.pk`.
    pub fn instance(&self) -> i64 {
        self.next(&self.instance)
    }

    /// The next `journal.id` of a chain with this head.
    pub(crate) fn journal(&self, head: Option<i64>) -> i64 {
        self.after(&self.journal, head)
    }

    /// The next `contribution.id` of a chain with this head: the sequence number of domain.md L7.
    pub(crate) fn contribution(&self, head: Option<i64>) -> i64 {
        self.after(&self.contribution, head)
    }

    /// The next `step_run.id`.
    pub fn step_run(&self) -> i64 {
        self.next(&self.step_run)
    }

    /// The next `task.id`.
    pub fn task(&self) -> i64 {
        self.next(&self.task)
    }

    /// The next `timer.id`.
    pub fn timer(&self) -> i64 {
        self.next(&self.timer)
    }

    /// The next `outbox.id`.
    pub fn outbox(&self) -> i64 {
        self.next(&self.outbox)
    }

    /// The next `incident.id`.
    pub fn incident(&self) -> i64 {
        self.next(&self.incident)
    }

    /// The next `artifact.id`.
    pub fn artifact(&self) -> i64 {
        self.next(&self.artifact)
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn a_process_alone_counts_from_one() {
        let ids = Ids::default();
        assert_eq!([ids.task(), ids.task(), ids.timer()], [1, 2, 1]);
        assert_eq!(ids.journal(Some(40)), 41);
        assert!(ids.is_own(41));
    }

    #[test]
    fn processes_side_by_side_never_hand_out_the_same_number_and_chains_only_grow() {
        let (one, other) = (Ids::shared(), Ids::shared());
        other.set_node(1);
        let mut head = None;
        let mut seen = Vec::new();
        for round in 0..50 {
            let ids = if round % 3 == 0 { &one } else { &other };
            let id = ids.journal(head);
            assert!(head < Some(id), "{round}: {head:?} {id}");
            assert_eq!([one.is_own(id), other.is_own(id)], [round % 3 == 0, round % 3 != 0]);
            head = Some(id);
            seen.extend([id, one.journal(None), other.journal(None)]);
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
