//! Standard output: whoever reads it may have seen enough and go.

use anyhow::{Context, Result};
use std::io::{self, Write};

/// Writes the answer of a command.
pub(super) fn show(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    until_closed(written.context("cannot write to stdout"))
}

/// What was written until the reader went (`kirjo export | head`) is no failure.
pub(super) fn until_closed(written: Result<()>) -> Result<()> {
    match written {
        Err(error) if is_closed(&error) => Ok(()),
        other => other,
    }
}

fn is_closed(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_closed_pipe_ends_in_peace() {
        for (kind, is_fine) in
            [(io::ErrorKind::BrokenPipe, true), (io::ErrorKind::StorageFull, false)]
        {
            let failed: io::Result<()> = Err(kind.into());
            assert_eq!(until_closed(failed.context("writing")).is_ok(), is_fine, "{kind}");
        }
    }
}
