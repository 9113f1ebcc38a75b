//! `backup`, `restore`, `school export`, `school import`, `new-key`: archives as files, packed with gzip and, when a key
//! is given, encrypted in the age format (<https://age-encryption.org/v1>), which other programs read as well.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use draaiboek_runtime::{Clock as _, SystemClock};
use draaiboek_store::{ArchiveError, OpenOptions as StoreOptions, RowCounts, Store, Unpacked};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::args::{Backup, Common, Unpack};
use crate::failure::{Exit, Failure};
use crate::output::{Output, count};
use crate::session;

/// How an encrypted archive begins.
const ENCRYPTED: &[u8] = b"age-encryption.org/v1";

/// `draaiboek backup` and `draaiboek school export`.
pub async fn pack(asked: &Backup, school: Option<&str>, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let Backup { file, key } = asked;
    let recipient = key.as_deref().map(recipient).transpose()?;
    let reader = session::reader(common).await?;
    let part = Part::begin(file)?;
    let made_at = SystemClock.now().as_microsecond();
    let rows = match recipient {
        None => {
            let mut packed = GzEncoder::new(BufWriter::new(&part.file), Compression::default());
            let rows = reader.pack(school, made_at, &mut packed).await?;
            packed.finish().and_then(|mut rest| rest.flush()).map_err(ArchiveError::Io)?;
            rows
        }
        Some(recipient) => {
            let sealed = age::Encryptor::with_recipients(iter::once(recipient.as_ref() as &dyn age::Recipient))
                .map_err(|error| Failure::broken(format!("the archive cannot be encrypted: {error}")))?;
            let sealed = sealed.wrap_output(BufWriter::new(&part.file)).map_err(ArchiveError::Io)?;
            let mut packed = GzEncoder::new(sealed, Compression::default());
            let rows = reader.pack(school, made_at, &mut packed).await?;
            let sealed = packed.finish().map_err(ArchiveError::Io)?;
            sealed.finish().and_then(|mut rest| rest.flush()).map_err(ArchiveError::Io)?;
            rows
        }
    };
    let bytes = part.keep()?;
    told(
        &json!({"file": file, "bytes": bytes, "rows": rows}),
        &format!("{}: {}, {bytes} bytes", file.display(), words(&rows)),
        output,
    )
}

/// `draaiboek restore` and `draaiboek school import`.
pub async fn unpack(asked: &Unpack, whole: bool, common: &Common, output: &Output) -> Result<Exit, Failure> {
    let mut archive = open(&asked.file, asked.key.as_deref())?;
    let store = Store::open(common.db.address(), StoreOptions::default()).await?;
    let Unpacked { head, rows } = store.unpack(whole, &mut archive).await?;
    told(
        &json!({"school": head.school, "schema": head.schema, "made_at": head.made_at, "rows": rows}),
        &format!("{}: {} taken in; `draaiboek verify` proves it", common.db.place(), words(&rows)),
        output,
    )
}

/// `draaiboek new-key`: a new key for backups, in a file that nobody else may read.
pub fn new_key(file: &Path, output: &Output) -> Result<Exit, Failure> {
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let mut made = private(file)?;
    writeln!(made, "# public key: {public}\n{}", identity.to_string().expose_secret())
        .map_err(|error| broken(file, &error))?;
    made.sync_all().map_err(|error| broken(file, &error))?;
    let text = format!("{}: keep it safe and apart from the backups; without it they cannot be read", file.display());
    told(&json!({"file": file, "public": public}), &text, output)
}

fn told(value: &serde_json::Value, text: &str, output: &Output) -> Result<Exit, Failure> {
    if output.json {
        output.value(value)?;
    } else {
        output.text(text)?;
    }
    Ok(Exit::Fine)
}

/// `3 schools, 12 cycles, 340 decisions, 512 contributions`.
fn words(rows: &RowCounts) -> String {
    let of = |table: &str, one: &str| {
        let rows = rows.get(table).copied().unwrap_or_default();
        count(usize::try_from(rows).unwrap_or(usize::MAX), one)
    };
    [of("school", "school"), of("instance", "cycle"), of("journal", "decision"), of("contribution", "contribution")]
        .join(", ")
}

