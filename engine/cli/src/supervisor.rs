//! What the process tells its supervisor (systemd, by the protocol of `sd_notify`): that it is ready, alive, and ending. Where
//! nobody listens it says nothing. Knows no commands.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::task::JoinHandle;

/// Shortest time between two signs of life.
const SHORTEST: Duration = Duration::from_millis(10);

/// Gives signs of life for as long as it is kept.
pub struct Ready(Option<JoinHandle<()>>);

/// Says that the process is ready, and from then on that it is alive as often as it is asked to: a process that cannot run
/// its tasks any more falls silent and is started again.
pub fn ready() -> Ready {
    tell(NotifyState::Ready);
    Ready(sd_notify::watchdog_enabled().map(|within| tokio::spawn(alive((within / 3).max(SHORTEST)))))
}

/// Says that the process ends in order; it may take its time.
pub fn ending() {
    tell(NotifyState::Stopping);
}

async fn alive(every: Duration) {
    let mut clock = tokio::time::interval(every);
    loop {
        clock.tick().await;
        tell(NotifyState::Watchdog);
    }
}

/// A supervisor that does not listen is no reason to stop.
fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "the supervisor does not listen");
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}
