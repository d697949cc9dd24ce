//! Which store a URL names.

use crate::error::StorageError;
use crate::journal;
use crate::ledger::Ledger;
use crate::memory::Memory;
use crate::postgres::Postgres;
use crate::sqlite::{Sqlite, Sync};
use crate::store::{KeepHistory, Store};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Schemes that name stores there are none of.
const MISSING: [&str; 1] = ["dir"];

/// The store of a URL: `shop.db` and `sqlite:shop.db` for a file of SQLite, `journal:directory` for journals, `memory:` for one of its own in the memory of this process,
/// `memory:name` for one that is shared in it, and `postgresql://user@host/database` for one of `PostgreSQL`. After a scheme and a path, `?keep_ticks=100000` and `?keep_days=30` say how much of the
/// past is kept, at least; all of it otherwise.
///
/// ```
/// use bassline_storage::{Sync, store_of};
///
/// let store = store_of("memory:shop".as_ref(), Sync::Full)?;
/// assert!(!store.capabilities().durable);
/// assert_eq!(store_of("postgresql://ann:secret@db/shop".as_ref(), Sync::Full)?.url(), "postgresql://ann@db/shop");
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
        "sqlite" => match parts(rest) {
            ("", _) => Ok(Arc::new(Memory::private())),
            (path, options) => Ok(Arc::new(Sqlite::at(path).sync(sync).keep_history(keep(url, options)?))),
        },
        "journal" => {
            let sync = match sync {
                Sync::Full => journal::Sync::Full,
                Sync::Normal => journal::Sync::Normal,
            };
            let (path, options) = parts(rest);
            let ledger = Ledger::at(if path.is_empty() { "." } else { path });
            Ok(Arc::new(ledger.sync(sync).keep_history(keep(url, options)?)))
        }
        "postgresql" | "postgres" => {
            let url = url.to_str().unwrap_or_default();
            Ok(Arc::new(Postgres::at(url)?.sync(sync)))
        }
        scheme if MISSING.contains(&scheme) => Err(StorageError::NoSuchStore {
            scheme: scheme.to_owned(),
        }),
        _ => Ok(sqlite(url.into())),
    }
}

/// The path behind a scheme, and the options behind that.
fn parts(rest: &str) -> (&str, Option<&str>) {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    rest.split_once('?')
        .map_or((rest, None), |(path, options)| (path, Some(options)))
}

/// How much of the past the options of a URL ask for.
fn keep(url: &OsStr, options: Option<&str>) -> Result<KeepHistory, StorageError> {
    let mut keep = KeepHistory::default();
    for option in options.into_iter().flat_map(|options| options.split('&')) {
        let (name, number) = option.split_once('=').unwrap_or((option, ""));
        match (name, number.parse::<u64>()) {
            ("keep_ticks", Ok(ticks)) => keep.ticks = Some(ticks),
            ("keep_days", Ok(days)) => keep.age = Some(Duration::from_secs(days.saturating_mul(86_400))),
            _ => {
                return Err(StorageError::UrlOption {
                    url: url.to_string_lossy().into_owned(),
                    asked: option.to_owned(),
                });
            }
        }
    }
    Ok(keep)
}

/// The same URL, that names the same store wherever the process goes.
pub fn anchored(url: &OsStr) -> OsString {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Some(text) = url.to_str()
        && (text.starts_with("postgresql:") || text.starts_with("postgres:"))
    {
        return url.to_owned();
    }
    let Some((scheme @ ("sqlite" | "journal" | "memory"), rest)) = url.to_str().and_then(|text| text.split_once(':'))
    else {
        return absolute(Path::new(url)).into();
    };
    let (path, options) = parts(rest);
    if scheme == "memory" || (scheme == "sqlite" && path.is_empty()) {
        return url.to_owned();
    }
    let mut anchored = OsString::from(format!("{scheme}:"));
    anchored.push(absolute(Path::new(if path.is_empty() { "." } else { path })));
    if let Some(options) = options {
        anchored.push("?");
        anchored.push(options);
    }
    anchored
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
        assert_eq!(anchored("shop.db".as_ref()), here.join("shop.db").as_os_str());
        let sqlite = anchored("sqlite:shop.db?keep_days=3".as_ref());
        assert_eq!(
            sqlite,
            format!("sqlite:{}?keep_days=3", here.join("shop.db").display()).as_str()
        );
        let journal = anchored("journal:shop".as_ref());
        assert_eq!(journal, format!("journal:{}", here.join("shop").display()).as_str());
        for url in ["memory:", "memory:shop"] {
            assert_eq!(anchored(url.as_ref()), url);
        }
    }

    #[test]
    fn options_say_how_much_of_the_past_is_kept_and_others_are_refused() {
        let asked = |options| keep("sqlite:a".as_ref(), options).unwrap();
        assert_eq!(asked(None), KeepHistory::default());
        let days = Some(Duration::from_secs(3 * 86_400));
        assert_eq!(
            asked(Some("keep_ticks=7&keep_days=3")),
            KeepHistory {
                ticks: Some(7),
                age: days
            }
        );
        for url in ["sqlite:a?keep=3", "journal:a?keep_ticks=many", "journal:a?"] {
            let error = store_of(url.as_ref(), Sync::Full).unwrap_err().to_string();
            assert!(error.contains(url) && error.contains("keep_ticks=NUMBER"), "{error}");
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