/// An archive under way. It gets its name when it is whole and on the disk, so that half of one never looks like one.
struct Part {
    file: File,
    part: PathBuf,
    target: PathBuf,
}

impl Part {
    fn begin(target: &Path) -> Result<Self, Failure> {
        if target.exists() {
            return Err(Failure::usage(format!("{} is there already", target.display())).hint("give another name"));
        }
        let mut part = target.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        // What an interrupted one left is of no use.
        let _ = std::fs::remove_file(&part);
        Ok(Self { file: private(&part)?, part, target: target.to_owned() })
    }

    fn keep(self) -> Result<u64, Failure> {
        let done = || {
            self.file.sync_all()?;
            let bytes = self.file.metadata()?.len();
            std::fs::rename(&self.part, &self.target)?;
            let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(bytes)
        };
        done().map_err(|error: std::io::Error| broken(&self.target, &error))
    }
}

/// A new file that only its owner may read: backups and keys are nobody else's.
fn private(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::usage(format!("{} is there already", path.display())).hint("give another name")
        }
        _ => broken(path, &error),
    })
}

fn broken(path: &Path, error: &std::io::Error) -> Failure {
    Failure::broken(format!("{} cannot be written ({error})", path.display()))
        .hint("check the folder, its rights and its room")
}

/// The lines of an archive, decrypted and unpacked as its first bytes say.
fn open(path: &Path, key: Option<&Path>) -> Result<Box<dyn BufRead + Send>, Failure> {
    let unreadable = |error: std::io::Error| Failure::usage(format!("{} cannot be read ({error})", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let encrypted = file.fill_buf().map_err(unreadable)?.starts_with(ENCRYPTED);
    let packed: Box<dyn BufRead + Send> = match (encrypted, key) {
        (false, _) => Box::new(file),
        (true, None) => {
            return Err(Failure::usage(format!("{} is encrypted", path.display())).hint("give its key with --key FILE"));
        }
        (true, Some(key)) => Box::new(BufReader::new(opened(file, path, key)?)),
    };
    Ok(Box::new(BufReader::new(GzDecoder::new(packed))))
}

fn opened(file: impl Read + Send + 'static, path: &Path, key: &Path) -> Result<impl Read + Send + 'static, Failure> {
    let identity = identity(key)?;
    let sealed = age::Decryptor::new(file);
    let opened = sealed.and_then(|sealed| sealed.decrypt(iter::once(&identity as &dyn age::Identity)));
    opened.map_err(|error| {
        Failure::usage(format!("{} cannot be decrypted with {} ({error})", path.display(), key.display()))
            .hint("give the key it was made with")
    })
}

/// Who may read a new backup: the public key of the file, or that of the secret key in it.
fn recipient(key: &Path) -> Result<Box<dyn age::Recipient>, Failure> {
    match line(key, "age1")? {
        Some(public) => {
            public.parse::<age::x25519::Recipient>().map(|found| Box::new(found) as _).map_err(|_| no_key(key))
        }
        None => Ok(Box::new(identity(key)?.to_public())),
    }
}

fn identity(key: &Path) -> Result<age::x25519::Identity, Failure> {
    let secret = line(key, "AGE-SECRET-KEY-")?.ok_or_else(|| no_key(key))?;
    secret.parse().map_err(|_| no_key(key))
}

/// The first line of the key file that begins so.
fn line(key: &Path, begins: &str) -> Result<Option<String>, Failure> {
    let text = std::fs::read_to_string(key)
        .map_err(|error| Failure::usage(format!("the key {} cannot be read ({error})", key.display())))?;
    Ok(text.lines().map(str::trim).find(|line| line.starts_with(begins)).map(str::to_owned))
}

fn no_key(key: &Path) -> Failure {
    Failure::usage(format!("{} holds no key for this", key.display()))
        .hint("make one with `draaiboek new-key FILE`; reading needs the line that begins with AGE-SECRET-KEY-")
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Store(error) => error.into(),
            ArchiveError::Damaged { .. } => Self::new(Exit::Refused, error.to_string()),
            ArchiveError::Io(_) => Self::broken(error.to_string()),
            other => Self::usage(other.to_string()),
        }
    }
}
