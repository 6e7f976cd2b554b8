//! What is left on a disk after the power went: everything up to a file's last sync, and of what was written
//! after it any sectors or none.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crypto::random::{Random, bytes};

use crate::disk::Event;

const SECTOR: usize = 512;

/// Writes the files as they are when the power goes before event `cut` into `folder`. `kept` of 256 sectors
/// that were not synced are on the disk.
pub fn write(events: &[Event], cut: usize, kept: u16, random: &dyn Random, folder: &Path) {
    let events = &events[..cut];
    let mut synced: HashMap<&str, usize> = HashMap::new();
    // The first sync of a new journal or log is one of the folder too, and makes earlier deletions safe.
    let mut folder_synced = 0;
    let mut old = HashSet::new();
    for (i, event) in events.iter().enumerate() {
        match event {
            Event::Sync { file } => {
                synced.insert(file, i);
                if old.insert(file) && file != "poolhouse.db" {
                    folder_synced = i;
                }
            }
            Event::Delete { file, synced: folder } => {
                old.remove(file);
                folder_synced = if *folder { i + 1 } else { folder_synced };
            }
            _ => {}
        }
    }
    let survives = |file: &str, i: usize| synced.get(file).is_some_and(|sync| i < *sync);
    let lucky = || u16::from(bytes::<1>(random)[0]) < kept;

    let mut files: HashMap<&str, Vec<u8>> = HashMap::new();
    for (i, event) in events.iter().enumerate() {
        match event {
            Event::Write { file, at, bytes } => {
                let contents = files.entry(file).or_default();
                for (n, sector) in sectors(*at, bytes) {
                    if survives(file, i) || lucky() {
                        contents.resize(contents.len().max(n + sector.len()), 0);
                        contents[n..n + sector.len()].copy_from_slice(sector);
                    }
                }
            }
            Event::Truncate { file, size } => {
                if survives(file, i) || lucky() {
                    files.entry(file).or_default().resize(*size, 0);
                }
            }
            Event::Delete { file, .. } => {
                if i < folder_synced || lucky() {
                    files.remove(file.as_str());
                }
            }
            Event::Sync { .. } | Event::Acknowledged(_) | Event::Applied(_) => {}
        }
    }
    for (name, contents) in files {
        std::fs::write(folder.join(name), contents).unwrap();
    }
}

/// The pieces of a write that lie in different sectors, with where they start.
fn sectors(at: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let start = at + done;
        let length = (SECTOR - start % SECTOR).min(bytes.len() - done);
        let piece = &bytes[done..done + length];
        done += length;
        (length > 0).then_some((start, piece))
    })
}
