//! Files and folders that are for their owner alone: what is judged is what was opened, not what lies at a path.

use std::fs::{File, Metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use rustix::fs::Mode;

/// Who besides its owner may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    OwnerAlone,
    /// Also the owner's group, as the keys of certificates often have it.
    Group,
}

/// Whether only this process's user, or root, decides what is in the file and who reads it.
pub fn judge(file: &File, readers: Readers) -> Result<(), String> {
    let metadata = file.metadata().map_err(|e| e.to_string())?;
    judge_owner(&metadata)?;
    // Whatever the group may read, it must not write.
    let forbidden = match readers {
        Readers::OwnerAlone => 0o077,
        Readers::Group => 0o027,
    };
    match metadata.mode() & forbidden {
        0 => Ok(()),
        _ => Err(format!(
            "others may read it (mode {:03o}); chmod 600 and, if they did, replace what is in it",
            metadata.mode() & 0o777
        )),
    }
}

/// A folder for its owner alone: made if there is none, refused if others come into it.
pub fn folder(path: &Path) -> Result<(), String> {
    let failed = |reason: &dyn std::fmt::Display| format!("{}: {reason}", path.display());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| failed(&e))?;
    let metadata = path.metadata().map_err(|e| failed(&e))?;
    judge_owner(&metadata).map_err(|e| failed(&e))?;
    match metadata.mode() & 0o077 {
        0 => Ok(()),
        _ => Err(failed(&format_args!(
            "others may come into it (mode {:03o}); chmod 700",
            metadata.mode() & 0o777
        ))),
    }
}

/// Whatever this process makes from here on is for its owner alone, also the files that SQLite makes.
pub fn from_now_on() {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

fn judge_owner(metadata: &Metadata) -> Result<(), String> {
    let own = rustix::process::geteuid().as_raw();
    match metadata.uid() {
        0 => Ok(()),
        uid if uid == own => Ok(()),
        uid => Err(format!("it belongs to another user (uid {uid})")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn others_read_no_private_file() {
        let file = tempfile::tempfile().unwrap();
        for (mode, alone, with_group) in [
            (0o600, true, true),
            (0o400, true, true),
            (0o640, false, true),
            (0o660, false, false),
            (0o644, false, false),
            (0o604, false, false),
            (0o602, false, false),
        ] {
            file.set_permissions(Permissions::from_mode(mode)).unwrap();
            assert_eq!(judge(&file, Readers::OwnerAlone).is_ok(), alone, "{mode:o}");
            assert_eq!(judge(&file, Readers::Group).is_ok(), with_group, "{mode:o}");
        }
    }

    /// Only root can give files away.
    #[test]
    fn a_file_of_another_user_is_refused() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let file = tempfile::tempfile().unwrap();
        std::os::unix::fs::fchown(&file, Some(65_534), None).unwrap();
        for readers in [Readers::OwnerAlone, Readers::Group] {
            assert_eq!(judge(&file, readers).unwrap_err(), "it belongs to another user (uid 65534)");
        }
        let place = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(place.path(), Some(65_534), None).unwrap();
        assert!(folder(place.path()).unwrap_err().contains("another user"));
    }

    #[test]
    fn others_come_into_no_private_folder() {
        let place = tempfile::tempdir().unwrap();
        let made = place.path().join("a/b");
        folder(&made).unwrap();
        assert_eq!(made.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        for mode in [0o750, 0o705, 0o701, 0o720, 0o777] {
            std::fs::set_permissions(&made, Permissions::from_mode(mode)).unwrap();
            assert!(folder(&made).unwrap_err().contains("others may come into it"), "{mode:o}");
        }
    }
}
