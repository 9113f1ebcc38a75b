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

    /// The server stops: listeners go home.
    pub(crate) fn close(&self) {
        let _ = self.0.send(String::new());
    }

    /// How many listen.
    pub(crate) fn listeners(&self) -> usize {
        self.0.receiver_count()
    }

    /// Hears of changes from now on; an empty name means that the server stops.
    pub(crate) fn listen(&self) -> broadcast::Receiver<String> {
        self.0.subscribe()
    }
}
