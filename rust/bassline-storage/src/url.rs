//! Which store a URL names.

use crate::error::StorageError;
use crate::journal;
use crate::ledger::Ledger;
use crate::memory::Memory;
use crate::sqlite::{Sqlite, Sync};
use crate::store::Store;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Schemes that name stores there are none of.
const MISSING: [&str; 3] = ["postgresql", "postgres", "dir"];

/// The store of a URL: `shop.db` and `sqlite:shop.db` for a file of SQLite, `journal:directory` for journals, `memory:` for one of its own in the memory of this process,
/// `memory:name` for one that is shared in it.
///
/// ```
/// use bassline_storage::{Sync, store_of};
///
/// let store = store_of("memory:shop".as_ref(), Sync::Full)?;
/// assert!(!store.capabilities().durable);
/// assert!(store_of("postgresql://shop".as_ref(), Sync::Full).is_err());
/// # Ok::<(), bassline_storage::StorageError>(())
/// ```
pub fn store_of(url: &OsStr, sync: Sync) -> Result<Arc<dyn Store>, StorageError> {
    let sqlite = |path: PathBuf| -> Arc<dyn Store> { Arc::new(Sqlite::at(path).sync(sync)) };
    // What is no text is a file name, and has no scheme.
    let Some((scheme, rest)) = url.to_str().and_then(|text| text.split_once(':')) else {
        return Ok(sqlite(url.into()));
    };
    match scheme {
        "memory" if rest.is_empty() => Ok(Arc::new(Memory::private())),
        "memory" => Ok(Arc::new(Memory::named(rest))),
        "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
            "" => Ok(Arc::new(Memory::private())),
            path => Ok(sqlite(path.into())),
        },
        "journal" => {
            let sync = match sync {
                Sync::Full => journal::Sync::Full,
                Sync::Normal => journal::Sync::Normal,
            };
            let path = rest.strip_prefix("//").unwrap_or(rest);
            Ok(Arc::new(
                Ledger::at(if path.is_empty() { "." } else { path }).sync(sync),
            ))
        }
        scheme if MISSING.contains(&scheme) => Err(StorageError::NoSuchStore {
            scheme: scheme.to_owned(),
        }),
        _ => Ok(sqlite(url.into())),
    }
}

/// The same URL, that names the same store wherever the process goes.
pub fn anchored(url: &OsStr) -> OsString {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match url.to_str().and_then(|text| text.split_once(':')) {
        Some(("memory", _)) => url.to_owned(),
        Some(("sqlite", rest)) => match rest.strip_prefix("//").unwrap_or(rest) {
            "" => url.to_owned(),
            path => absolute(Path::new(path)).into(),
        },
        Some(("journal", rest)) => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let mut anchored = OsString::from("journal:");
            anchored.push(absolute(Path::new(if path.is_empty() { "." } else { path })));
            anchored
        }
        _ => absolute(Path::new(url)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_store_and_a_file_name_alone_is_sqlite() {
        let urls = [
            ("shop.db", "sqlite:shop.db"),
            ("sqlite:shop.db", "sqlite:shop.db"),
            ("sqlite:///tmp/shop.db", "sqlite:/tmp/shop.db"),
            ("odd:name.db", "sqlite:odd:name.db"),
            ("journal:shop", "journal:shop"),
            ("journal:///tmp/shop", "journal:/tmp/shop"),
            ("memory:", "memory:"),
            ("memory:shop", "memory:shop"),
        ];
        for (url, named) in urls {
            assert_eq!(store_of(url.as_ref(), Sync::Full).unwrap().url(), named);
        }
    }

    #[test]
    fn an_anchored_url_names_a_file_from_the_root_and_memory_as_it_is() {
        let here = std::env::current_dir().unwrap();
        for url in ["shop.db", "sqlite:shop.db"] {
            assert_eq!(anchored(url.as_ref()), here.join("shop.db").as_os_str());
        }
        let journal = anchored("journal:shop".as_ref());
        assert_eq!(journal, format!("journal:{}", here.join("shop").display()).as_str());
        for url in ["memory:", "memory:shop"] {
            assert_eq!(anchored(url.as_ref()), url);
        }
    }

    #[test]
    fn a_store_there_is_none_of_is_said() {
        let error = store_of("dir:shop".as_ref(), Sync::Full).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no 'dir:' store yet; use a file name such as 'shop.db' for SQLite, 'journal:directory', or 'memory:'"
        );
    }

    #[test]
    fn memory_of_a_name_is_shared_and_memory_without_is_not() {
        let [one, same, own] =
            ["memory:url-test", "memory:url-test", "memory:"].map(|url| store_of(url.as_ref(), Sync::Full).unwrap());
        let opened = one.open("main").unwrap();
        assert!(opened.is_new);
        assert!(matches!(same.open("main"), Err(StorageError::InUse { .. })));
        assert!(own.open("main").unwrap().is_new);
        drop(opened);
        assert!(!same.open("main").unwrap().is_new);
    }
}
