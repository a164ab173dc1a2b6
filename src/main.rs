//! The `kirjo` command: hands the command line to [`kirjo::cli`] and returns its exit code.

use std::process::ExitCode;

/// Mapping, indexing and rendering make many small texts.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kirjo::cli::run(std::env::args_os())
}
