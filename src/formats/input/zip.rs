//! zip files: stored and deflated members by the central directory. Paths in it are names for
//! messages and nothing else.

use super::Stream;
use super::members::{Members, Problem, member_name};
use super::unpack::{Guarded, Limits};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Members listed at most; the list is kept in memory.
const MAX_MEMBERS: u64 = 1_000_000;
const END_RECORD: usize = 22;

/// True if the file begins as a zip archive does. The file is rewound.
pub(super) fn is_zip(file: &mut File) -> bool {
    let mut magic = [0; 4];
    let read = file.read_exact(&mut magic);
    let is_rewound = file.rewind().is_ok();
    read.is_ok() && is_rewound && magic == *b"PK\x03\x04"
}

/// An open zip file.
pub(super) struct ZipFile {
    path: PathBuf,
    name: Arc<str>,
    /// The next last.
    members: Vec<Member>,
    limits: Limits,
}

struct Member {
    path: Vec<u8>,
    method: u16,
    is_encrypted: bool,
    packed: u64,
    header: u64,
}

impl ZipFile {
    pub(super) fn open(path: &Path, mut file: File, limits: Limits) -> io::Result<Self> {
        let mut members = central_directory(&mut file)?;
        members.retain(|member| {
            let name = member.path.rsplit(|byte| *byte == b'/').next().unwrap_or(&[]);
            !name.is_empty() && !name.starts_with(b".")
        });
        members.reverse();
        Ok(ZipFile { path: path.to_owned(), name: path.to_string_lossy().into(), members, limits })
    }

    fn stream(&self, member: &Member) -> io::Result<Box<dyn Read + Send>> {
        if member.is_encrypted {
            return Err(io::Error::other("is encrypted"));
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(member.header))?;
        let mut header = [0; 30];
        file.read_exact(&mut header)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(damaged());
        }
        let skip = i64::from(u16_at(&header, 26)) + i64::from(u16_at(&header, 28));
        file.seek(SeekFrom::Current(skip))?;
        let packed = file.take(member.packed);
        let inner: Box<dyn Read + Send> = match member.method {
            0 => Box::new(packed),
            8 => Box::new(flate2::read::DeflateDecoder::new(packed)),
            method => {
                return Err(io::Error::other(format!("has the unknown compression {method}")));
            }
        };
        let size = Arc::new(AtomicU64::new(member.packed));
        Ok(Box::new(Guarded::new(inner, size, self.limits.clone())))
    }
}

impl Members for ZipFile {
    fn next_member(&mut self) -> Option<Result<Stream, Problem>> {
        let member = self.members.pop()?;
        let name = member_name(&self.name, &member.path);
        Some(match self.stream(&member) {
            Ok(bytes) => Ok(Stream { name, bytes }),
            Err(error) => {
                let reason = format!("cannot be unpacked: {error}");
                Err(Problem { name, reason, is_fatal: false })
            }
        })
    }
}

fn damaged() -> io::Error {
    io::Error::other("the zip archive is damaged")
}

/// Reads the list of members at the end of the file.
fn central_directory(file: &mut File) -> io::Result<Vec<Member>> {
    let length = file.seek(SeekFrom::End(0))?;
    // The end record may be followed by a comment of up to 64 KiB.
    let tail_length = length.min(END_RECORD as u64 + 0xFFFF);
    let mut tail = read_at(file, length - tail_length, tail_length)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06").ok_or_else(damaged)?;
    let before_end = tail[..end].to_vec();
    tail.drain(..end);
    if tail.len() < END_RECORD {
        return Err(damaged());
    }
    let (mut count, mut size, mut start) =
        (u64::from(u16_at(&tail, 10)), u64::from(u32_at(&tail, 12)), u64::from(u32_at(&tail, 16)));
    // zip64: a locator of 20 bytes stands before the end record.
    let locator = before_end.len().checked_sub(20).and_then(|at| before_end.get(at..));
    if let Some(locator) = locator.filter(|bytes| bytes.starts_with(b"PK\x06\x07")) {
        let record = read_at(file, u64_at(locator, 8), 56)?;
        if !record.starts_with(b"PK\x06\x06") {
            return Err(damaged());
        }
        (count, size, start) = (u64_at(&record, 32), u64_at(&record, 40), u64_at(&record, 48));
    }
    if count > MAX_MEMBERS || start.checked_add(size).is_none_or(|end| end > length) {
        return Err(damaged());
    }
    let directory = read_at(file, start, size)?;
    members(&directory, count)
}

fn members(mut directory: &[u8], count: u64) -> io::Result<Vec<Member>> {
    let mut members = Vec::new();
    for _ in 0..count {
        if directory.len() < 46 || !directory.starts_with(b"PK\x01\x02") {
            return Err(damaged());
        }
        let name_end = 46 + usize::from(u16_at(directory, 28));
        let extra_end = name_end + usize::from(u16_at(directory, 30));
        let end = extra_end + usize::from(u16_at(directory, 32));
        let (Some(path), Some(extra), Some(rest)) =
            (directory.get(46..name_end), directory.get(name_end..extra_end), directory.get(end..))
        else {
            return Err(damaged());
        };
        let mut member = Member {
            path: path.to_vec(),
            method: u16_at(directory, 10),
            is_encrypted: u16_at(directory, 8) & 1 != 0,
            packed: u64::from(u32_at(directory, 20)),
            header: u64::from(u32_at(directory, 42)),
        };
        long_numbers(extra, u32_at(directory, 24), &mut member);
        members.push(member);
        directory = rest;
    }
    Ok(members)
}

/// Takes sizes that do not fit 32 bits from the zip64 extra field.
fn long_numbers(mut extra: &[u8], unpacked: u32, member: &mut Member) {
    while extra.len() >= 4 {
        let (kind, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(content) = extra.get(4..4 + length) else { return };
        if kind == 1 {
            let mut numbers = content.chunks_exact(8).map(|bytes| u64_at(bytes, 0));
            if unpacked == u32::MAX {
                numbers.next();
            }
            for slot in [&mut member.packed, &mut member.header] {
                if *slot == u64::from(u32::MAX)
                    && let Some(number) = numbers.next()
                {
                    *slot = number;
                }
            }
        }
        extra = &extra[4 + length..];
    }
}

fn read_at(file: &mut File, start: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(damaged()) }
}

/// Little-endian number; 0 beyond the end.
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).map_or(0, |b| b.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| b.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from(b[1]) << 8 | u16::from(b[0]))
}
