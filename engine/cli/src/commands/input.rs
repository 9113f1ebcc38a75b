//! Reading what people give: JSON on the command line, in a file, on standard input. Bounded.

use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Most bytes of JSON that are read; what the engine takes is less.
const MAX_BYTES: u64 = 16 << 20;

/// JSON as it stands, `@file`, or `-` for standard input.
///
/// # Errors
/// It cannot be read, or is no JSON of that form; `option` is where it was given.
pub fn json<T: DeserializeOwned>(option: &str, given: &str) -> Result<T, Failure> {
    let text = match given.strip_prefix('@') {
        Some(file) => text(Path::new(file))?,
        None if given == "-" => text(Path::new("-"))?,
        None => given.to_owned(),
    };
    serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!(
            "`{option}` is no JSON of the right form: {error}; write JSON, @file, or - for standard input"
        ))
    })
}

/// The text of a file; `-` is standard input.
///
/// # Errors
/// It cannot be read, is too large or is no text.
pub fn text(path: &Path) -> Result<String, Failure> {
    let bytes = bytes(path)?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("{}: is no UTF-8 text; save it as UTF-8", path.display())))
}

/// The bytes of a file; `-` is standard input.
///
/// # Errors
/// It cannot be read or is too large.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("{}: cannot be read: {error}; check the path and its rights", path.display()))
    };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::usage(format!(
            "{}: has more than {} MB; give a smaller file",
            path.display(),
            MAX_BYTES >> 20
        )));
    }
    Ok(bytes)
}
