//! The only place that asks the machine for the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Told what the database says it is now. Clocks that others do not share pay no heed.
    fn align(&self, _common: Timestamp) {}
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        // As fine as the journal keeps it: what was decided at a moment must be decided alike when it is run again.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// The machine's clock, set to another moment: it runs on from there. For showing a school in the middle of its year.
#[derive(Debug, Clone, Copy)]
pub struct ShiftedClock {
    ahead: jiff::SignedDuration,
}

impl ShiftedClock {
    /// A clock that runs so many seconds before the machine's: a machine whose clock is wrong, for tests.
    pub fn ahead(seconds: i64) -> Self {
        Self { ahead: jiff::SignedDuration::from_secs(seconds) }
    }

    /// A clock that says `start` now.
    pub fn starting(start: Timestamp) -> Self {
        Self { ahead: start.duration_since(SystemClock.now()) }
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().checked_add(self.ahead).unwrap_or(Timestamp::MAX)
    }
}

/// The clock of several processes on one database: the machine's, set to what the database says, so that they agree
/// whatever their machines say.
#[derive(Debug)]
pub struct CommonClock {
    machine: Arc<dyn Clock>,
    /// How far the database is ahead, in microseconds.
    ahead: AtomicI64,
}

impl CommonClock {
    /// A clock that runs as the machine's until it hears from the database.
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, ahead: AtomicI64::new(0) }
    }
}

impl Clock for CommonClock {
    fn now(&self) -> Timestamp {
        let ahead = jiff::SignedDuration::from_micros(self.ahead.load(Ordering::Relaxed));
        self.machine.now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    fn align(&self, common: Timestamp) {
        let ahead = common.as_microsecond() - self.machine.now().as_microsecond();
        self.ahead.store(ahead, Ordering::Relaxed);
    }
}

/// A clock that stands still until it is set: for scenarios, simulation and tests.
#[derive(Debug)]
pub struct VirtualClock(AtomicI64);

impl VirtualClock {
    /// A clock standing at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_microsecond()))
    }

    /// Moves the clock; it never goes back.
    pub fn advance_to(&self, to: Timestamp) {
        self.0.fetch_max(to.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Says how long something took, for logs and metrics; never a reason to decide anything.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Runs from now on.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_as_fine_as_the_journal() {
        let clocks: [Arc<dyn Clock>; 3] = [
            Arc::new(SystemClock),
            Arc::new(ShiftedClock::ahead(7)),
            Arc::new(CommonClock::new(Arc::new(SystemClock))),
        ];
        for clock in clocks {
            for _ in 0..20 {
                assert_eq!(clock.now().subsec_nanosecond() % 1_000, 0, "{clock:?}");
            }
        }
    }

    #[test]
    fn a_common_clock_goes_by_the_database_whatever_the_machine_says() {
        let machine = Arc::new(VirtualClock::new(Timestamp::UNIX_EPOCH));
        let clock = CommonClock::new(Arc::clone(&machine) as Arc<dyn Clock>);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        let told = Timestamp::from_second(1_790_000_000).unwrap();
        clock.align(told);
        assert_eq!(clock.now(), told);
        machine.advance_to(Timestamp::from_second(5).unwrap());
        assert_eq!(clock.now(), Timestamp::from_second(1_790_000_005).unwrap());
    }
}
