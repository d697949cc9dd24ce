//! What goes wrong with a server, and the way out.

use thiserror::Error;

/// Why a store of `PostgreSQL` cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The URL cannot be read.
    #[error(
        "'{url}' is no URL of PostgreSQL: {reason}; expected postgresql://user@host:5432/database, and behind a '?' options such as sslmode=require"
    )]
    Url {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers.
    #[error("'{url}' cannot be reached: {reason}; start the server, or correct host and port")]
    Unreachable {
        /// The URL, without its password.
        url: String,
        /// What the system says.
        reason: String,
    },
    /// The user is not let in.
    #[error(
        "'{url}' does not let user '{user}' in: {reason}; correct the user or the password, in the URL or in PGPASSWORD"
    )]
    NotLetIn {
        /// The URL, without its password.
        url: String,
        /// The user.
        user: String,
        /// What the server says.
        reason: String,
    },
    /// There is no such database.
    #[error(
        "'{url}': the server has no database '{database}'; make it with 'createdb {database}', or correct its name"
    )]
    NoDatabase {
        /// The URL, without its password.
        url: String,
        /// The database.
        database: String,
    },
    /// The user may not do what has to be done.
    #[error("'{url}' cannot be {doing}: {reason}; {advice}")]
    NotAllowed {
        /// The URL, without its password.
        url: String,
        /// What was tried.
        doing: &'static str,
        /// What the server says.
        reason: String,
        /// What its owner can do.
        advice: String,
    },
    /// The server is too old.
    #[error("'{url}' is PostgreSQL {found}, and {needed} or newer is needed; upgrade the server, or use another")]
    TooOld {
        /// The URL, without its password.
        url: String,
        /// Its version.
        found: String,
        /// The oldest that will do.
        needed: u32,
    },
    /// The database cannot hold every text.
    #[error(
        "'{url}' is a database in {found}, which cannot hold every text; make one with 'createdb --encoding=UTF8 --template=template0 NAME'"
    )]
    Encoding {
        /// The URL, without its password.
        url: String,
        /// Its encoding.
        found: String,
    },
    /// The connection cannot be made safe.
    #[error(
        "'{url}' cannot be reached with TLS: {reason}; correct sslmode or sslrootcert in the URL, or the server's certificate"
    )]
    Tls {
        /// The URL, without its password.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// Whom to trust cannot be found out.
    #[error("nobody can be trusted: {reason}")]
    Trust {
        /// What went wrong.
        reason: String,
    },
    /// The disk of the server is full.
    #[error("'{url}' cannot be {doing}: {reason}; make room on the disk of the server, then write again")]
    Full {
        /// The URL, without its password.
        url: String,
        /// What was tried.
        doing: &'static str,
        /// What the server says.
        reason: String,
    },
    /// A newer bassline has written the schema.
    #[error(
        "the schema '{schema}' in '{url}' has version {found}, this bassline knows up to {known}; open it with a newer bassline"
    )]
    Newer {
        /// The URL, without its password.
        url: String,
        /// The schema.
        schema: String,
        /// Its version.
        found: i32,
        /// The newest version known here.
        known: i32,
    },
    /// The schema is someone else's.
    #[error(
        "the schema '{schema}' in '{url}' holds tables of another application, '{table}' among them; choose another with '?schema=NAME'"
    )]
    NotAStore {
        /// The URL, without its password.
        url: String,
        /// The schema.
        schema: String,
        /// One of its tables.
        table: String,
    },
    /// What is stored makes no sense.
    #[error(
        "'{url}' is damaged: {what}: {reason}; restore a backup of the database, or look at what 'bassline doctor' finds"
    )]
    Damaged {
        /// The URL, without its password.
        url: String,
        /// The row.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server was lost while it worked.
    #[error("'{url}' cannot be {doing}: {reason}; see whether the server runs, then try again")]
    Lost {
        /// The URL, without its password.
        url: String,
        /// What was tried.
        doing: &'static str,
        /// What happened.
        reason: String,
    },
    /// Anything else.
    #[error("'{url}' cannot be {doing}: {reason}")]
    Failed {
        /// The URL, without its password.
        url: String,
        /// What was tried.
        doing: &'static str,
        /// What the server says.
        reason: String,
    },
}
