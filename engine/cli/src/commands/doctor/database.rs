//! What `doctor` looks at in an open database: damage, room, what waits, who shares it, what is kept too long.

use std::collections::BTreeMap;
use std::path::Path;

use draaiboek_runtime::{retention, verify_newest};
use draaiboek_store::{InstanceFilter, Place, Reader, Scope};
use jiff::Timestamp;

use super::Findings;
use crate::args::Doctor;
use crate::failure::Failure;
use crate::output::{count, micros};

/// A log beside the file that is larger than this says that it is not folded in any more.
const MUCH_LOG: u64 = 256 << 20;
/// Room on the disk below which nothing can be promised, and below which somebody should look.
const ROOM: (u64, u64) = (100 << 20, 1 << 30);
/// How far the clock of the machine may be from that of the database, in milliseconds.
const APART: i64 = 5_000;

/// Looks at everything; what cannot be looked at is a finding.
pub async fn look(reader: &Reader, asked: &Doctor, now: Timestamp, found: &mut Findings) {
    let looked = integrity(reader, asked, found).await;
    found.of("integrity", looked);
    files(reader, found);
    let looked = journal(reader, asked, found).await;
    found.of("journal", looked);
    let looked = clock(reader, now, found).await;
    found.of("clock", looked);
    let looked = work(reader, now, found).await;
    found.of("work", looked);
    let looked = nodes(reader, found).await;
    found.of("nodes", looked);
    let looked = kept(reader, now, found).await;
    found.of("retention", looked);
}

async fn integrity(reader: &Reader, asked: &Doctor, found: &mut Findings) -> Result<(), Failure> {
    if asked.quick {
        return Ok(());
    }
    let damage = reader.integrity_check().await?;
    match damage.first() {
        None => found.ok("integrity", "the database finds nothing wrong with itself"),
        Some(first) => found.fail(
            "integrity",
            format!("{}, the first: {first}", count(damage.len(), "finding")),
            "stop everything, keep a copy of the files, and restore the last backup",
        ),
    }
    Ok(())
}

/// The files, and the room on their disk.
fn files(reader: &Reader, found: &mut Findings) {
    let (Place::File(path), Some((size, log))) = (reader.place(), reader.sizes()) else { return };
    let what = format!("{} in the file, {} in the log beside it", bytes(size), bytes(log));
    match log > MUCH_LOG {
        true => {
            found.warn("size", what, "somebody reads for very long, or the disk is full: stop it and start it again")
        }
        false => found.ok("size", what),
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Err(error) => found.warn("disk", format!("the disk does not say how full it is: {error}"), "look with `df`"),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let what = format!("{} free", bytes(free));
            let mend = "make room, or move the database; what was acknowledged is safe";
            match (free < ROOM.0, free < ROOM.1 || disk.f_bavail < disk.f_blocks / 50) {
                (true, _) => found.fail("disk", what, mend),
                (false, true) => found.warn("disk", what, mend),
                (false, false) => found.ok("disk", what),
            }
        }
    }
}

/// Runs the newest cycles again.
async fn journal(reader: &Reader, asked: &Doctor, found: &mut Findings) -> Result<(), Failure> {
    let report = verify_newest(reader, asked.sample).await?;
    let what = format!("{}, {} run again", count(report.instances, "cycle"), count(report.journal_rows, "decision"));
    match report.damaged.first() {
        None => found.ok("journal", format!("{what}: as they were written")),
        Some(first) => found.fail(
            "journal",
            format!("{what}: {} not as written, such as `{}`", count(report.damaged.len(), "cycle"), first.instance),
            "keep a copy; `draaiboek verify` tells all of it, and then restore the last backup",
        ),
    }
    Ok(())
}

/// The clock of the machine against that of the database, and against the newest decision.
async fn clock(reader: &Reader, now: Timestamp, found: &mut Findings) -> Result<(), Failure> {
    let mend = "set the clock of this machine, and let it be kept (chrony, systemd-timesyncd)";
    let newest = reader.newest_change().await?;
    if let Some(common) = reader.clock().await? {
        let apart = (common - now.as_microsecond()).abs() / 1_000;
        let what = format!("{apart} ms from the clock of the database, which counts");
        match apart > APART {
            true => found.warn("clock", what, mend),
            false => found.ok("clock", what),
        }
    } else if let Some(newest) = newest.filter(|newest| *newest > now.as_microsecond() + APART * 1_000) {
        let what = format!("it stands before the newest decision, of {}", micros(newest, &jiff::tz::TimeZone::UTC));
        found.fail("clock", what, mend);
    } else {
        found.ok("clock", format!("{now:.0} is not before the newest decision"));
    }
    Ok(())
}

