//! What an error of the server means to the kernel and to whoever opens a store.

use super::address::Address;
use super::error::PostgresError;
use crate::error::StorageError;
use crate::json::JsonError;
use bassline_kernel::{DriverFailure, FailureClass};
use std::error::Error;
use std::time::Duration;
use thiserror::Error;
use tokio_postgres::error::SqlState;

/// The oldest server that will do.
pub(crate) const OLDEST: u32 = 14;

/// Why something was not done.
#[derive(Debug, Error)]
pub(crate) enum Trouble {
    #[error("{}", said(.0))]
    Server(#[from] tokio_postgres::Error),
    #[error("{}", said(.0))]
    Connecting(tokio_postgres::Error),
    #[error("no answer within {0:?}")]
    NoAnswer(Duration),
    #[error("the server is PostgreSQL {0}")]
    TooOld(String),
    #[error("the database is in {0}")]
    Encoding(String),
    #[error("{0}")]
    Runtime(#[from] std::io::Error),
    #[error("{0}")]
    Told(#[from] StorageError),
    #[error("{0}")]
    Postgres(#[from] PostgresError),
    #[error("{what}: {reason}")]
    Damaged { what: String, reason: String },
    #[error("a position or an attribute cannot be stored: {0}")]
    Json(#[from] JsonError),
    #[error("contact '{contact}' holds a value that cannot be stored: {reason}")]
    Value { contact: String, reason: JsonError },
    #[error("network '{0}' is no longer in the store; another program deleted it")]
    NetworkGone(String),
    #[error("network '{0}' was opened by another process since; close it here")]
    Superseded(String),
    #[error("the store does not know {what}; it was not attached when that was made")]
    Unknown { what: String },
    #[error("a store that was opened before a fork belongs to the parent; open it again in the child")]
    Forked,
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Trouble::Json(error.into())
    }
}

/// What a server or a library says, in one line.
fn said(error: &tokio_postgres::Error) -> String {
    if let Some(found) = error.as_db_error() {
        return found.message().to_owned();
    }
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(deeper) = source {
        let deeper_told = deeper.to_string();
        if !told.contains(&deeper_told) {
            told = format!("{told}: {deeper_told}");
        }
        source = deeper.source();
    }
    told
}

impl Trouble {
    fn code(&self) -> Option<&SqlState> {
        match self {
            Trouble::Server(error) | Trouble::Connecting(error) => error.code(),
            _ => None,
        }
    }

    /// Two transactions were in each other's way: the same once more may go well.
    pub(crate) fn is_conflict(&self) -> bool {
        let conflicts = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
        self.code().is_some_and(|code| conflicts.contains(code))
    }

    /// The server is away, or not what it will be: it is waited for.
    pub(crate) fn is_outage(&self) -> bool {
        match (self, self.code()) {
            (Trouble::NoAnswer(_), _) => true,
            (Trouble::Server(_) | Trouble::Connecting(_), Some(code)) => is_away(code),
            // What is no answer of the server is a connection that broke, or none at all.
            (Trouble::Server(error), None) => error.is_closed() || has_io(error),
            (Trouble::Connecting(error), None) => has_io(error) || error.is_closed(),
            _ => false,
        }
    }

    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Trouble::Json(_) | Trouble::Value { .. } => FailureClass::Permanent,
            Trouble::Server(_) => match self.code() {
                Some(code) if code.code().starts_with("53") || self.is_conflict() => FailureClass::Transient,
                Some(code) if code.code().starts_with("22") || code.code().starts_with("54") => FailureClass::Permanent,
                _ => FailureClass::Fatal,
            },
            _ => FailureClass::Fatal,
        }
    }

    /// The failure of a driver.
    pub(crate) fn failure(self, address: &Address) -> DriverFailure {
        let class = self.class();
        DriverFailure::of(class, self.told(address, "written"))
    }

    /// The error of opening, reading or writing.
    pub(crate) fn told(self, address: &Address, doing: &'static str) -> StorageError {
        let url = address.shown.clone();
        let reason = self.to_string();
        let is = |codes: &[SqlState]| self.code().is_some_and(|code| codes.contains(code));
        let told = match &self {
            Trouble::Told(_) | Trouble::Postgres(_) => {
                return match self {
                    Trouble::Told(error) => error,
                    Trouble::Postgres(PostgresError::Trust { reason }) => PostgresError::Tls { url, reason }.into(),
                    Trouble::Postgres(error) => error.into(),
                    other => PostgresError::Failed {
                        url,
                        doing,
                        reason: other.to_string(),
                    }
                    .into(),
                };
            }
            Trouble::TooOld(found) => PostgresError::TooOld {
                url,
                found: found.clone(),
                needed: OLDEST,
            },
            Trouble::Encoding(found) => PostgresError::Encoding {
                url,
                found: found.clone(),
            },
            Trouble::Damaged { what, reason } => PostgresError::Damaged {
                url,
                what: what.clone(),
                reason: reason.clone(),
            },
            _ if is(&[
                SqlState::INVALID_PASSWORD,
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            ]) || is_credentials(&self) =>
            {
                PostgresError::NotLetIn {
                    url,
                    user: address.user().to_owned(),
                    reason,
                }
            }
            _ if is(&[SqlState::INVALID_CATALOG_NAME]) => PostgresError::NoDatabase {
                url,
                database: address.database().to_owned(),
            },
            _ if is(&[SqlState::INSUFFICIENT_PRIVILEGE]) => PostgresError::NotAllowed {
                url,
                doing,
                reason,
                advice: format!(
                    "have its owner run 'GRANT CREATE ON DATABASE \"{}\" TO \"{}\"', or, if the schema '{}' is another user's, open it as that one",
                    address.database(),
                    address.user(),
                    address.schema
                ),
            },
            _ if is(&[SqlState::DISK_FULL]) => PostgresError::Full { url, doing, reason },
            Trouble::Connecting(error) if reason.contains("TLS") || is_tls(error) => PostgresError::Tls { url, reason },
            Trouble::Connecting(_) => PostgresError::Unreachable { url, reason },
            _ if self.is_outage() => PostgresError::Lost { url, doing, reason },
            _ => PostgresError::Failed { url, doing, reason },
        };
        told.into()
    }
}

fn is_away(code: &SqlState) -> bool {
    let away = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        // The server's disk answered with an error, or its files are being put back.
        SqlState::IO_ERROR,
    ];
    code.code().starts_with("08") || away.contains(code)
}

fn sources(error: &tokio_postgres::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let source = next?;
        next = source.source();
        Some(source)
    })
}

fn has_io(error: &tokio_postgres::Error) -> bool {
    let told = error.to_string();
    // A stream that is cut in the middle of a message is one that says nonsense.
    sources(error).any(<dyn Error>::is::<std::io::Error>) && !is_tls(error)
        || told.contains("unexpected message")
        || told.contains("timed out")
        || told.contains("error parsing response")
}

fn is_tls(error: &tokio_postgres::Error) -> bool {
    let told = error.to_string();
    told.contains("TLS")
        && !sources(error).any(|source| {
            source
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.get_ref().is_none_or(|inner| !inner.is::<rustls::Error>()))
        })
}

/// A password was asked for, and there was none.
fn is_credentials(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Connecting(error) if error.to_string().contains("password missing")
        || sources(error).any(|source| source.to_string().contains("password missing")))
}
