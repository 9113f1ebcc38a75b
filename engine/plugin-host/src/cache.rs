//! Compiled code on disk, so that a start costs milliseconds. Machine code is as trusted as the program itself:
//! the folder is private to the user, every file carries the hashes it was made for and a checksum of its content,
//! and whatever is in doubt is compiled again. Losing the folder loses time, never data.

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;

/// Names the layout below; another layout gets another name and is compiled again.
const MAGIC: &[u8; 16] = b"draaiboek code 2";
/// Magic, component hash, engine fingerprint, length and CRC-32 of the code. The checksum is against damage; against
/// people there is the private folder, since who may write there can make any checksum.
const HEADER: usize = 16 + 2 * 32 + 8 + 4;
/// Files kept; the oldest go first. Ten plugins of a few versions fit many times.
const FILES_KEPT: usize = 200;
/// Compiled code is some three times its component; more than this is not ours.
const FILE_BYTES: u64 = 256 * 1024 * 1024;

/// A SHA-256.
pub(crate) type Hash256 = [u8; 32];

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> Hash256 {
    Sha256::digest(bytes).into()
}

/// Lower case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What compiled code depends on besides its component: wasmtime's version, configuration and the processor.
pub(crate) fn fingerprint(engine: &Engine) -> Hash256 {
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Never asked: the digest is taken instead.
    fn finish(&self) -> u64 {
        0
    }
}

/// A private folder of compiled code for one engine configuration.
#[derive(Debug)]
pub(crate) struct CodeCache {
    folder: PathBuf,
    fingerprint: Hash256,
}

impl CodeCache {
    /// Opens `folder`, making it if needed, readable by this user only.
    ///
    /// # Errors
    /// When it cannot be made, is no folder, or cannot be made private.
    pub(crate) fn open(folder: &Path, fingerprint: Hash256) -> io::Result<Self> {
        make_private(folder)?;
        Ok(Self { folder: folder.to_owned(), fingerprint })
    }

    fn path(&self, component: &Hash256) -> PathBuf {
        let (component, engine) = (hex(component), hex(&self.fingerprint));
        self.folder.join(format!("{}-{}.code", &component[..40], &engine[..16]))
    }

    /// The code compiled from `component`, if it is here and whole. A damaged file counts as absent.
    pub(crate) fn get(&self, component: &Hash256) -> Option<Vec<u8>> {
        let mut file = File::open(self.path(component)).ok()?;
        let size = file.metadata().ok()?.len();
        if size > FILE_BYTES {
            return None;
        }
        let mut header = [0u8; HEADER];
        file.read_exact(&mut header).ok()?;
        let mut code = Vec::with_capacity(usize::try_from(size).ok()?.saturating_sub(HEADER));
        file.take(FILE_BYTES).read_to_end(&mut code).ok()?;
        (header == self.header(component, &code)).then_some(code)
    }

    /// Keeps `code`. A reader sees the old file or the new one, never half of one.
    ///
    /// # Errors
    /// When the folder cannot be written to; the caller goes on without.
    pub(crate) fn put(&self, component: &Hash256, code: &[u8]) -> io::Result<()> {
        let path = self.path(component);
        let draft = path.with_extension(format!("{}-{:?}.draft", std::process::id(), std::thread::current().id()));
        let written = write(&draft, &self.header(component, code), code).and_then(|()| fs::rename(&draft, &path));
        if written.is_err() {
            // The first error is the one to report; a draft left behind is pruned later.
            let _ = fs::remove_file(&draft);
        }
        written?;
        self.prune();
        Ok(())
    }

    fn header(&self, component: &Hash256, code: &[u8]) -> [u8; HEADER] {
        let mut header = [0u8; HEADER];
        let length = (code.len() as u64).to_le_bytes();
        let checksum = crc32fast::hash(code).to_le_bytes();
        let parts: [&[u8]; 5] = [MAGIC, component, &self.fingerprint, &length, &checksum];
        for (to, from) in header.iter_mut().zip(parts.concat()) {
            *to = from;
        }
        header
    }

    /// Other processes may prune at the same moment: what is gone already is fine.
    fn prune(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else {
            return;
        };
        let dated = |file: fs::DirEntry| Some((file.metadata().ok()?.modified().ok()?, file.path()));
        let mut files: Vec<_> = files.flatten().filter_map(dated).collect();
        files.sort();
        let excess = files.len().saturating_sub(FILES_KEPT);
        for (_, path) in files.into_iter().take(excess) {
            let _ = fs::remove_file(path);
        }
    }
}

fn write(path: &Path, header: &[u8], code: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(header)?;
    file.write_all(code)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() {
        return Err(io::Error::other("is a link or a file, not a folder"));
    }
    if found.permissions().mode() & 0o077 != 0 {
        // Succeeds for the owner only, so a folder of somebody else is refused here.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path) -> CodeCache {
        CodeCache::open(folder, [7; 32]).unwrap()
    }

    #[test]
    fn gives_back_what_was_put() {
        let dir = tempfile::tempdir().unwrap();
        let cache = cache(&dir.path().join("a/b"));
        assert_eq!(cache.get(&[1; 32]), None);
        cache.put(&[1; 32], b"code").unwrap();
        assert_eq!(cache.get(&[1; 32]).unwrap(), b"code");
        assert_eq!(cache.get(&[2; 32]), None);
    }

    #[test]
    fn trusts_no_changed_byte_and_no_cut() {
        let dir = tempfile::tempdir().unwrap();
        let cache = cache(dir.path());
        cache.put(&[1; 32], b"some compiled code").unwrap();
        let path = cache.path(&[1; 32]);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).unwrap();
            assert_eq!(cache.get(&[1; 32]), None, "flipped byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(cache.get(&[1; 32]), None, "cut at {at}");
        }
        fs::write(&path, [&whole[..], b"more"].concat()).unwrap();
        assert_eq!(cache.get(&[1; 32]), None, "lengthened");
    }

    #[test]
    fn a_file_of_another_engine_or_component_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let ours = cache(dir.path());
        let theirs = CodeCache::open(dir.path(), [8; 32]).unwrap();
        theirs.put(&[1; 32], b"code").unwrap();
        fs::rename(theirs.path(&[1; 32]), ours.path(&[1; 32])).unwrap();
        assert_eq!(ours.get(&[1; 32]), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_private_and_no_link() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let open = dir.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        cache(&open);
        assert_eq!(fs::metadata(&open).unwrap().permissions().mode() & 0o777, 0o700);
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&open, &link).unwrap();
        assert!(CodeCache::open(&link, [7; 32]).is_err());
    }

    #[test]
    fn keeps_a_bounded_number_of_files() {
        let dir = tempfile::tempdir().unwrap();
        let cache = cache(dir.path());
        for number in 0..FILES_KEPT + 20 {
            cache.put(&sha256(&number.to_le_bytes()), b"code").unwrap();
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), FILES_KEPT);
    }
}
