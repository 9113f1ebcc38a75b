//! The commands, one function each: arguments in, text or JSON out, an exit code back.

mod act;
mod archive;
mod author;
mod config;
mod demo;
mod diff;
mod doctor;
mod incident;
mod input;
mod instrument;
mod keep;
mod lineage;
mod look;
mod migrate;
mod notices;
mod people;
mod play;
mod plugin;
mod retention;
mod school;
mod serve;
mod show;
mod simulate;
mod sources;
mod tasks;
mod trace;
mod workload;

use clap::CommandFactory;

use crate::args::{Args, Command, Instrument, Plugin};
use crate::failure::{Exit, Failure};
use crate::output::{Output, written};
use crate::settings::Settings;

/// Commands that need neither threads nor a database; `None` for the others.
pub fn without_runtime(args: &Args, settings: &Settings, output: &Output) -> Option<Result<Exit, Failure>> {
    let common = &args.common;
    Some(match &args.command {
        Command::Check(check) => author::check(check, common, output),
        Command::Schema { scenario } => author::schema(*scenario, output),
        Command::Diagram(diagram) => author::diagram(diagram, common, output),
        Command::Trace(asked) => trace::trace(asked),
        Command::Simulate(asked) => simulate::simulate(asked, common, output),
        Command::Plugin(Plugin::List) => plugin::list(common, output),
        Command::Plugin(Plugin::Inspect { file }) => plugin::inspect(file, common, output),
        Command::Plugin(Plugin::Run { file, call, ctx, input }) => {
            plugin::run(&plugin::Call { file, call, context: ctx.as_deref(), input: input.as_deref() }, common, output)
        }
        Command::Instrument(Instrument::Import(asked)) => instrument::import(asked, output),
        Command::NewKey { file } => archive::new_key(file, output),
        Command::Config => config::config(settings, output),
        Command::Completions { shell } => completions(*shell),
        _ => return None,
    })
}

/// All other commands.
///
/// # Errors
/// What went wrong, with its exit code.
pub async fn run(args: &Args, settings: &Settings, output: &Output) -> Result<Exit, Failure> {
    let common = &args.common;
    match &args.command {
        Command::Demo(demo) => demo::demo(demo, common, output).await,
        Command::Play(play) => play::play(play, common, output).await,
        Command::School(asked) => school::school(asked, common, output).await,
        Command::People(asked) => people::people(asked, common, output).await,
        Command::Notices => notices::notices(common, output).await,
        Command::Workload(asked) => workload::workload(asked, common, output).await,
        Command::Publish { paths } => school::publish(paths, common, output).await,
        Command::List(list) => look::list(list, common, output).await,
        Command::Show { instance } => show::show(instance, common, output).await,
        Command::Tasks(asked) => tasks::tasks(asked, common, output).await,
        Command::Log { instance, limit } => look::log(instance, *limit, common, output).await,
        Command::Artifacts { instance, name, version } => {
            look::artifacts(instance, name.as_deref(), *version, common, output).await
        }
        Command::TraceBack(asked) => lineage::trace_back(asked, common, output).await,
        Command::Diff(asked) => diff::diff(asked, common, output).await,
        Command::Migrate(asked) => migrate::migrate(asked, common, output).await,
        Command::Verify => keep::verify(common, output).await,
        Command::Backup(asked) => archive::pack(asked, None, common, output).await,
        Command::Restore(asked) => archive::unpack(asked, true, common, output).await,
        Command::Run(asked) => keep::run(asked, common, output).await,
        Command::Serve(asked) => serve::serve(asked, common, output).await,
        Command::Doctor(asked) => doctor::doctor(asked, settings, common, output).await,
        Command::Retention(asked) => retention::retention(asked, common, output).await,
        Command::Incidents => incident::list(common, output).await,
        Command::Retry { incident } => incident::retry(*incident, common, output).await,
        Command::GiveUp { incident, reason } => incident::give_up(*incident, reason, common, output).await,
        other => act::act(other, common, output).await,
    }
}

fn completions(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "draaiboek", &mut text);
    written(std::io::Write::write_all(&mut std::io::stdout().lock(), &text))?;
    Ok(Exit::Fine)
}
