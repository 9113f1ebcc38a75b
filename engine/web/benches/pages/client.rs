//! A client that costs next to nothing: HTTP/1.1 over one connection that stays open.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Bytes as they came over the line, head too.
    pub wire: usize,
}

/// A connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(64 * 1024) }
    }

    pub async fn get(&mut self, path: &str, cookie: &str, packed: bool) -> Answer {
        let packed = if packed { "accept-encoding: gzip\r\n" } else { "" };
        let head = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{packed}cookie: {cookie}\r\n\r\n");
        self.ask(head).await
    }

    pub async fn post(&mut self, path: &str, cookie: &str, body: &str) -> Answer {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: {length}\r\ncookie: {cookie}\r\n\r\n{body}"
        );
        self.ask(head).await
    }

    /// Uses a one-time link; gives the cookie of the session.
    pub async fn sign_in(&mut self, path: &str) -> String {
        let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-length: 0\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await.unwrap();
        let end = self.until(b"\r\n\r\n").await;
        let text = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.clear();
        text.split("set-cookie: ").nth(1).and_then(|rest| rest.split(';').next()).unwrap().to_owned()
    }

    /// Asks for a stream of events and waits for its head.
    pub async fn listen(&mut self, path: &str, cookie: &str) {
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\ncookie: {cookie}\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await.unwrap();
        let end = self.until(b"\r\n\r\n").await;
        assert!(self.buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&self.buffer));
        self.buffer.drain(..end);
    }

    /// The next event of the stream.
    pub async fn event(&mut self) {
        let end = self.until(b"event: changed").await;
        self.buffer.drain(..end);
    }

    async fn ask(&mut self, request: String) -> Answer {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let head = self.until(b"\r\n\r\n").await;
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let status = text[9..12].parse().unwrap();
        self.buffer.drain(..head);
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let (mut body, mut wire) = (Vec::new(), head);
        match length {
            Some(length) => {
                self.fill(length).await;
                body.extend(self.buffer.drain(..length));
                wire += length;
            }
            None if text.contains("transfer-encoding: chunked") => loop {
                let end = self.until(b"\r\n").await;
                let size = usize::from_str_radix(String::from_utf8_lossy(&self.buffer[..end - 2]).trim(), 16).unwrap();
                self.fill(end + size + 2).await;
                body.extend(&self.buffer[end..end + size]);
                self.buffer.drain(..end + size + 2);
                wire += end + size + 2;
                if size == 0 {
                    break;
                }
            },
            None => {}
        }
        Answer { status, body, wire }
    }

    /// Reads until the mark is there; gives the place behind it.
    async fn until(&mut self, mark: &[u8]) -> usize {
        let mut from = 0;
        loop {
            if let Some(at) = self.buffer[from..].windows(mark.len()).position(|window| window == mark) {
                return from + at + mark.len();
            }
            from = self.buffer.len().saturating_sub(mark.len());
            self.more().await;
        }
    }

    async fn fill(&mut self, length: usize) {
        while self.buffer.len() < length {
            self.more().await;
        }
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
        assert!(read > 0, "the server hung up");
    }
}
