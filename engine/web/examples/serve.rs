//! Serves a school from files on a temporary or given database, for trying the pages.
//!
//! `serve WORKFLOWS PLUGINS [DATABASE] [MOMENT]`: folders of workflows (with `schools/`) and of components; a database
//! (made when absent), and the local moment at which the clock stands. Prints one sign-in link per person.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Clock, Engine, School, SystemClock, VirtualClock};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_web::{Config, Server};
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use jiff::civil::DateTime;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [workflows, plugins, rest @ ..] = given.as_slice() else {
        return Err("say: serve WORKFLOWS PLUGINS [DATABASE] [MOMENT]".into());
    };
    let temporary = tempfile::tempdir()?;
    let database = rest.first().map_or_else(|| temporary.path().join("school.db"), PathBuf::from);
    let clock: Arc<dyn Clock> = match rest.get(1) {
        Some(moment) => {
            let at: DateTime = moment.parse()?;
            Arc::new(VirtualClock::new(at.in_tz("Europe/Brussels")?.timestamp()))
        }
        None => Arc::new(SystemClock),
    };
    let store = Arc::new(Store::open(&database.display().to_string(), OpenOptions::default()).await?);
    let library = Library::new(Limits::default(), Some(&std::env::temp_dir().join("draaiboek-code")))?;
    library.add_dir(Path::new(plugins))?;
    let engine = Arc::new(Engine::new(store, Arc::new(library), clock));
    publish(&engine, Path::new(workflows)).await?;
    let school = School::parse(&std::fs::read_to_string(Path::new(workflows).join("schools/de-wilg.yaml"))?)?;
    if engine.school(&school.school).await.is_err() {
        engine.put_school(&school).await?;
    }
    let server = Server::bind(Arc::clone(&engine), ([127, 0, 0, 1], 8460).into(), Config::default()).await?;
    if let Some(code) = server.first_code().await? {
        println!("first\t{}/first\t{code}", server.url());
    }
    for person in ["dir", "zc1", "lk1", "lk3", "lk20", "adv"] {
        println!("{person}\t{}", server.sign_in_link(&school.school, person).await?);
    }
    println!("adm\t{}", server.administrator_link(&school.school).await?);
    let pump = tokio::spawn(Arc::clone(&engine).run(std::future::pending()));
    server.run(async { drop(tokio::signal::ctrl_c().await) }).await?;
    pump.abort();
    Ok(())
}

async fn publish(engine: &Engine, folder: &Path) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        let main = path.join(format!("{name}.yaml"));
        if !main.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&main)?;
        let texts: Vec<SourceFile> = ["nl", "en"]
            .iter()
            .filter_map(|locale| {
                let file = path.join(format!("texts/{locale}.yaml"));
                Some(SourceFile::new(file.display().to_string(), std::fs::read_to_string(file).ok()?))
            })
            .collect();
        let bundle = Bundle { main: SourceFile::new(main.display().to_string(), text.clone()), texts };
        match language::check(&bundle, &Options::default()).workflow {
            Some(workflow) => engine.publish(&workflow, &text).await?,
            None => eprintln!("{name} has mistakes and is left out"),
        }
    }
    Ok(())
}
