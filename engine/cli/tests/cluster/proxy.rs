//! A way to the database that can be cut. Knows nothing of what passes through.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Connections that are open now; `None` while the way is cut.
type Open = Arc<Mutex<Option<Vec<TcpStream>>>>;

/// A port that leads to another one.
pub struct Proxy {
    port: u16,
    open: Open,
}

impl Proxy {
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let own = listener.local_addr().unwrap().port();
        let open: Open = Arc::new(Mutex::new(Some(Vec::new())));
        let known = Arc::clone(&open);
        thread::spawn(move || {
            for inner in listener.incoming().flatten() {
                // While the way is cut a newcomer is dropped at once.
                if let Some(open) = known.lock().unwrap().as_mut() {
                    let Ok(outer) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
                    open.extend([inner.try_clone().unwrap(), outer.try_clone().unwrap()]);
                    pass(inner.try_clone().unwrap(), outer.try_clone().unwrap());
                    pass(outer, inner);
                }
            }
        });
        Self { port: own, open }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Breaks every connection and lets none in.
    pub fn cut(&self) {
        for connection in self.open.lock().unwrap().take().unwrap_or_default() {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    pub fn mend(&self) {
        *self.open.lock().unwrap() = Some(Vec::new());
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}
