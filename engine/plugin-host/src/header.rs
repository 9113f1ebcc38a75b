//! What a file says about itself before anything of it is compiled: is it a component, for which version of the
//! contract, what does it ask for, what does it bring. Reads names and sizes only; validation is the compiler's work.

use semver::Version;
use wasmparser::{Encoding, Parser, Payload};

use crate::API_VERSION;
use crate::error::LoadError;
use crate::limits::Limits;

const STEP: &str = "draaiboek:step/step";
const HOST: &str = "draaiboek:step/host";
const MAGIC: &[u8; 4] = b"\0asm";

/// The names at the outside of a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Imports, in file order.
    pub imports: Vec<String>,
    /// Exports, in file order.
    pub exports: Vec<String>,
    /// Code bytes of the biggest function of all its modules.
    pub biggest_function: usize,
}

/// Reads the outside of `bytes`.
///
/// # Errors
/// `Empty`, `TooLarge`, `NotWasm`, `CoreModule`, `Truncated`, `Damaged`, each naming `name`.
pub(crate) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Header, LoadError> {
    if bytes.is_empty() {
        return Err(LoadError::Empty { name: name.to_owned() });
    }
    if bytes.len() > limits.component_bytes {
        let (size, limit) = (bytes.len() as u64, limits.component_bytes);
        return Err(LoadError::TooLarge { name: name.to_owned(), size, limit });
    }
    if !bytes.starts_with(MAGIC) {
        // A file that stops inside the magic number was a WebAssembly file once.
        if MAGIC.starts_with(bytes) {
            return Err(LoadError::Truncated { name: name.to_owned(), at: bytes.len() });
        }
        return Err(LoadError::NotWasm { name: name.to_owned(), looks_like: looks_like(bytes) });
    }
    walk(name, bytes)
}

fn walk(name: &str, bytes: &[u8]) -> Result<Header, LoadError> {
    let damaged = |error: wasmparser::Error| broken(name, bytes.len(), &error);
    let mut header = Header::default();
    let mut depth = 0u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(damaged)? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding == Encoding::Module {
                    return Err(LoadError::CoreModule { name: name.to_owned() });
                }
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    header.imports.push(import.map_err(damaged)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    header.exports.push(export.map_err(damaged)?.name.name.to_owned());
                }
            }
            Payload::CodeSectionEntry(body) => {
                header.biggest_function = header.biggest_function.max(body.range().len());
            }
            Payload::UnknownSection { id, range, .. } => {
                let problem = format!("unknown section {id} at byte {}", range.start);
                return Err(LoadError::Damaged { name: name.to_owned(), problem });
            }
            _ => {}
        }
    }
    Ok(header)
}

fn broken(name: &str, size: usize, error: &wasmparser::Error) -> LoadError {
    let name = name.to_owned();
    if error.message().contains("unexpected end") {
        return LoadError::Truncated { name, at: size };
    }
    LoadError::Damaged { name, problem: format!("{} at byte {}", error.message(), error.offset()) }
}

impl Header {
    /// The exported step interface with its version, after checking that this host can serve the component.
    ///
    /// # Errors
    /// `ForeignImport`, `ApiVersion`, `NoStepExport`, `FunctionTooLarge`.
    pub(crate) fn admit(&self, name: &str, limits: &Limits) -> Result<(String, Version), LoadError> {
        for import in &self.imports {
            self.admit_import(name, import)?;
        }
        let step = self.exports.iter().find(|export| split(export).0 == STEP);
        let Some(step) = step else {
            return Err(LoadError::NoStepExport { name: name.to_owned(), exports: self.exports.clone() });
        };
        let version = served(name, step)?;
        if self.biggest_function > limits.function_bytes {
            let (size, limit) = (self.biggest_function, limits.function_bytes);
            return Err(LoadError::FunctionTooLarge { name: name.to_owned(), size, limit });
        }
        Ok((step.clone(), version))
    }

    fn admit_import(&self, name: &str, import: &str) -> Result<(), LoadError> {
        if split(import).0 == HOST {
            return served(name, import).map(|_| ());
        }
        let asks_for = asks_for(import);
        Err(LoadError::ForeignImport { name: name.to_owned(), import: import.to_owned(), asks_for })
    }

    /// The version of the contract in the exported step interface, whatever it is.
    pub(crate) fn api(&self) -> Option<Version> {
        self.exports.iter().find(|export| split(export).0 == STEP).and_then(|export| split(export).1)
    }
}

/// `draaiboek:step/step@1.0.0` -> (`draaiboek:step/step`, 1.0.0).
fn split(interface: &str) -> (&str, Option<Version>) {
    match interface.split_once('@') {
        Some((name, version)) => (name, Version::parse(version).ok()),
        None => (interface, None),
    }
}

/// The range of versions this host serves, in one function: our major version up to our minor one, whatever the patch;
/// no pre-releases.
fn served(name: &str, interface: &str) -> Result<Version, LoadError> {
    let first = Version::new(API_VERSION.major, 0, 0);
    let beyond = Version::new(API_VERSION.major, API_VERSION.minor + 1, 0);
    let mend = match split(interface).1 {
        Some(version) if version >= first && version < beyond && version.pre.is_empty() => {
            return Ok(version);
        }
        Some(version) if version >= beyond => "update Draaiboek, or build the plugin with an older SDK",
        _ => "build the plugin again with the current SDK",
    };
    let (name, interface) = (name.to_owned(), interface.to_owned());
    Err(LoadError::ApiVersion { name, interface, supported: API_VERSION, mend })
}

