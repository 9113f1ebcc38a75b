//! Pages over real HTTP on loopback: 64 clients that keep their connections, 1,000 cycles in twenty schools on SQLite,
//! the server in a process of its own. Then the way of a contribution from one screen to a hundred others, what a first
//! visit weighs, and what the server holds in memory. Each figure stands beside the bound it is meant to keep.
//!
//! `cargo bench -p draaiboek-web --bench pages -- [seconds a page] [schools]`

#![expect(clippy::unwrap_used, reason = "a bench stops at the first thing that goes wrong")]

mod client;
mod school;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client::Connection;
use tokio::runtime::Builder;
use tokio::sync::mpsc;

/// As in the program itself.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Clients that ask at the same time.
const CLIENTS: usize = 64;
/// Screens that watch one step.
const WATCHERS: usize = 100;
/// Contributions that they see coming.
const POSTS: usize = 60;
/// Cards a second that come in while others look.
const WRITES: u32 = 10;
/// Cycles in all schools together.
const CYCLES: usize = 1_000;
/// Says to the same program that it is the server.
const SERVER: &str = "DRAAIBOEK_BENCH_SERVER";

fn main() {
    if let Ok(folder) = std::env::var(SERVER) {
        let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(school::serve(folder.as_ref()));
        return;
    }
    let mut numbers = std::env::args().filter_map(|word| word.parse::<usize>().ok());
    let seconds = numbers.next().unwrap_or(10);
    let schools = numbers.next().unwrap_or(20);
    let folder = tempfile::tempdir().unwrap();
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let start = Instant::now();
    runtime.block_on(school::build(folder.path(), schools, CYCLES));
    drop(runtime);
    println!("{CYCLES} cycles in {schools} schools made in {:.0} s", start.elapsed().as_secs_f64());
    let server = Server::start(folder.path());
    // The clients take one thread: the machine is the server's.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(&server, Duration::from_secs(seconds as u64)));
}

/// The page that a visitor looks at.
type PathOf = fn(&Visitor) -> String;

/// The server in its own process.
struct Server {
    child: Child,
    address: String,
    /// Cookie, school and cycle per visitor.
    visitors: Vec<Visitor>,
}

/// Somebody with a session.
#[derive(Clone)]
struct Visitor {
    cookie: String,
    role: String,
    cycle: String,
}

impl Server {
    fn start(folder: &std::path::Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.env(SERVER, folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        let mut visitors = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            match line.split('\t').collect::<Vec<_>>().as_slice() {
                ["listen", at] => address = (*at).to_owned(),
                ["visitor", role, cookie, cycle] => visitors.push(Visitor {
                    cookie: (*cookie).to_owned(),
                    role: (*role).to_owned(),
                    cycle: (*cycle).to_owned(),
                }),
                _ => break,
            }
        }
        Self { child, address, visitors }
    }

    /// Resident memory and its highest value so far, in MB.
    fn memory(&self) -> (f64, f64) {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
        };
        (of("VmRSS:"), of("VmHWM:"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn measure(server: &Server, time: Duration) {
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("memory at rest            {:>9.1} MB        (bound 80)", server.memory().0);
    println!("first visit, compressed   {:>9.1} kB        (bound 60)", first_visit(server).await as f64 / 1000.0);
    let pages: [(&str, PathOf); 3] = [
        ("Start", |_| "/".to_owned()),
        ("Cycle", |visitor| format!("/cycle/{}", visitor.cycle)),
        ("Step", |visitor| format!("/cycle/{}/step/needs", visitor.cycle)),
    ];
    for (name, path) in pages {
        // Once for everybody: a server that just started is not what is measured.
        load(server, path, Duration::from_secs(2)).await;
        let (times, bytes) = load(server, path, time).await;
        let rate = times.len() as f64 / time.as_secs_f64();
        let bound = if name == "Start" { "1,500/s and " } else { "" };
        println!(
            "{name:<6} {rate:>7.0} views/s   p50 {:>6.1}   p99 {:>6.1} ms   {:>5.1} kB a view   (bound {bound}p99 50)",
            percentile(&times, 50.0),
            percentile(&times, 99.0),
            bytes as f64 / times.len().max(1) as f64 / 1000.0
        );
    }
    let writing = tokio::spawn(write(server.address.clone(), server.visitors.clone()));
    let (times, _) = load(server, |_| "/".to_owned(), time).await;
    writing.abort();
    println!(
        "Start, while {WRITES} cards a second come in: {:.0} views/s   p50 {:.1}   p99 {:.1} ms   (bound p99 50)",
        times.len() as f64 / time.as_secs_f64(),
        percentile(&times, 50.0),
        percentile(&times, 99.0)
    );
    let (events, parts) = live(server).await;
    println!(
        "live, {WATCHERS} watchers: told p50 {:.1}, p95 {:.1} ms; drawn p50 {:.1}, p95 {:.1} ms   (bound p95 150)",
        percentile(&events, 50.0),
        percentile(&events, 95.0),
        percentile(&parts, 50.0),
        percentile(&parts, 95.0)
    );
    let (now, most) = server.memory();
    println!("memory after all that     {now:>9.1} MB, at most {most:.1}");
}

/// Everything a browser fetches at a first visit, as it comes over the line.
async fn first_visit(server: &Server) -> usize {
    let mut connection = Connection::open(&server.address).await;
    let visitor = server.visitors.first().unwrap();
    let page = connection.get("/", &visitor.cookie, false).await;
    let mut bytes = connection.get("/", &visitor.cookie, true).await.wire;
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let assets = text.split('"').filter(|piece| piece.starts_with("/assets/"));
    let assets: std::collections::BTreeSet<&str> = assets.collect();
    for asset in assets {
        bytes += connection.get(asset, &visitor.cookie, true).await.wire;
    }
    bytes
}

/// Milliseconds of every view within the time, and all bytes.
async fn load(server: &Server, path: PathOf, time: Duration) -> (Vec<f64>, usize) {
    let end = Instant::now() + time;
    let mut tasks = Vec::new();
    for client in 0..CLIENTS {
        let visitor = server.visitors[client % server.visitors.len()].clone();
        let address = server.address.clone();
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(&address).await;
            let (path, mut times, mut bytes) = (path(&visitor), Vec::new(), 0);
            while Instant::now() < end {
                let start = Instant::now();
                let answer = connection.get(&path, &visitor.cookie, true).await;
                assert_eq!(answer.status, 200, "{path} as {}", visitor.role);
                times.push(start.elapsed().as_secs_f64() * 1000.0);
                bytes += answer.wire;
            }
            (times, bytes)
        }));
    }
    let (mut all, mut sum) = (Vec::new(), 0);
    for task in tasks {
        let (times, bytes) = task.await.unwrap();
        all.extend(times);
        sum += bytes;
    }
    all.sort_by(f64::total_cmp);
    (all, sum)
}

