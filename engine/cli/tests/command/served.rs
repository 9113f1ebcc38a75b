//! A running `draaiboek serve` or `run` whose log goes to a file, and a plain HTTP client.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failure here is a failed test")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::home::Home;

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running command.
pub struct Served {
    child: Child,
    log: PathBuf,
    /// What it said on standard output until it listened.
    pub said: Vec<String>,
}

/// What it answered.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Served {
    /// Starts `serve` on a free port, and with a listener for whoever watches; waits until it says `until`.
    pub fn start(home: &Home, more: &[&str], until: usize) -> Self {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
        Self::of(home.command(arguments.into_iter().chain(more.iter().copied())), home, until)
    }

    /// Starts a command; waits for so many lines on standard output.
    pub fn of(mut command: Command, home: &Home, until: usize) -> Self {
        let log = home.path("log");
        let mut child = command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines.by_ref().take(until).map(Result::unwrap).collect();
        assert_eq!(said.len(), until, "{said:?} {}", std::fs::read_to_string(&log).unwrap());
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, log, said }
    }

    /// `host:port` of the pages.
    pub fn address(&self) -> String {
        address(&self.said[0])
    }

    /// `host:port` of the listener for whoever watches.
    pub fn watch(&self) -> String {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let log = self.log();
            if let Some(line) = log.lines().find(|line| line.starts_with("metrics: ")) {
                return address(line);
            }
            std::thread::yield_now();
        }
        panic!("it watches nowhere: {}", self.log());
    }

    /// The token of a session, by the one-time link on this line of what it said.
    pub fn token(&self, line: usize) -> String {
        let link = self.said[line].rsplit('/').next().unwrap();
        let answer = send(&self.address(), "POST", "/api/v1/sessions/link", "", &format!("{{\"token\":\"{link}\"}}"));
        answer.json()["token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Ends it as a supervisor does; gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(line: &str) -> String {
    let place = line.split("http://").nth(1).unwrap_or_else(|| panic!("no address in {line}"));
    place.split([';', '/', ' ']).next().unwrap().to_owned()
}

/// Asks; with a token as a program that is signed in.
pub fn send(address: &str, method: &str, path: &str, token: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{bearer}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), text: text.to_owned() }
}
