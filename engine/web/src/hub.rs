//! Tells open pages that a cycle changed. Carries no content: who listens asks again, under the policy.

use tokio::sync::broadcast;

/// Changes that a slow listener may fall behind before it has to look at everything again.
const BACKLOG: usize = 256;

/// The place where changes are told.
#[derive(Debug)]
pub(crate) struct Hub(broadcast::Sender<String>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Hub {
    /// A cycle changed. Nobody needs to listen.
    pub(crate) fn changed(&self, cycle: &str) {
        let _ = self.0.send(cycle.to_owned());
    }

    /// Hears of changes from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<String> {
        self.0.subscribe()
    }
}
