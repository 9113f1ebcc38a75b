//! One `draaiboek serve`, and a plain HTTP client for it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::home::Home;

/// Longest wait for an answer: a node that is stopped gives none.
const PATIENCE: Duration = Duration::from_secs(8);

/// A running node.
pub struct Node {
    child: Child,
    /// `host:port`.
    pub address: String,
    /// Path of a link that signs the director in, once.
    pub link: Option<String>,
}

/// What a node answered.
pub struct Answer {
    pub status: u16,
    pub cookie: Option<String>,
    pub body: Value,
}

impl Node {
    /// Starts a node and waits until it listens.
    pub fn start(home: &Home, database: &str, more: &[&str]) -> Self {
        let arguments = ["serve", "--db", database, "--listen", "127.0.0.1:0"];
        let links = more.contains(&"--sign-in");
        Self::of(home.command(arguments.into_iter().chain(more.iter().copied())), links)
    }

    /// Starts a command that serves, and waits until it listens and, with `links`, until it has told one.
    pub fn of(mut command: Command, links: bool) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut address, mut link) = (None, None);
        while address.is_none() || (links && link.is_none()) {
            let line = lines.next().unwrap().unwrap();
            let place = line.split("http://").nth(1).map(|rest| rest.split([';', ' ']).next().unwrap().to_owned());
            match place {
                Some(place) if place.contains("/link/") => {
                    link = place.split_once('/').map(|(_, path)| format!("/{path}"))
                }
                Some(place) if !place.contains('/') => address = Some(place),
                _ => {}
            }
        }
        // Whatever it says later is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.unwrap(), link }
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it as a supervisor does; gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }

    /// Ends it as `kill -9` does.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts JSON; `None` when there is no whole answer in time.
pub fn post(address: &str, path: &str, cookie: &str, body: &Value) -> Option<Answer> {
    ask(address, "POST", path, cookie, body)
}

/// Asks; `None` when there is no whole answer in time.
pub fn ask(address: &str, method: &str, path: &str, cookie: &str, body: &Value) -> Option<Answer> {
    let stream = TcpStream::connect_timeout(&address.parse().unwrap(), PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let text = body.to_string();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    let mut stream = stream;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let cookie = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .and_then(|(_, value)| Some(value.split(';').next()?.to_owned()));
    Some(Answer { status, cookie, body: serde_json::from_str(body).unwrap_or_else(|_| body.into()) })
}
