//! A small file beside the journal: a header that says what it is, then entries with checksums that cover the place they stand at. It is
//! written anew as a whole, under another name until it is on the disk, or one entry is appended and synced before the next one comes.

use crate::disk::{Disk, DiskFile};
use crate::journal::JournalError;
use crc32c::{crc32c, crc32c_append};
use std::io::{self, ErrorKind};
use std::ops::Range;

const VERSION: u32 = 1;
const HEADER: usize = 16;
/// Length and checksum of the body, and the checksum of both with the place.
const ENTRY: usize = 12;

/// A kind of file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framed {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it begins with.
    pub(crate) magic: [u8; 8],
    /// What it is, in words.
    pub(crate) what: &'static str,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    bytes: Vec<u8>,
    bodies: Vec<Range<usize>>,
    /// Where the last whole entry ends.
    pub(crate) end: u64,
    /// So many bytes behind it were never acknowledged.
    pub(crate) torn: u64,
}

impl Contents {
    /// The entries, each with its place.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let body = |range: &Range<usize>| (range.start as u64, self.bytes.get(range.clone()).unwrap_or_default());
        self.bodies.iter().map(body)
    }
}

/// How many bytes an entry takes.
pub(crate) fn size(body: &[u8]) -> u64 {
    (ENTRY + body.len()) as u64
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_le_bytes(word))
}

fn entry_sum(offset: u64, head: &[u8]) -> u32 {
    crc32c_append(crc32c(&offset.to_le_bytes()), head)
}

