//! How long a server takes from its start until it says that it is ready.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A server that needs longer does not start at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// Milliseconds until `/health/ready` of a server over a database answers 200: the shortest of three starts, the first of
/// which fills the caches of the system.
pub fn millis(binary: &Path, database: &str) -> u128 {
    (0..3).map(|_| once(binary, database)).min().unwrap()
}

fn once(binary: &Path, database: &str) -> u128 {
    let start = Instant::now();
    let mut server = Command::new(binary)
        .args(["serve", "--db", database, "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        let line = line.unwrap();
        let rest = line.split("http://").nth(1)?;
        Some(rest.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').next()?.to_owned())
    });
    let address = address.unwrap();
    while !ready(&address) {
        assert!(start.elapsed() < PATIENCE, "{address} is not ready");
        std::thread::sleep(Duration::from_millis(2));
    }
    let millis = start.elapsed().as_millis();
    server.kill().unwrap();
    server.wait().unwrap();
    millis
}

fn ready(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
