//! Where the store is: a URL as libpq has them, with options of our own behind the `?`.

use super::error::PostgresError;
use super::link::Moment;
use super::tls::Trust;
use crate::store::KeepHistory;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// Which server, database and schema, and how to be with them. It is shown without its password.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) trust: Trust,
    /// As it was given, password and all.
    pub(crate) given: String,
    /// The same for people: without password and options.
    pub(crate) shown: String,
    pub(crate) schema: String,
    pub(crate) keep: KeepHistory,
    /// How many connections are kept at most, beside the two of each network that is open.
    pub(crate) pool: usize,
    /// How long the server is waited for when it is away, before that is the failure of the store.
    pub(crate) patience: Duration,
    /// How long one transaction may take.
    pub(crate) timeout: Duration,
}

const PATIENCE: Duration = Duration::from_secs(600);
const TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
/// What the tables stand in, unless told otherwise.
const SCHEMA: &str = "bassline";
const POOL: usize = 4;

impl Address {
    pub(crate) fn of(url: &str) -> Result<Self, PostgresError> {
        let shown = without_password(url);
        let refused = |reason: String| PostgresError::Url {
            url: shown.clone(),
            reason,
        };
        let (base, query) = split(url);
        let mut own = Own::default();
        let mut theirs = Vec::new();
        for option in query.into_iter().flat_map(|query| query.split('&')) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            if !own.take(name, &unescaped(value)).map_err(&refused)? {
                theirs.push(option);
            }
        }
        let rest = if theirs.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", theirs.join("&"))
        };
        // Its own message may show a piece of what stands there.
        let mut config: Config = rest.parse().map_err(|error: tokio_postgres::Error| {
            let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            refused(if theirs.is_empty() {
                "it cannot be read".to_owned()
            } else {
                reason
            })
        })?;
        if config.get_hosts().is_empty() {
            config.host("localhost");
        }
        if config.get_password().is_none()
            && let Some(password) = std::env::var_os("PGPASSWORD")
        {
            config.password(password.into_encoded_bytes());
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("bassline");
        }
        config.ssl_mode(own.sslmode);
        if config.get_keepalives_interval().is_none() {
            // A way that is gone without a word is noticed within a minute.
            config.keepalives_idle(Duration::from_secs(30));
            config.keepalives_interval(Duration::from_secs(10));
            config.keepalives_retries(3);
        }
        Ok(Self {
            config,
            trust: own.trust,
            given: url.to_owned(),
            shown: match own.schema.as_deref() {
                Some(schema) => format!("{shown}?schema={schema}"),
                None => shown,
            },
            schema: own.schema.unwrap_or_else(|| SCHEMA.to_owned()),
            keep: own.keep,
            pool: own.pool.unwrap_or(POOL),
            patience: own.patience.unwrap_or(PATIENCE),
            timeout: own.timeout.unwrap_or(TIMEOUT),
        })
    }

    /// The name of the schema as SQL has it.
    pub(crate) fn quoted_schema(&self) -> String {
        format!("\"{}\"", self.schema.replace('"', "\"\""))
    }

    /// How long a transaction may take: to read everything there is takes longer than to write a batch.
    pub(crate) fn time_for(&self, moment: Moment) -> Duration {
        match moment {
            Moment::Write => self.timeout,
            Moment::Read => self.timeout * 60,
        }
    }

    pub(crate) fn user(&self) -> &str {
        self.config.get_user().unwrap_or("this user")
    }

    pub(crate) fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_else(|| self.user())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

/// What the options say that are ours, or that we read otherwise than the library.
struct Own {
    keep: KeepHistory,
    schema: Option<String>,
    pool: Option<usize>,
    patience: Option<Duration>,
    timeout: Option<Duration>,
    sslmode: SslMode,
    trust: Trust,
}

impl Default for Own {
    fn default() -> Self {
        Self {
            keep: KeepHistory::default(),
            schema: None,
            pool: None,
            patience: None,
            timeout: None,
            sslmode: SslMode::Prefer,
            trust: Trust::default(),
        }
    }
}