/// Incidents, effects and timers that wait.
async fn work(reader: &Reader, now: Timestamp, found: &mut Findings) -> Result<(), Failure> {
    let waits = reader.backlog(now.as_microsecond() - 60_000_000).await?;
    let number = |many: i64| usize::try_from(many).unwrap_or(0);
    match waits.incidents {
        0 => found.ok("incidents", "none waits"),
        many => {
            let days = waits.oldest_incident.map_or(0, |at| (now.as_microsecond() - at) / 86_400_000_000);
            let what =
                format!("{} wait, the oldest for {}", count(number(many), "incident"), count(number(days), "day"));
            found.warn(
                "incidents",
                what,
                "`draaiboek incidents` lists them; then `draaiboek retry` or `draaiboek give-up`",
            );
        }
    }
    match (waits.effects_given_up, waits.effects_failing) {
        (0, 0) => found.ok("effects", format!("{} wait, none failed", count(number(waits.effects), "effect"))),
        (0, failing) => found.warn(
            "effects",
            format!("{} failed and will be tried again", count(number(failing), "effect")),
            "the log of the server says why",
        ),
        (given_up, _) => found.warn(
            "effects",
            format!("{} failed too often", count(number(given_up), "effect")),
            "their cycles have incidents: `draaiboek incidents`, then `draaiboek retry`",
        ),
    }
    match waits.timers_late {
        0 => found.ok("timers", format!("{} pending, none late", count(number(waits.timers), "timer"))),
        late => found.warn(
            "timers",
            format!("{} should have fired", count(number(late), "timer")),
            "have `draaiboek serve` or `draaiboek run` running; they are caught up when it starts",
        ),
    }
    Ok(())
}

async fn nodes(reader: &Reader, found: &mut Findings) -> Result<(), Failure> {
    if matches!(reader.place(), Place::File(_)) {
        return Ok(());
    }
    let shared = reader.shared_by().await?;
    let (here, gone): (Vec<_>, Vec<_>) = shared.iter().partition(|node| node.lease_ms > 0);
    let claims: i64 = here.iter().map(|node| node.claims).sum();
    let mut what = format!("{} with a lease, {claims} claims under way", count(here.len(), "node"));
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    here.iter().for_each(|node| *versions.entry(&node.knows).or_default() += 1);
    if versions.len() > 1 {
        let each: Vec<_> =
            versions.iter().map(|(knows, nodes)| format!("{nodes} know schemas up to {knows}")).collect();
        what = format!("{what}; an update is under way: {}", each.join(", "));
    }
    match (here.is_empty(), gone.is_empty()) {
        (true, _) => found.warn("nodes", what, "start `draaiboek serve` on a machine"),
        (false, false) => found.warn(
            "nodes",
            format!("{what}; the lease of {} has ended", count(gone.len(), "more node")),
            "others take its work over within seconds; look on that machine why it stopped",
        ),
        (false, true) => found.ok("nodes", what),
    }
    Ok(())
}

async fn kept(reader: &Reader, now: Timestamp, found: &mut Findings) -> Result<(), Failure> {
    let report = retention(reader, now).await?;
    let overdue: i64 = report.terms.iter().map(|kept| kept.overdue).sum();
    let cycles = reader.instances(Scope::All, &InstanceFilter::default(), 1).await?.len();
    if !report.left.is_empty() {
        let what = format!("{} should have lost their content", count(report.left.len(), "day of contributions"));
        found.fail("retention", what, "`draaiboek retention` tells which; `draaiboek retention --run` erases them");
    } else if overdue > 0 && cycles > 0 {
        let what = format!("{overdue} sessions, links and the like are kept too long");
        found.warn("retention", what, "they go within an hour of running; or `draaiboek retention --run`");
    } else {
        found.ok("retention", "nothing is kept longer than it may");
    }
    Ok(())
}

/// A size for people.
fn bytes(size: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut size = size;
    while size >= 10 * 1_024 && unit + 1 < units.len() {
        size /= 1_024;
        unit += 1;
    }
    format!("{size} {}", units[unit])
}
