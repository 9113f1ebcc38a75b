//! When the system asks the process to end. Knows no commands.

use std::future::{Future, pending};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Done when the process is asked to end, by Ctrl-C or by its supervisor (SIGTERM). Listens from the call on.
pub fn stop() -> impl Future<Output = ()> {
    // Without a handler the process runs until it is killed, which loses nothing.
    let (interrupt, terminate) = (signal(SignalKind::interrupt()).ok(), signal(SignalKind::terminate()).ok());
    async move {
        tokio::select! {
            () = came(interrupt) => {}
            () = came(terminate) => {}
        }
    }
}

async fn came(signal: Option<Signal>) {
    match signal {
        Some(mut signal) => drop(signal.recv().await),
        None => pending().await,
    }
}