impl Own {
    /// Takes an option, if it is one of these.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, String> {
        let number = || {
            let number = value.parse::<u64>().ok().filter(|number| *number > 0);
            number.ok_or_else(|| format!("{name} is a whole number above 0, found '{value}'"))
        };
        match name {
            "keep_ticks" => self.keep.ticks = Some(number()?),
            "keep_days" => self.keep.age = Some(Duration::from_secs(number()?.saturating_mul(86_400))),
            "pool_size" => self.pool = Some(number()? as usize),
            "retry_for" => self.patience = Some(Duration::from_secs(number()?)),
            "timeout" => self.timeout = Some(Duration::from_secs(number()?)),
            "schema" if value.is_empty() || value.len() > 63 || value.starts_with("pg_") => {
                return Err(format!(
                    "schema is a name of 1 to 63 bytes that does not begin with 'pg_', found '{value}'"
                ));
            }
            "schema" => self.schema = Some(value.to_owned()),
            "sslrootcert" => self.trust.roots = Some(PathBuf::from(value)).filter(|path| path != "system"),
            "sslmode" => {
                (self.sslmode, self.trust.verify) = match value {
                    "disable" => (SslMode::Disable, super::tls::Verify::Nothing),
                    "allow" | "prefer" => (SslMode::Prefer, super::tls::Verify::Nothing),
                    "require" => (SslMode::Require, super::tls::Verify::Nothing),
                    "verify-ca" => (SslMode::Require, super::tls::Verify::Issuer),
                    "verify-full" => (SslMode::Require, super::tls::Verify::Name),
                    other => {
                        return Err(format!(
                            "sslmode is disable, prefer, require, verify-ca or verify-full, found '{other}'"
                        ));
                    }
                };
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn split(url: &str) -> (&str, Option<&str>) {
    // A password may hold a question mark, if it stands before an '@'.
    let from = url.rfind('@').unwrap_or(0);
    match url[from..].split_once('?') {
        Some((_, query)) => (&url[..url.len() - query.len() - 1], Some(query)),
        None => match url.split_once('?') {
            // An '@' among the options.
            Some((base, query))
                if base.contains('@') || !base[base.find("://").map_or(0, |at| at + 3)..].contains(':') =>
            {
                (base, Some(query))
            }
            _ => (url, None),
        },
    }
}

/// `postgresql://user@host:port/database`
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgresql", url));
    let (user, place) = match rest.rsplit_once('@') {
        Some((credentials, place)) => (credentials.split(':').next().unwrap_or_default(), place),
        None => ("", rest),
    };
    let place = place.split('?').next().unwrap_or_default();
    let at = if user.is_empty() { "" } else { "@" };
    format!("{scheme}://{user}{at}{place}")
}

/// `%2F` for `/`.
fn unescaped(value: &str) -> String {
    let bytes = value.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| value.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password_and_options() {
        for (url, shown) in [
            (
                "postgresql://ann:secret@db:5433/shop?sslmode=disable",
                "postgresql://ann@db:5433/shop",
            ),
            ("postgres://db/shop", "postgres://db/shop"),
            (
                "postgresql://ann:se%3Fcr@et@db/shop?keep_days=3",
                "postgresql://ann@db/shop",
            ),
            ("postgresql://ann:secret?secret@db/shop", "postgresql://ann@db/shop"),
            ("postgresql://ann@db/shop?password=secret", "postgresql://ann@db/shop"),
            (
                "postgresql://ann:secret@db/shop?schema=a",
                "postgresql://ann@db/shop?schema=a",
            ),
        ] {
            let address = Address::of(url);
            if let Ok(address) = &address {
                assert_eq!(address.shown, shown);
            }
            let told = format!(
                "{address:?} {}",
                address.as_ref().err().map(ToString::to_string).unwrap_or_default()
            );
            assert!(!told.contains("secret"), "{told}");
        }
    }

    #[test]
    fn options_of_ours_are_taken_and_others_go_to_the_library() {
        let url =
            "postgresql://ann@db/shop?keep_ticks=7&application_name=x&sslmode=verify-full&schema=caf%C3%A9&timeout=5";
        let address = Address::of(url).unwrap();
        assert_eq!(address.keep.ticks, Some(7));
        assert_eq!(address.config.get_application_name(), Some("x"));
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(address.trust.verify, super::super::tls::Verify::Name);
        assert_eq!(address.schema, "café");
        assert_eq!(address.timeout, Duration::from_secs(5));
        for (wrong, said) in [
            ("keep_ticks=x", "whole number"),
            ("sslmode=perhaps", "verify-full, found 'perhaps'"),
            ("schema=pg_catalog", "schema is a name"),
            ("colour=red", "colour"),
        ] {
            let error = Address::of(&format!("postgresql://ann:secret@db/shop?{wrong}"))
                .unwrap_err()
                .to_string();
            assert!(error.contains(said) && !error.contains("secret"), "{error}");
        }
    }
}
