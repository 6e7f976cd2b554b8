//! A disk that remembers what was written to it and when that was made safe. It stands between SQLite and the
//! operating system as the VFS that the engine asks for, records writes, syncs and deletions in the folders it is told to
//! watch, and fails to sync on demand.
#![expect(unsafe_code, reason = "a VFS is a table of C functions; tests only")]

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, OnceLock};

use rusqlite::ffi::{
    SQLITE_IOERR_FSYNC, SQLITE_OK, sqlite3_file, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find,
    sqlite3_vfs_register,
};

/// What happened, in order. Files are named within their folder.
#[derive(Debug)]
pub enum Event {
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        size: usize,
    },
    Sync {
        file: String,
    },
    Delete {
        file: String,
        synced: bool,
    },
    /// The caller was told that this batch is safe.
    Acknowledged(i64),
    /// The caller was told that this batch is applied, which is no promise.
    Applied(i64),
}

#[derive(Default)]
struct State {
    /// Open files by address, with the address of SQLite's own methods for them.
    open: HashMap<usize, (PathBuf, usize)>,
    watched: HashMap<PathBuf, Vec<Event>>,
    failing: HashSet<PathBuf>,
}

impl State {
    fn record(&mut self, path: &Path, event: impl FnOnce(String) -> Event) {
        let folder = path.parent().and_then(|folder| self.watched.get_mut(folder));
        if let (Some(events), Some(name)) = (folder, path.file_name()) {
            events.push(event(name.to_string_lossy().into_owned()));
        }
    }
}

fn state() -> MutexGuard<'static, State> {
    static STATE: OnceLock<Mutex<State>> = OnceLock::new();
    STATE.get_or_init(Mutex::default).lock().unwrap()
}

/// Records what happens in the folder from now on.
pub fn watch(folder: &Path) {
    state().watched.insert(folder.to_owned(), Vec::new());
}

/// Adds what the caller was told.
pub fn told(folder: &Path, event: Event) {
    state().watched.get_mut(folder).unwrap().push(event);
}

/// Ends the record.
pub fn events(folder: &Path) -> Vec<Event> {
    state().watched.remove(folder).unwrap()
}

/// Whether syncing files in the folder fails from now on.
pub fn fail_to_sync(folder: &Path, fails: bool) {
    if fails {
        state().failing.insert(folder.to_owned());
    } else {
        state().failing.remove(folder);
    }
}

/// Puts itself under every database that this process opens from now on.
pub fn install() {
    static ONCE: Once = Once::new();
    // Looked up before ours has its name.
    system();
    // SAFETY: the system's VFS lives for ever, and so does the leaked copy that is registered.
    ONCE.call_once(|| unsafe {
        let vfs = Box::leak(Box::new(*system()));
        vfs.pNext = std::ptr::null_mut();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        assert_eq!(sqlite3_vfs_register(vfs, 1), SQLITE_OK);
    });
}

fn system() -> *mut sqlite3_vfs {
    static SYSTEM: OnceLock<usize> = OnceLock::new();
    let address = SYSTEM.get_or_init(|| {
        // SAFETY: a constant name; the answer is checked.
        let vfs = unsafe { sqlite3_vfs_find(c"unix-excl".as_ptr()) };
        assert!(!vfs.is_null());
        vfs as usize
    });
    *address as *mut sqlite3_vfs
}

/// Opens as the system does, and puts our writing methods in place of its own.
unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: called by SQLite with what it would call the system's VFS with, whose xOpen sets `pMethods`.
    unsafe {
        let result = (*system()).xOpen.unwrap()(system(), name, file, flags, out_flags);
        if result == SQLITE_OK && !name.is_null() {
            let own = (*file).pMethods;
            let path = PathBuf::from(CStr::from_ptr(name).to_str().unwrap());
            state().open.insert(file as usize, (path, own as usize));
            let methods = Box::leak(Box::new(*own));
            methods.xWrite = Some(write);
            methods.xTruncate = Some(truncate);
            methods.xSync = Some(sync);
            methods.xClose = Some(close);
            (*file).pMethods = methods;
        }
        result
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: as above.
    unsafe {
        let result = (*system()).xDelete.unwrap()(system(), name, sync_folder);
        if result == SQLITE_OK {
            let path = Path::new(CStr::from_ptr(name).to_str().unwrap());
            state().record(path, |file| Event::Delete { file, synced: sync_folder != 0 });
        }
        result
    }
}

fn opened(file: *mut sqlite3_file) -> (PathBuf, *const sqlite3_io_methods) {
    let (path, own) = state().open[&(file as usize)].clone();
    (path, own as *const sqlite3_io_methods)
}

unsafe extern "C" fn write(file: *mut sqlite3_file, bytes: *const c_void, length: c_int, at: i64) -> c_int {
    let (path, own) = opened(file);
    // SAFETY: as above; SQLite gives `length` bytes.
    unsafe {
        let result = (*own).xWrite.unwrap()(file, bytes, length, at);
        if result == SQLITE_OK {
            let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), length as usize).to_vec();
            state().record(&path, |file| Event::Write { file, at: at as usize, bytes });
        }
        result
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    let (path, own) = opened(file);
    // SAFETY: as above.
    let result = unsafe { (*own).xTruncate.unwrap()(file, size) };
    if result == SQLITE_OK {
        state().record(&path, |file| Event::Truncate { file, size: size as usize });
    }
    result
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let (path, own) = opened(file);
    if path.parent().is_some_and(|folder| state().failing.contains(folder)) {
        return SQLITE_IOERR_FSYNC;
    }
    // SAFETY: as above.
    let result = unsafe { (*own).xSync.unwrap()(file, flags) };
    if result == SQLITE_OK {
        state().record(&path, |file| Event::Sync { file });
    }
    result
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let (_, own) = opened(file);
    state().open.remove(&(file as usize));
    // SAFETY: as above.
    unsafe { (*own).xClose.unwrap()(file) }
}
