//! Style sheet, scripts and icon, embedded, with their hash in their name: they may be cached for ever.

use std::collections::BTreeMap;

use draaiboek_workflow::diagram;
use sha2::{Digest as _, Sha256};

/// htmx 4.0.1 from npm, 0BSD. The test below pins its hash.
const HTMX: &[u8] = include_bytes!("../assets/htmx.min.js");
const STYLE: &str = include_str!("../assets/app.css");
const SCRIPT: &str = include_str!("../assets/app.js");
const ICON: &str = include_str!("../assets/icon.svg");
/// Weeks that a timeline can show: a school year with the weeks around it.
const WEEKS: usize = 54;

/// One file.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Bytes.
    pub body: Vec<u8>,
    /// MIME type.
    pub kind: &'static str,
}

/// All files by their hashed name.
#[derive(Debug)]
pub(crate) struct Assets {
    files: BTreeMap<String, Asset>,
    names: BTreeMap<&'static str, String>,
}

impl Assets {
    /// Hashes the embedded files.
    pub(crate) fn new() -> Self {
        let mut all = Self { files: BTreeMap::new(), names: BTreeMap::new() };
        let style = format!("{STYLE}\n@layer components{{{}{}}}", diagram::STYLE, places());
        all.add("app.css", "css", "text/css; charset=utf-8", style.into_bytes());
        all.add("app.js", "js", "text/javascript; charset=utf-8", SCRIPT.as_bytes().to_vec());
        all.add("htmx.js", "js", "text/javascript; charset=utf-8", HTMX.to_vec());
        all.add("icon.svg", "svg", "image/svg+xml", ICON.as_bytes().to_vec());
        all
    }

    fn add(&mut self, name: &'static str, extension: &str, kind: &'static str, body: Vec<u8>) {
        let hash: String = Sha256::digest(&body).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let stem = name.split('.').next().unwrap_or(name);
        let hashed = format!("{stem}-{hash}.{extension}");
        self.names.insert(name, format!("/assets/{hashed}"));
        self.files.insert(hashed, Asset { body, kind });
    }

    /// The path of a file, by its plain name.
    #[cfg(test)]
    pub(crate) fn path(&self, name: &str) -> &str {
        self.names.get(name).map_or("", String::as_str)
    }

    /// All paths by plain name, for templates.
    pub(crate) fn paths(&self) -> BTreeMap<&'static str, String> {
        self.names.clone()
    }

    /// A file by its hashed name.
    pub(crate) fn get(&self, hashed: &str) -> Option<&Asset> {
        self.files.get(hashed)
    }
}

/// Classes that place something on the week grid: the policy for content allows no style attributes.
fn places() -> String {
    let mut text = String::new();
    for week in 0..WEEKS {
        text.push_str(&format!(".s{week}{{--s:{week}}}.l{n}{{--l:{n}}}", n = week + 1));
    }
    for weeks in 1..=WEEKS {
        text.push_str(&format!(".w{weeks}{{--weeks:{weeks}}}"));
    }
    for percent in 0..=100 {
        text.push_str(&format!(".at{percent}{{--at:{}}}", f64::from(percent) / 100.0));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn htmx_is_the_file_that_was_looked_at() {
        let hash: String = Sha256::digest(HTMX).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130");
    }

    #[test]
    fn the_style_asks_nothing_of_other_hosts() {
        let assets = Assets::new();
        let name = assets.path("app.css").trim_start_matches("/assets/").to_owned();
        let style = String::from_utf8(assets.get(&name).expect("the style sheet").body.clone()).expect("text");
        for forbidden in ["http:", "https:", "@import", "url("] {
            assert!(!style.contains(forbidden), "{forbidden}");
        }
    }
}
