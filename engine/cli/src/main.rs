//! The `draaiboek` command: reads the command line, runs one command, shows what came of it.
//!
//! Thin: commands call the crates of the engine and decide nothing themselves. Exit codes: docs/cli.md.

mod args;
mod args_author;
mod args_operate;
mod args_people;
mod args_words;
mod choice;
mod commands;
mod database;
mod embedded;
mod failure;
mod log;
mod mail;
mod outline;
mod output;
mod play;
mod session;
mod settings;
mod shelf;
mod signals;
mod supervisor;
mod traces;

use std::process::ExitCode;

use args::Args;
use failure::{Exit, Failure};
use output::Output;
use settings::Settings;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Stack of a worker thread in bytes: a plugin call takes 512 KiB of it, a deep workflow some more.
const WORKER_STACK: usize = 4 << 20;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(apologise));
    let (args, settings) = match Settings::read() {
        Ok(read) => read,
        Err(failure) => {
            Output::early().failure(&failure);
            return failure.exit.into();
        }
    };
    let output = Output::new(&args.common);
    let result = match commands::without_runtime(&args, &settings, &output) {
        Some(result) => result,
        None => with_runtime(&args, &settings, &output),
    };
    let exit = result.unwrap_or_else(|failure| {
        output.failure(&failure);
        failure.exit
    });
    exit.into()
}

fn with_runtime(args: &Args, settings: &Settings, output: &Output) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(WORKER_STACK)
        .build()
        .map_err(|error| Failure::broken(format!("the system gave no threads: {error}")))?;
    runtime.block_on(commands::run(args, settings, output))
}

/// Instead of a trace: where it happened, and that nothing acknowledged is lost.
fn apologise(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let text = panic.payload_as_str().unwrap_or("no message");
    eprintln!("error: draaiboek itself made a mistake, sorry ({text}, at {place})");
    eprintln!("hint: nothing that was acknowledged is lost; run `draaiboek verify` and report this line");
}