/// Teachers of one school after the other hand a card in, for as long as they are let.
async fn write(address: String, visitors: Vec<Visitor>) {
    let mut connection = Connection::open(&address).await;
    let teachers: Vec<&Visitor> = visitors.iter().filter(|visitor| visitor.role == "teacher").collect();
    for number in 0.. {
        let teacher = teachers[number % teachers.len()];
        let card = card(&format!("w{number}"));
        let path = format!("/api/v1/cycles/{}/steps/needs/contributions", teacher.cycle);
        assert_eq!(connection.post(&path, &teacher.cookie, &card).await.status, 200);
        tokio::time::sleep(Duration::from_secs(1) / WRITES).await;
    }
}

fn card(id: &str) -> String {
    format!("{{\"payload\":{{\"card\":{{\"card_id\":\"{id}\",\"question\":\"own_class\",\"text\":\"Kaart {id}\"}}}}}}")
}

/// Milliseconds from the first byte of a POST until each watcher is told, and until each has drawn its part anew.
async fn live(server: &Server) -> (Vec<f64>, Vec<f64>) {
    let coach = server.visitors.iter().find(|visitor| visitor.role == "coach").unwrap().clone();
    let teacher = server.visitors.iter().find(|v| v.role == "teacher" && v.cycle == coach.cycle).unwrap().clone();
    let (tell, mut told) = mpsc::unbounded_channel();
    let base = format!("/live/{}/needs", coach.cycle);
    for watcher in 0..WATCHERS {
        let (address, cookie, base, tell) = (server.address.clone(), coach.cookie.clone(), base.clone(), tell.clone());
        tokio::spawn(async move {
            let mut stream = Connection::open(&address).await;
            let mut pages = Connection::open(&address).await;
            stream.listen(&format!("{base}/events"), &cookie).await;
            tell.send((watcher, Instant::now(), false)).ok();
            loop {
                stream.event().await;
                tell.send((watcher, Instant::now(), false)).ok();
                let part = pages.get(&format!("{base}/part"), &cookie, true).await;
                assert_eq!(part.status, 200);
                tell.send((watcher, Instant::now(), true)).ok();
            }
        });
    }
    for _ in 0..WATCHERS {
        told.recv().await.unwrap();
    }
    let mut connection = Connection::open(&server.address).await;
    let path = format!("/api/v1/cycles/{}/steps/needs/contributions", teacher.cycle);
    let (mut events, mut parts) = (Vec::new(), Vec::new());
    for post in 0..POSTS {
        let card = card(&format!("b{post}"));
        let start = Instant::now();
        let answer = connection.post(&path, &teacher.cookie, &card).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let mut last: BTreeMap<(usize, bool), f64> = BTreeMap::new();
        while last.len() < 2 * WATCHERS {
            let (watcher, at, drawn) = told.recv().await.unwrap();
            last.entry((watcher, drawn)).or_insert(at.duration_since(start).as_secs_f64() * 1000.0);
        }
        for ((_, drawn), time) in last {
            if drawn { &mut parts } else { &mut events }.push(time);
        }
    }
    events.sort_by(f64::total_cmp);
    parts.sort_by(f64::total_cmp);
    (events, parts)
}

fn percentile(sorted: &[f64], of: f64) -> f64 {
    let at = (sorted.len() as f64 * of / 100.0) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}
