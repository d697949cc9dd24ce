//! One connection, and what is asked of a server before it is used.

use super::address::Address;
use super::trouble::{OLDEST, Trouble};
use crate::fork::Process;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A connection with the task that looks after it. In a forked child it is the parent's, and left alone.
pub(crate) struct Connection {
    process: Process,
    /// Nothing once it is left alone.
    held: Option<(Client, JoinHandle<()>)>,
}

impl Connection {
    /// A new connection, which rings when the server notifies of something, if that is to be heard.
    pub(crate) async fn open(
        address: &Address,
        connector: MakeRustlsConnect,
        news: Option<Arc<Notify>>,
    ) -> Result<Self, Trouble> {
        let connecting = address.config.connect(connector);
        // The library counts the time of the connecting alone, and not that of the greeting.
        let time = address.config.get_connect_timeout().copied().unwrap_or(address.timeout);
        let connected = tokio::time::timeout(time, connecting);
        let connected = connected.await.map_err(|_| Trouble::NoAnswer(time))?;
        let (client, mut connection) = connected.map_err(Trouble::Connecting)?;
        check(
            connection.parameter("server_version"),
            connection.parameter("server_encoding"),
        )?;
        let task = tokio::spawn(async move {
            // What went wrong is told to whoever uses the connection.
            while let Some(Ok(message)) = std::future::poll_fn(|context| connection.poll_message(context)).await {
                if let (AsyncMessage::Notification(_), Some(news)) = (message, &news) {
                    news.notify_one();
                }
            }
        });
        Ok(Self {
            process: Process::this(),
            held: Some((client, task)),
        })
    }

    /// Whoever left it alone is gone, so that it is always there.
    #[expect(clippy::expect_used, reason = "it is taken when it is dropped, and not before")]
    pub(crate) fn client(&self) -> &Client {
        &self.held.as_ref().expect("a connection is held until it is dropped").0
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client().is_closed()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.process.is_this() {
            std::mem::forget(self.held.take());
        }
    }
}

/// Refuses a server that is too old, and a database that cannot hold every text.
fn check(version: Option<&str>, encoding: Option<&str>) -> Result<(), Trouble> {
    let version = version.unwrap_or_default();
    let major = version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    // One that does not say is a pooler, and the server behind it says for itself what it lacks.
    if major.parse::<u32>().is_ok_and(|major| major < OLDEST) {
        return Err(Trouble::TooOld(version.to_owned()));
    }
    match encoding {
        None | Some("UTF8") => Ok(()),
        Some(other) => Err(Trouble::Encoding(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_and_a_narrow_encoding_are_refused() {
        assert!(
            matches!(check(Some("13.9 (Debian)"), Some("UTF8")), Err(Trouble::TooOld(found)) if found == "13.9 (Debian)")
        );
        assert!(matches!(check(Some("16.1"), Some("LATIN1")), Err(Trouble::Encoding(found)) if found == "LATIN1"));
        for version in [Some("14.0"), Some("18beta1"), None, Some("")] {
            assert!(check(version, Some("UTF8")).is_ok());
        }
    }
}
