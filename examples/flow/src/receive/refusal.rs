//! The reasons to refuse a request.

use std::fmt;

/// The reason to refuse a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// Its body does not match its content type.
    Malformed(String),
    /// It has more bytes than this, compressed or not.
    TooLarge(usize),
    /// It is neither protobuf nor JSON.
    ContentType(String),
    /// It is compressed otherwise than by gzip.
    Encoding(String),
    /// It did not arrive in time.
    TooSlow,
}

impl Refusal {
    pub(crate) fn malformed(why: impl fmt::Display) -> Self {
        Self::Malformed(why.to_string())
    }

    /// The status of HTTP.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::TooSlow => 408,
            Self::TooLarge(_) => 413,
            Self::ContentType(_) | Self::Encoding(_) => 415,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(out, "malformed: {why}"),
            Self::TooLarge(limit) => write!(
                out,
                "send smaller batches, or start flow with --request-mib: the request has more than {} MiB",
                limit >> 20,
            ),
            Self::ContentType(found) => write!(
                out,
                "use the content type application/x-protobuf or application/json instead of {found:?}",
            ),
            Self::Encoding(found) => {
                write!(
                    out,
                    "use the content encoding gzip or none instead of {found:?}"
                )
            }
            Self::TooSlow => out.write_str("the request did not arrive in time"),
        }
    }
}
