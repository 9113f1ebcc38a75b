//! What `doctor` looks at around the database: settings, plugins, schools with their zones and calendars, backups, mail.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use draaiboek_runtime::{Clock as _, SystemClock};
use draaiboek_store::{Place, Reader};
use draaiboek_workflow::decide::Origin;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::Findings;
use crate::args::Common;
use crate::failure::Failure;
use crate::mail::Smtp;
use crate::output::count;
use crate::session;
use crate::settings::Settings;

/// A calendar that ends within so many days needs its next school year.
const AHEAD: i64 = 180;
/// A backup older than this many hours is old.
const OLD: u64 = 48;

/// Cycles whose plugins are looked for, at the most.
const CYCLES: u64 = 20_000;

/// The settings: a file with mistakes was refused before this is reached.
pub fn settings(settings: &Settings, common: &Common, found: &mut Findings) {
    let all = settings.all();
    let value = |key: &str| all.iter().find(|setting| setting.key == key).and_then(|setting| setting.value.clone());
    match settings.file() {
        None => found.ok("settings", "no file; what counts is shown by `draaiboek config`"),
        Some(path) if readable_by_all(path) && matches!(common.db.place(), Place::Server(_)) => found.warn(
            "settings",
            format!("{} may be read by everybody on this machine", path.display()),
            format!("it may hold a password: `chmod 600 {}`", path.display()),
        ),
        Some(path) => found.ok("settings", format!("{} has no mistakes", path.display())),
    }
    let listen = value("server.listen").and_then(|text| text.parse::<std::net::SocketAddr>().ok());
    let open = listen.is_some_and(|address| !address.ip().is_loopback());
    let public = value("server.public_url").unwrap_or_default();
    if !public.is_empty() && !public.starts_with("https://") {
        let mend = "put a proxy with a certificate before it, and say `https://…` in `server.public_url`";
        found.warn("address", format!("people come in at {public}, without encryption"), mend);
    } else if open && public.is_empty() {
        let mend = "say the address that people use in `server.public_url`";
        found.warn("address", "it listens to the outside and does not know its own address", mend);
    }
    let watch = value("metrics.listen").and_then(|text| text.parse::<std::net::SocketAddr>().ok());
    if let Some(watch) = watch.filter(|watch| watch.ip().is_unspecified()) {
        found.warn("metrics", format!("{watch} listens on every network"), "name one address inside the house");
    }
}

fn readable_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o004 != 0)
}

/// The plugins of this program.
pub fn plugins(common: &Common, found: &mut Findings) {
    match session::library(common) {
        Ok(library) => {
            let plugins = library.plugins();
            let kinds: usize = plugins.iter().map(|plugin| plugin.manifest().kinds.len()).sum();
            let what = format!("{} with {} loaded", count(plugins.len(), "plugin"), count(kinds, "step kind"));
            match library.cache() {
                draaiboek_plugin_host::CacheUse::Unusable { folder, problem } => found.warn(
                    "plugins",
                    format!("{what}; their compiled code cannot be kept in {}: {problem}", folder.display()),
                    "each start takes longer: give it that folder, or another one as XDG_CACHE_HOME",
                ),
                _ => found.ok("plugins", what),
            }
        }
        Err(failure) => found.of("plugins", Err(failure)),
    }
}

/// Running cycles are pinned to plugins by their hash: all of them must be here.
pub async fn pins(reader: &Reader, common: &Common, found: &mut Findings) {
    let looked = missing(reader, common).await;
    match looked {
        Ok(missing) if missing.is_empty() => found.ok("pins", "every running cycle has its plugins"),
        Ok(missing) => found.fail(
            "pins",
            format!("running cycles need {} that are not here: {}", count(missing.len(), "plugin"), missing.join(", ")),
            "run the version of draaiboek that brings them, or put their files back into the folder of `plugins.folder`; \
             their steps wait as incidents meanwhile",
        ),
        Err(failure) => found.of("pins", Err(failure)),
    }
}