/// An import in plain words, for people who do not know WASI.
pub(crate) fn asks_for(import: &str) -> &'static str {
    const KNOWN: [(&str, &str); 9] = [
        ("wasi:filesystem/", "files"),
        ("wasi:sockets/", "the network"),
        ("wasi:http/", "the web"),
        ("wasi:clocks/", "the clock"),
        ("wasi:random/", "randomness"),
        ("wasi:cli/", "the environment, arguments or terminal of the process"),
        ("wasi:io/", "input and output streams"),
        ("wasi:keyvalue/", "a store outside its arguments"),
        ("wasi:", "a service of the system"),
    ];
    let known = KNOWN.iter().find(|(prefix, _)| import.starts_with(prefix));
    known.map_or("something unknown", |(_, what)| *what)
}

fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (b"\x7fELF", "a program or compiled code of this machine"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"(module", "WebAssembly in text form"),
        (b"(component", "WebAssembly in text form"),
        (b"<", "a web page"),
        (b"version https://git-lfs", "a Git LFS pointer"),
    ];
    let known = KNOWN.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what);
    let head = bytes.get(..512).unwrap_or(bytes);
    known.or_else(|| std::str::from_utf8(head).ok().map(|_| "text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(imports: &[&str], exports: &[&str]) -> Result<(String, Version), LoadError> {
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let header = Header { imports: own(imports), exports: own(exports), biggest_function: 0 };
        header.admit("x.wasm", &Limits::default())
    }

    #[test]
    fn serves_its_own_version_and_older_patches_only() {
        for good in ["1.0.0", "1.0.7"] {
            let (_, version) = admit(&[], &[&format!("{STEP}@{good}")]).unwrap();
            assert_eq!(version.to_string(), good);
        }
        let table = [
            ("1.1.0", "update"),
            ("2.0.0", "update"),
            ("0.9.0", "build the plugin again"),
            ("1.0.0-rc.1", "build the plugin again"),
            ("x", "build the plugin again"),
        ];
        for (version, mend) in table {
            let error = admit(&[], &[&format!("{STEP}@{version}")]).unwrap_err();
            assert!(matches!(error, LoadError::ApiVersion { .. }), "{error}");
            assert!(error.to_string().contains(mend), "{error}");
        }
        assert!(matches!(admit(&[], &[STEP]), Err(LoadError::ApiVersion { .. })));
        let newer_host = admit(&[&format!("{HOST}@1.2.0")], &[&format!("{STEP}@1.0.0")]);
        assert!(matches!(newer_host, Err(LoadError::ApiVersion { .. })));
    }

    #[test]
    fn names_what_a_foreign_import_asks_for() {
        let table = [
            ("wasi:filesystem/types@0.2.0", "files"),
            ("wasi:sockets/tcp@0.2.0", "the network"),
            ("wasi:clocks/wall-clock@0.2.0", "the clock"),
            ("wasi:cli/environment@0.2.0", "the environment"),
            ("wasi:nn/tensor", "a service of the system"),
            ("env", "something unknown"),
            ("draaiboek:step/host-extra@1.0.0", "something unknown"),
        ];
        for (import, what) in table {
            let error = admit(&[import], &[&format!("{STEP}@1.0.0")]).unwrap_err().to_string();
            assert!(error.contains(import) && error.contains(what) && error.contains("nothing but"), "{error}");
        }
    }

    #[test]
    fn tells_files_that_are_no_component_apart() {
        let read = |bytes: &[u8]| read("x.wasm", bytes, &Limits { component_bytes: 100, ..Limits::default() });
        assert!(matches!(read(b""), Err(LoadError::Empty { .. })));
        assert!(matches!(read(&[0; 101]), Err(LoadError::TooLarge { size: 101, limit: 100, .. })));
        assert!(matches!(read(b"\0as"), Err(LoadError::Truncated { at: 3, .. })));
        assert!(matches!(read(b"\0asm\x01\0\0\0"), Err(LoadError::CoreModule { .. })));
        assert!(matches!(read(b"\0asm\x0d\0\x01"), Err(LoadError::Truncated { at: 7, .. })));
        assert!(matches!(read(b"\0asm\x0d\0\x01\0\x07\x7f"), Err(LoadError::Truncated { .. })));
        assert!(matches!(read(b"\0asm\x0d\0\x01\0\x7f\x01\0"), Err(LoadError::Damaged { .. })));
        let looks = [(&b"hello"[..], Some("text")), (b"PK\x03\x04", Some("a zip archive")), (b"\xff\xfe", None)];
        for (bytes, what) in looks {
            let Err(LoadError::NotWasm { looks_like, .. }) = read(bytes) else { panic!("{bytes:?}") };
            assert_eq!(looks_like, what);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(tail in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let bytes = [b"\0asm\x0d\0\x01\0", &tail[..]].concat();
            let _ = read("x.wasm", &bytes, &Limits::default());
        }
    }
}