fn frame(offset: u64, body: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let length = u32::try_from(body.len()).map_err(|_| ErrorKind::FileTooLarge)?;
    let mut head = [0; 8];
    head[..4].copy_from_slice(&length.to_le_bytes());
    head[4..].copy_from_slice(&crc32c(body).to_le_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(&entry_sum(offset, &head).to_le_bytes());
    out.extend_from_slice(body);
    Ok(())
}

/// Where the body of the entry at `offset` is, if there is a whole one.
fn entry_at(bytes: &[u8], offset: usize) -> Option<Range<usize>> {
    let head = bytes.get(offset..offset + 8)?;
    if word(bytes, offset + 8)? != entry_sum(offset as u64, head) {
        return None;
    }
    let begin = offset + ENTRY;
    let range = begin..begin + word(head, 0)? as usize;
    (crc32c(bytes.get(range.clone())?) == word(head, 4)?).then_some(range)
}

impl Framed {
    fn failed(self, doing: &'static str) -> impl Fn(io::Error) -> JournalError {
        move |source| JournalError::Failed {
            file: self.name.to_owned(),
            doing,
            source: source.into(),
        }
    }

    fn header(self) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(&self.magic);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        let sum = crc32c(&header[..12]);
        header[12..].copy_from_slice(&sum.to_le_bytes());
        header
    }

    /// Reads the file; `None` if there is none.
    pub(crate) fn read(self, disk: &dyn Disk) -> Result<Option<Contents>, JournalError> {
        let mut last = Vec::new();
        loop {
            let mut bytes = Vec::new();
            match disk.read(self.name, &mut bytes) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                read => read.map_err(self.failed("read"))?,
            }
            // What looks damaged may have been read while it was appended to.
            match self.parse(bytes.clone()) {
                Err(JournalError::Damaged { .. }) if bytes != last => last = bytes,
                parsed => return parsed.map(Some),
            }
        }
    }

    fn parse(self, bytes: Vec<u8>) -> Result<Contents, JournalError> {
        let whole = word(&bytes, 12) == bytes.get(..12).map(crc32c);
        let version = word(&bytes, 8).unwrap_or(0);
        if whole && bytes.starts_with(&self.magic) && version > VERSION {
            return Err(JournalError::Newer {
                file: self.name.to_owned(),
                found: version,
                known: VERSION,
            });
        }
        if !bytes.starts_with(&self.header()) {
            return Err(self.damaged(0, 0, format!("the header of {}", self.what)));
        }
        let (mut bodies, mut end) = (Vec::new(), HEADER);
        while let Some(body) = entry_at(&bytes, end) {
            end = body.end;
            bodies.push(body);
        }
        // Each entry is durable before the next is written: a whole one behind a broken one proves that this was.
        if (end + 1..bytes.len()).any(|at| entry_at(&bytes, at).is_some()) {
            let what = format!(
                "an entry of {}, which by the word of one behind it was durable",
                self.what
            );
            return Err(self.damaged(end as u64, bodies.len() as u64, what));
        }
        let torn = (bytes.len() - end) as u64;
        Ok(Contents {
            bytes,
            bodies,
            end: end as u64,
            torn,
        })
    }

    pub(crate) fn damaged(self, offset: u64, sequence: u64, expected: String) -> JournalError {
        JournalError::Damaged {
            file: self.name.to_owned(),
            offset,
            sequence,
            expected,
            found: "something else".to_owned(),
        }
    }

    /// Writes the file as a whole; it is the new one when this returns, and before that the old one. Answers where it ends.
    pub(crate) fn write<'a>(
        self,
        disk: &dyn Disk,
        bodies: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<u64, JournalError> {
        let unfinished = format!("{}.new", self.name);
        let mut bytes = self.header().to_vec();
        for body in bodies {
            frame(bytes.len() as u64, body, &mut bytes).map_err(self.failed("written"))?;
        }
        if disk.list().map_err(self.failed("listed"))?.contains(&unfinished) {
            disk.remove(&unfinished).map_err(self.failed("removed"))?;
        }
        let file = disk.create(&unfinished).map_err(self.failed("written"))?;
        file.write_at(0, &bytes).map_err(self.failed("written"))?;
        file.sync_data().map_err(self.failed("synced"))?;
        disk.rename(&unfinished, self.name).map_err(self.failed("renamed"))?;
        disk.sync_dir().map_err(self.failed("synced"))?;
        Ok(bytes.len() as u64)
    }

    /// Opens the file to append to it, without what was never acknowledged.
    pub(crate) fn open(self, disk: &dyn Disk, contents: &Contents) -> Result<Box<dyn DiskFile>, JournalError> {
        let file = disk.open(self.name).map_err(self.failed("opened"))?;
        if contents.torn > 0 {
            file.set_len(contents.end).map_err(self.failed("cut"))?;
            file.sync_data().map_err(self.failed("synced"))?;
        }
        Ok(file)
    }

    /// Appends an entry at the end; it is durable when this returns. Answers where it ends.
    pub(crate) fn append(self, file: &dyn DiskFile, end: u64, body: &[u8]) -> Result<u64, JournalError> {
        let mut bytes = Vec::with_capacity(ENTRY + body.len());
        frame(end, body, &mut bytes).map_err(self.failed("written"))?;
        file.write_at(end, &bytes).map_err(self.failed("written"))?;
        file.sync_data().map_err(self.failed("synced"))?;
        Ok(end + bytes.len() as u64)
    }

    /// Copies what the file holds to another disk; the size of it.
    pub(crate) fn copy(self, disk: &dyn Disk, into: &dyn Disk) -> Result<u64, JournalError> {
        match self.read(disk)? {
            Some(contents) => self.write(into, contents.entries().map(|(_, body)| body)),
            None => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemoryDisk;

    const NOTES: Framed = Framed {
        name: "notes",
        magic: *b"BASSNOTE",
        what: "a file of notes",
    };

    fn bodies(contents: &Contents) -> Vec<Vec<u8>> {
        contents.entries().map(|(_, body)| body.to_vec()).collect()
    }

    fn written() -> (MemoryDisk, Vec<Vec<u8>>) {
        let disk = MemoryDisk::new();
        let notes: Vec<Vec<u8>> = (0..5_u8).map(|n| vec![n; 3 + usize::from(n) * 40]).collect();
        let mut end = NOTES.write(&disk, [&notes[0][..]]).unwrap();
        let contents = NOTES.read(&disk).unwrap().unwrap();
        let file = NOTES.open(&disk, &contents).unwrap();
        for note in &notes[1..] {
            end = NOTES.append(&*file, end, note).unwrap();
        }
        (disk, notes)
    }

    #[test]
    fn what_is_written_and_appended_is_read() {
        let disk = MemoryDisk::new();
        assert!(NOTES.read(&disk).unwrap().is_none());
        let (disk, notes) = written();
        let contents = NOTES.read(&disk).unwrap().unwrap();
        assert_eq!((bodies(&contents), contents.torn), (notes, 0));
    }

    #[test]
    fn every_flipped_bit_is_damage_unless_it_is_in_the_last_entry_which_may_be_torn() {
        let (disk, notes) = written();
        let mut whole = Vec::new();
        disk.read("notes", &mut whole).unwrap();
        let last = whole.len() - size(&notes[4]) as usize;
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << bit;
                match NOTES.parse(flipped) {
                    Ok(contents) => {
                        assert!(at >= last, "byte {at} is not noticed");
                        assert_eq!(bodies(&contents), notes[..4]);
                    }
                    Err(JournalError::Damaged { offset, .. }) => assert!(at < last && offset <= at as u64),
                    // One bit of the version, with the checksum as it was, is no other version.
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_anywhere_behind_its_header_holds_the_whole_entries_before_and_goes_on_there() {
        let (disk, notes) = written();
        let mut whole = Vec::new();
        disk.read("notes", &mut whole).unwrap();
        for length in HEADER..whole.len() {
            disk.open("notes").unwrap().set_len(length as u64).unwrap();
            let contents = NOTES.read(&disk).unwrap().unwrap();
            let kept = bodies(&contents);
            assert_eq!(kept, notes[..kept.len()]);
            let file = NOTES.open(&disk, &contents).unwrap();
            NOTES.append(&*file, contents.end, b"new").unwrap();
            let again = NOTES.read(&disk).unwrap().unwrap();
            assert_eq!(bodies(&again).last().map(Vec::as_slice), Some(&b"new"[..]));
            assert_eq!(bodies(&again).len(), kept.len() + 1);
            disk.open("notes").unwrap().write_at(0, &whole).unwrap();
        }
    }

    #[test]
    fn a_newer_version_is_refused_by_name() {
        let disk = MemoryDisk::new();
        let mut header = NOTES.header();
        header[8] = 2;
        let sum = crc32c(&header[..12]);
        header[12..].copy_from_slice(&sum.to_le_bytes());
        disk.create("notes").unwrap().write_at(0, &header).unwrap();
        assert!(matches!(NOTES.read(&disk), Err(JournalError::Newer { found: 2, .. })));
    }
}
