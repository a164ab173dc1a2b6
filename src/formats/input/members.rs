//! What archives have in common: a row of named streams.

use super::Stream;
use std::io::Read;
use std::sync::Arc;

/// The members of an archive, in the order they are stored.
pub(super) trait Members: Send {
    fn next_member(&mut self) -> Option<Result<Stream, Problem>>;
}

/// A member that cannot be read; if it is fatal, nor can those after it.
pub(super) struct Problem {
    pub(super) name: Arc<str>,
    pub(super) reason: String,
    pub(super) is_fatal: bool,
}

/// A stream that is no archive.
pub(super) struct Single(Option<Stream>);

impl Single {
    pub(super) fn new(name: &str, bytes: Box<dyn Read + Send>) -> Self {
        Single(Some(Stream { name: name.into(), bytes }))
    }
}

impl Members for Single {
    fn next_member(&mut self) -> Option<Result<Stream, Problem>> {
        self.0.take().map(Ok)
    }
}

/// `archive.tar.gz/folder/member.xml`. Only for messages, but without what could confuse them.
pub(super) fn member_name(archive: &str, path: &[u8]) -> Arc<str> {
    let path: String = String::from_utf8_lossy(path)
        .chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    format!("{archive}/{}", path.trim_start_matches("./")).into()
}
