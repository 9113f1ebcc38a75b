//! `play`: scenarios through the real engine, with what was expected and what came of it.

use crate::args::{Common, Play};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::play::{self as player, Options, Teller, Which};
use crate::session;

use super::input;

/// `draaiboek play`.
pub async fn play(asked: &Play, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let library = session::library(common)?;
    for path in &asked.plugin {
        library.replace(&path.display().to_string(), &input::bytes(path)?)?;
    }
    let which = match (&asked.variation, &asked.keep) {
        (Some(name), _) => Which::Variation(name.clone()),
        (None, Some(_)) => Which::Main,
        (None, None) => Which::All,
    };
    if let Some(file) = asked
        .keep
        .as_ref()
        .filter(|file| file.exists() || asked.paths.len() != 1 || !asked.paths.iter().all(|path| path.is_file()))
    {
        return Err(Failure::usage(format!("{} cannot be the database of one new play", file.display()))
            .hint("name one scenario file, and a database file that is not there yet"));
    }
    let options = Options {
        library,
        which,
        language: common.lang.language(),
        teller: (asked.story && !output.json).then(teller),
        until: None,
        database: asked.keep.clone(),
    };
    let bar = output.progress("scenarios playing");
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    if asked.story {
        bar.finish_and_clear();
    }
    let result = player::play(&asked.paths, &options).await;
    bar.finish_and_clear();
    let report = result?;
    if output.json {
        output.value(&serde_json::json!({"met": report.met(), "plays": report.plays}))?;
    } else {
        output.text(report.text(asked.all))?;
    }
    Ok(if report.met() { Exit::Fine } else { Exit::Findings })
}

/// Tells stories on standard output, piece by piece.
pub fn teller() -> Teller {
    Box::new(|| {
        Box::new(|piece: &str| {
            // A reader who left is found out by the report that follows.
            let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), piece.as_bytes());
        })
    })
}
