//! The `kirjo` command: hands the command line to [`kirjo::cli`] and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kirjo::cli::run(std::env::args_os())
}
