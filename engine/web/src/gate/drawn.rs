//! Pages that were drawn before and hold still, packed for the line. Drawing one takes milliseconds, and on a study day
//! forty people look at the same few again and again.
//!
//! A page is kept for one session, in one language, at one address. It holds for the minute, and while the school, its
//! cycles and the visitor's drafts stay as they are. Where other processes write the database too, nothing is kept.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::app::App;
use super::memory::lock;
use super::permit::Permission;
use super::place::Place;
use super::visit::{Visit, Who};
use crate::answer::Failure;
use crate::guard::{etag, unless_known};

/// Pages kept at the most, and the bytes of each.
const MAX_PAGES: usize = 2_000;
const MAX_BYTES: usize = 512 * 1024;
const MINUTE: i64 = 60;

/// Marks an answer that may be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep;

/// What a page rests on.
#[derive(Debug, Clone)]
struct Stamp {
    place: Arc<Place>,
    changes: u64,
    minute: i64,
}

impl Stamp {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.place, &other.place) && self.changes == other.changes && self.minute == other.minute
    }
}

/// The pages that are kept, with what they rest on.
#[derive(Debug, Default)]
pub(in crate::gate) struct Drawings(Mutex<HashMap<String, (Stamp, Arc<Drawn>)>>);

/// A page as it goes over the line.
#[derive(Debug)]
pub(crate) struct Drawn {
    headers: HeaderMap,
    packed: Bytes,
}

impl Drawn {
    /// The answer with it; only that it did not change, to who has it already.
    pub(crate) fn response(&self, known: Option<&HeaderValue>) -> Response {
        let mut response = Response::new(Body::from(self.packed.clone()));
        *response.headers_mut() = self.headers.clone();
        unless_known(response, known)
    }
}

/// Where the page that is asked for is kept, or would be.
pub(crate) struct Drawing {
    app: Arc<App>,
    key: String,
    stamp: Stamp,
}

impl<P: Permission> Visit<P> {
    /// Where the page of this visit is kept; nowhere when nobody is signed in, or others write too. Ask before the page is
    /// drawn: what changes meanwhile makes it outdated.
    pub(crate) fn drawing(&self) -> Option<Drawing> {
        let Who::Member(member) = self.who() else { return None };
        let store = self.engine().store();
        if store.is_shared() || member.limit.is_some() {
            return None;
        }
        let stamp = Stamp {
            place: Arc::clone(self.place().ok()?),
            changes: store.changes([&member.school, &member.account]),
            minute: self.now.as_second().div_euclid(MINUTE),
        };
        let who = (&member.session, &member.roles, &member.extra);
        let key = format!("{who:?}\n{}\n{}", self.locale, self.path);
        Some(Drawing { app: Arc::clone(self.app()), key, stamp })
    }
}

impl Drawing {
    /// The page, when it holds still.
    pub(crate) fn drawn(&self) -> Option<Arc<Drawn>> {
        let drawings = lock(&self.app.memory.drawings.0);
        drawings.get(&self.key).filter(|(stamp, _)| stamp.same(&self.stamp)).map(|(_, drawn)| Arc::clone(drawn))
    }

    /// Packs a page and keeps it.
    ///
    /// # Errors
    /// The page is too large to be one.
    pub(crate) async fn keep(self, response: Response) -> Result<Arc<Drawn>, Failure> {
        let (parts, body) = response.into_parts();
        let page = to_bytes(body, usize::MAX).await.map_err(|error| Failure::Broken(error.to_string()))?;
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        let packed = packer.write_all(&page).and_then(|()| packer.finish());
        let packed = packed.map_err(|error| Failure::Broken(error.to_string()))?;
        let mut headers = parts.headers;
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let tag = HeaderValue::from_str(&etag(&page)).map_err(|error| Failure::Broken(error.to_string()))?;
        headers.insert(header::ETAG, tag);
        let drawn = Arc::new(Drawn { headers, packed: packed.into() });
        if drawn.packed.len() <= MAX_BYTES {
            let mut drawings = lock(&self.app.memory.drawings.0);
            if drawings.len() >= MAX_PAGES {
                drawings.clear();
            }
            drawings.insert(self.key, (self.stamp, Arc::clone(&drawn)));
        }
        Ok(drawn)
    }
}
