//! The root key's file: 64 hexadecimal digits and a line feed, for its owner alone.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crypto::random::{self, Random};
use crypto::secret_box::RootKeys;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use crate::config::{Settings, StorePlace};
use crate::dev;
use crate::private::{self, Readers};

type Key = Zeroizing<[u8; 32]>;

/// The root keys of the settings. The current one is made if there is neither a key nor an embedded store that
/// it could belong to.
pub fn load(settings: &Settings, random: &dyn Random) -> Result<RootKeys, String> {
    check(settings)?;
    if !settings.root_key.exists() {
        create(&settings.root_key, random)?;
        tracing::warn!(file = %settings.root_key.display(), "made a root key; keep a copy apart from the data");
    }
    let current = read(&settings.root_key)?;
    let old: Vec<Key> = settings.old_root_keys.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    Ok(RootKeys::new(*current, old.iter().map(|key| **key)))
}

/// Whether [`load`] would have a current key.
pub fn check(settings: &Settings) -> Result<(), String> {
    let file = &settings.root_key;
    if file.exists() {
        return read(file).map(drop);
    }
    match &settings.store {
        StorePlace::Embedded { folder } if folder.join("poolhouse.db").exists() => Err(format!(
            "{} is missing, and the store in {} is sealed under it; no other key opens it",
            file.display(),
            folder.display()
        )),
        StorePlace::Embedded { .. } => Ok(()),
        StorePlace::Postgres { .. } => {
            Err(format!("{} is missing; `poolhouse key create` makes the first one", file.display()))
        }
    }
}

/// The key in a file that nobody but its owner may read.
pub fn read(file: &Path) -> Result<Key, String> {
    let failed = |reason: &dyn std::fmt::Display| format!("{}: {reason}", file.display());
    let open = File::open(file).map_err(|e| failed(&e))?;
    private::judge(&open, Readers::OwnerAlone).map_err(|e| failed(&e))?;
    let mut text = Zeroizing::new(String::new());
    open.take(128).read_to_string(&mut text).map_err(|e| failed(&e))?;
    let key = decode(&text).ok_or_else(|| failed(&"64 hexadecimal digits are expected"))?;
    if *key == dev::ROOT_KEY || key.iter().all(|byte| *byte == key[0]) {
        return Err(failed(&"everyone knows this key; `poolhouse key create` makes one"));
    }
    Ok(key)
}

/// Makes a key in a new file, which is there as a whole or not at all.
pub fn create(file: &Path, random: &dyn Random) -> Result<(), String> {
    let failed = |e: std::io::Error| match e.kind() {
        ErrorKind::AlreadyExists => {
            format!("{} exists; what is sealed under it would be lost", file.display())
        }
        _ => format!("{}: {e}", file.display()),
    };
    let key: Key = Zeroizing::new(random::bytes(random));
    let text = Zeroizing::new(HEXLOWER.encode(key.as_ref()) + "\n");
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    // A temporary file is made for its owner alone.
    let mut temporary = tempfile::NamedTempFile::new_in(&folder).map_err(failed)?;
    temporary.write_all(text.as_bytes()).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist_noclobber(file).map_err(|e| failed(e.error))?;
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn decode(text: &str) -> Option<Key> {
    let digits = text.strip_suffix('\n').unwrap_or(text);
    let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use crypto::random::SystemRandom;

    use super::*;

    fn file_with(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        (folder, file)
    }

    #[test]
    fn a_key_that_was_made_is_read_and_never_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        create(&file, &SystemRandom).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let key = read(&file).unwrap();
        assert!(create(&file, &SystemRandom).unwrap_err().contains("exists"));
        assert_eq!(read(&file).unwrap(), key);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn keys_that_others_know_are_refused() {
        let good = "0123456789abcdef".repeat(4);
        for mode in [0o640, 0o604, 0o660, 0o644, 0o610] {
            let (_folder, file) = file_with(&good, mode);
            assert!(read(&file).unwrap_err().contains("others may read it"), "{mode:o}");
        }
        for known in [HEXLOWER.encode(&dev::ROOT_KEY), "00".repeat(32), "7f".repeat(32)] {
            let (_folder, file) = file_with(&known, 0o600);
            assert!(read(&file).unwrap_err().contains("everyone knows"));
        }
        let (_folder, file) = file_with(&good, 0o400);
        read(&file).unwrap();
    }

    #[test]
    fn other_texts_are_no_keys() {
        let good = "0123456789abcdef".repeat(4);
        for bad in [
            "",
            &good[1..],
            &format!("{good}0"),
            &format!("{good}\n\n"),
            &format!(" {good}"),
            &good.replace('a', "g"),
            &good.repeat(4),
        ] {
            let (_folder, file) = file_with(bad, 0o600);
            let error = read(&file).unwrap_err();
            assert!(error.contains("64 hexadecimal digits"), "{bad:?}");
            assert!(bad.is_empty() || !error.contains(bad));
        }
    }
}
