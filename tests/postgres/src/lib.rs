//! A private PostgreSQL server for tests: in a temporary folder, on a free port of this machine, gone with the process
//! that started it, however that ends.
//!
//! Lives here: finding, starting, stopping, asking it as its superuser. May not live here: what is tested.
//!
//! On a laptop without PostgreSQL the tests on it are left out with a note. With `CI` set they fail instead.

#![expect(clippy::panic, clippy::expect_used, reason = "a helper of tests stops where a test would")]

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// Password of both users of the server.
pub const PASSWORD: &str = "geheim";
/// The user under which the product is tested: owner of its databases, and nothing more.
pub const USER: &str = "draaiboek";

/// Runs the server until the other end of its standard input is gone, and obeys a few words on it.
const KEEPER: &str = r#"
bin=$1 data=$2 port=$3
start() {
  "$bin/postgres" -D "$data" -p "$port" -k '' -h 127.0.0.1 >>"$data/server.log" 2>&1 &
  pid=$!
}
start
while read -r word; do
  case $word in
    stop) kill -INT "$pid"; wait "$pid" ;;
    crash) kill -QUIT "$pid"; wait "$pid" ;;
    start) start ;;
  esac
  echo "$word"
done
kill -INT "$pid"; wait "$pid"
rm -rf "$data"
"#;

/// A running server.
pub struct Server {
    bin: PathBuf,
    port: u16,
    keeper: Mutex<Keeper>,
    databases: AtomicU64,
}

/// The process that keeps the server.
struct Keeper {
    words: ChildStdin,
    child: Child,
}

/// Whom a server runs as.
struct User {
    uid: u32,
    gid: u32,
}

impl Server {
    /// The server of this test program, started by the first test that asks. `None`, with a note, where there is no
    /// PostgreSQL.
    ///
    /// # Panics
    /// It does not start; or there is none and `CI` is set.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server of one's own.
    ///
    /// # Panics
    /// As [`Server::shared`].
    pub fn start() -> Option<Self> {
        let Some(bin) = find() else {
            let note = "there is no PostgreSQL server on this machine (Debian: apt install postgresql)";
            assert!(std::env::var_os("CI").is_none(), "{note}");
            // Written past the test runner, which shows what a test prints only when it fails.
            let _ = writeln!(std::io::stderr(), "left out: {note}");
            return None;
        };
        let user = unprivileged();
        let data = initialised(&bin, user.as_ref());
        let port = free_port();
        let mut command = Command::new("sh");
        command.arg("-c").arg(KEEPER).arg("keeper").arg(&bin).arg(&data).arg(port.to_string());
        run_as(&mut command, user.as_ref());
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().expect("a shell");
        let words = child.stdin.take().expect("its input");
        let keeper = Mutex::new(Keeper { words, child });
        let server = Self { bin, port, keeper, databases: AtomicU64::new(0) };
        server.wait(&data);
        server.ask("postgres", &format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'"));
        Some(server)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a new empty database that belongs to [`USER`].
    pub fn database(&self) -> String {
        let name = format!("school_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.ask("postgres", &format!("CREATE DATABASE {name} OWNER {USER}"));
        self.address(&name)
    }

    /// The address of a new copy of a database, whose sessions are ended for it.
    pub fn copy(&self, original: &str) -> String {
        let name = format!("school_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.ask(
            "postgres",
            &format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{original}'; \
                 CREATE DATABASE {name} TEMPLATE {original} OWNER {USER}"
            ),
        );
        self.address(&name)
    }

    /// The address of a database for [`USER`].
    pub fn address(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// The address of a database for the superuser.
    pub fn superuser(&self, database: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// A program that came with the server.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// Runs SQL as the superuser; gives the rows, columns parted by `|`.
    ///
    /// # Panics
    /// The server refuses it.
    pub fn ask(&self, database: &str, sql: &str) -> String {
        let output = self.psql(database, sql).output().expect("psql runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {said}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn psql(&self, database: &str, sql: &str) -> Command {
        let mut command = Command::new(self.tool("psql"));
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        sql.split("; ").for_each(|statement| {
            command.arg("-c").arg(statement);
        });
        command.arg(self.superuser(database));
        command
    }

    /// Ends the server as a power cut would, and starts it again after a while.
    ///
    /// # Panics
    /// It does not start again.
    pub fn crash(&self, away: Duration) {
        self.tell("crash");
        std::thread::sleep(away);
        self.tell("start");
        self.wait(Path::new("its folder"));
    }

    fn tell(&self, word: &str) {
        use std::io::BufRead as _;
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(keeper.words, "{word}").expect("the keeper listens");
        let answer = keeper.child.stdout.as_mut().expect("its output");
        let mut line = String::new();
        std::io::BufReader::with_capacity(1, answer).read_line(&mut line).expect("the keeper answers");
        assert_eq!(line.trim(), word);
    }

    fn wait(&self, data: &Path) {
        for _ in 0..300 {
            let answer = self.psql("postgres", "SELECT 1").stderr(Stdio::null()).output().expect("psql runs");
            if answer.status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not start; see server.log in {}", data.display());
    }
}

/// The folder with the server's programs: Debian's newest, or one on the path.
fn find() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.into_iter().rev().map(|(_, folder)| folder).chain(std::env::split_paths(&path)).find(complete)
}

/// Somebody else than root, which the server refuses; `None` for who is not root.
fn unprivileged() -> Option<User> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if !root {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("the list of users");
    let user = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    };
    Some(user("postgres").or_else(|| user("nobody")).expect("a user without rights"))
}

fn run_as(command: &mut Command, user: Option<&User>) {
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
}

/// A new folder with an empty cluster.
fn initialised(bin: &Path, user: Option<&User>) -> PathBuf {
    static FOLDERS: AtomicU64 = AtomicU64::new(0);
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let data = folder().join(format!("draaiboek-test-{}-{number}", std::process::id()));
    std::fs::create_dir(&data).expect("a folder");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).expect("its rights");
    let secret = data.with_extension("password");
    std::fs::write(&secret, PASSWORD).expect("a file");
    if let Some(user) = user {
        chown(&data, Some(user.uid), Some(user.gid)).expect("its owner");
        chown(&secret, Some(user.uid), Some(user.gid)).expect("its owner");
    }
    let mut command = Command::new(bin.join("initdb"));
    command.args(["-N", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "-D"]);
    command.arg(&data).arg(format!("--pwfile={}", secret.display())).current_dir("/");
    run_as(&mut command, user);
    let made = command.output().expect("initdb runs");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    std::fs::remove_file(&secret).expect("the file");
    let settings = "max_connections = 300\nshared_buffers = 64MB\n";
    let mut file = std::fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).expect("its settings");
    file.write_all(settings.as_bytes()).expect("its settings");
    data
}

/// In memory where there is room: the server waits for its disk as it must, and that costs nothing there.
fn folder() -> PathBuf {
    const ENOUGH: u64 = 2_000_000;
    let room = Command::new("df").args(["-Pk", "/dev/shm"]).output().ok();
    let room = room.and_then(|told| String::from_utf8(told.stdout).ok());
    let room = room.and_then(|text| text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok());
    if room.is_some_and(|room| room > ENOUGH) { PathBuf::from("/dev/shm") } else { std::env::temp_dir() }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}
