//! Paths → streams of plain bytes: files, directories, standard input; gzip, zstd, tar and zip
//! unpacked by what their first bytes say. Nothing is ever written to disk.

mod members;
mod tar;
mod unpack;
mod zip;

use members::{Members, Problem};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub(super) use unpack::Limits;
use unpack::Unpacked;

/// Archives inside archives.
const MAX_NESTING: usize = 4;

/// A stream of plain bytes and the name messages give it.
pub(super) struct Stream {
    pub(super) name: Arc<str>,
    pub(super) bytes: Box<dyn Read + Send>,
}

/// A stream that could not be opened.
pub(super) struct Unreadable {
    pub(super) name: Arc<str>,
    pub(super) reason: String,
}

/// The streams of some paths, one after another.
pub(super) struct Streams {
    /// What is still to be read, the next last.
    paths: Vec<PathBuf>,
    archives: Vec<Box<dyn Members>>,
    limits: Limits,
}

impl Streams {
    /// `-` is standard input. A path that does not exist is an error at once.
    pub(super) fn open(paths: &[PathBuf], limits: Limits) -> io::Result<Self> {
        for path in paths.iter().filter(|path| path.as_os_str() != "-") {
            fs::metadata(path).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display()))
            })?;
        }
        let paths = paths.iter().rev().cloned().collect();
        Ok(Streams { paths, archives: Vec::new(), limits })
    }

    /// One stream that is open already.
    pub(super) fn of_stream(name: &str, bytes: Box<dyn Read + Send>, limits: Limits) -> Self {
        let only = members::Single::new(name, bytes);
        Streams { paths: Vec::new(), archives: vec![Box::new(only)], limits }
    }

    pub(super) fn next(&mut self) -> Option<Result<Stream, Unreadable>> {
        loop {
            let stream = if let Some(archive) = self.archives.last_mut() {
                match archive.next_member() {
                    Some(Ok(stream)) => stream,
                    Some(Err(Problem { name, reason, is_fatal })) => {
                        if is_fatal {
                            self.archives.pop();
                        }
                        return Some(Err(Unreadable { name, reason }));
                    }
                    None => {
                        self.archives.pop();
                        continue;
                    }
                }
            } else {
                let path = self.paths.pop()?;
                match self.open_path(&path) {
                    Ok(Some(stream)) => stream,
                    Ok(None) => continue,
                    Err(unreadable) => return Some(Err(unreadable)),
                }
            };
            let name = Arc::clone(&stream.name);
            match unpack::unpack(stream, &self.limits) {
                Ok(Unpacked::Plain(stream)) => return Some(Ok(stream)),
                Ok(Unpacked::Archive(_)) if self.archives.len() >= MAX_NESTING => {
                    let reason = format!("archives lie deeper than {MAX_NESTING} in each other");
                    return Some(Err(Unreadable { name, reason }));
                }
                Ok(Unpacked::Archive(archive)) => self.archives.push(archive),
                Err(error) => {
                    let reason = format!("cannot be read: {error}");
                    return Some(Err(Unreadable { name, reason }));
                }
            }
        }
    }

    /// Opens a file; puts what is in a directory or a zip archive in the queue.
    fn open_path(&mut self, path: &Path) -> Result<Option<Stream>, Unreadable> {
        let name: Arc<str> = path.to_string_lossy().into();
        if path.as_os_str() == "-" {
            return Ok(Some(Stream { name, bytes: Box::new(io::stdin()) }));
        }
        let unreadable = |error: &io::Error| Unreadable {
            name: Arc::clone(&name),
            reason: format!("cannot be read: {error}"),
        };
        let kind = fs::metadata(path).map_err(|error| unreadable(&error))?;
        if kind.is_dir() {
            let mut inside = directory(path).map_err(|error| unreadable(&error))?;
            inside.sort();
            self.paths.extend(inside.into_iter().rev());
            return Ok(None);
        }
        let mut file = fs::File::open(path).map_err(|error| unreadable(&error))?;
        // A pipe cannot go back to its beginning.
        if kind.is_file() && zip::is_zip(&mut file) {
            let archive = zip::ZipFile::open(path, file, self.limits.clone())
                .map_err(|error| unreadable(&error))?;
            self.archives.push(Box::new(archive));
            return Ok(None);
        }
        Ok(Some(Stream { name, bytes: Box::new(file) }))
    }
}

/// What is in a directory. Hidden files and links to directories are left out, and what is neither
/// file nor directory: a pipe would be waited for.
fn directory(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inside = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_link_to_directory = entry.file_type()?.is_symlink() && entry.path().is_dir();
        let is_special = fs::metadata(entry.path()).is_ok_and(|m| !m.is_file() && !m.is_dir());
        if !is_hidden && !is_link_to_directory && !is_special {
            inside.push(entry.path());
        }
    }
    Ok(inside)
}

#[cfg(test)]
mod tests;