/// Step kinds of running cycles, with the beginning of the hash of the plugin that is not here.
async fn missing(reader: &Reader, common: &Common) -> Result<Vec<String>, Failure> {
    let library = session::library(common)?;
    let mut missing = BTreeSet::new();
    for origin in reader.running_origins(CYCLES).await? {
        let origin: Origin = serde_json::from_str(&origin).map_err(|error| {
            Failure::broken(format!("a cycle cannot be read: {error}")).hint("run `draaiboek verify`")
        })?;
        let gone = origin.plugins.into_iter().filter(|(_, hash)| library.by_hash(hash).is_none());
        missing.extend(gone.map(|(kind, hash)| format!("{kind} ({})", hash.get(..8).unwrap_or(&hash))));
    }
    Ok(missing.into_iter().collect())
}

/// Schools: their zones, and whether their calendars go on.
pub async fn schools(reader: &Reader, now: Timestamp, found: &mut Findings) {
    let looked = each_school(reader, now, found).await;
    found.of("schools", looked);
}

async fn each_school(reader: &Reader, now: Timestamp, found: &mut Findings) -> Result<(), Failure> {
    let rows = reader.schools().await?;
    if rows.is_empty() {
        found.warn("schools", "there is no school yet", "load one with `draaiboek school load FILE`");
        return Ok(());
    }
    let mut fine = 0;
    for row in &rows {
        let school = session::school(&row.content)?;
        if TimeZone::get(&school.timezone).is_err() {
            let what = format!("school `{}`: there is no time zone `{}`", row.id, school.timezone);
            found.fail("zone", what, "mend it in the school file and load that again");
            continue;
        }
        let calendar = school.calendar()?;
        let today = calendar.local(now).date();
        let last = calendar.last_day();
        let soon = today.checked_add(AHEAD.days()).unwrap_or(today);
        let mend = "add the next school year to `calendar` in the school file and load that again";
        let what = format!("the calendar of school `{}` ends on {last}", row.id);
        if last < today {
            found.fail("calendar", what, mend);
        } else if last < soon {
            found.warn("calendar", what, mend);
        } else {
            fine += 1;
        }
    }
    if fine > 0 {
        let what = format!("{} with a calendar for half a year and more", count(fine, "school"));
        found.ok("calendar", what);
    }
    Ok(())
}

/// The newest backup in a folder.
pub fn backups(folder: Option<&Path>, found: &mut Findings) {
    let Some(folder) = folder else {
        let mend = "name their folder as `backup.folder`, so that their age is looked at";
        return found.warn("backup", "nobody said where backups are put", mend);
    };
    let mend = "make one with `draaiboek backup`, best each night (docs/operations.md)";
    let files = match std::fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) => return found.fail("backup", format!("{}: {error}", folder.display()), mend),
    };
    let archives =
        files.filter_map(Result::ok).filter(|file| file.path().extension().is_some_and(|end| end == "draaiboek"));
    let newest = archives.filter_map(|file| file.metadata().ok()?.modified().ok()).max();
    match newest {
        None => found.fail("backup", format!("there is no backup in {}", folder.display()), mend),
        Some(newest) => {
            let hours =
                SystemTime::from(SystemClock.now()).duration_since(newest).map_or(0, |age| age.as_secs() / 3_600);
            let what = format!("the newest backup is {} old", count(usize::try_from(hours).unwrap_or(0), "hour"));
            match hours > OLD {
                true => found.warn("backup", what, mend),
                false => found.ok("backup", what),
            }
        }
    }
}

/// Mail: whether the server that is set lets us in. Nothing is sent.
pub async fn mail(settings: &Settings, found: &mut Findings) {
    let [server, from, url] = ["mail.server", "mail.from", "server.public_url"].map(|key| settings.value(key));
    match Smtp::of(server.as_deref(), from.as_deref(), url.as_deref()) {
        Ok(None) => found.ok(
            "mail",
            "no server is set, none is sent: messages stand on the start page, administrators hand out sign-in links",
        ),
        Ok(Some(server)) if server.answers().await => found.ok("mail", "the mail server answers and lets us in"),
        Ok(Some(_)) => found.fail(
            "mail",
            "the mail server does not answer, or does not let us in",
            "look at `mail.server`: host, port, smtps:// or ?tls=required, user and password",
        ),
        Err(failure) => found.of("mail", Err(failure)),
    }
}
