//! Why a driver did not take a batch.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// How bad a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// The same batch may succeed later.
    Transient,
    /// This batch will never succeed; another may.
    Permanent,
    /// Nothing will succeed any more.
    Fatal,
}

impl FailureClass {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            FailureClass::Transient => "transient",
            FailureClass::Permanent => "permanent",
            FailureClass::Fatal => "fatal",
        }
    }
}

/// Why a driver did not take a batch.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct DriverFailure {
    /// How bad it is.
    pub class: FailureClass,
    /// What went wrong, in one line.
    pub message: String,
    /// The driver is well and asks for time: the batch comes again after that, and this does not count as a try.
    pub retry_after: Option<Duration>,
    /// What it came from.
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}

impl DriverFailure {
    /// A failure without a deeper source.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            retry_after: None,
            source: None,
        }
    }

    /// A failure that comes from an error, with its message.
    pub fn of(class: FailureClass, error: impl Error + Send + Sync + 'static) -> Self {
        Self {
            source: Some(Arc::new(error)),
            ..Self::new(class, String::new())
        }
        .saying_its_source()
    }

    /// The driver cannot take more now, and can after a time.
    pub fn backpressure(retry_after: Duration) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(
                FailureClass::Transient,
                format!("asks to be tried again after {retry_after:?}"),
            )
        }
    }

    fn saying_its_source(mut self) -> Self {
        if let Some(source) = &self.source {
            self.message = source.to_string();
        }
        self
    }

    /// The same, to end the driver with.
    pub(crate) fn made_fatal(self, message: String) -> Self {
        Self {
            class: FailureClass::Fatal,
            message,
            retry_after: None,
            ..self
        }
    }
}
