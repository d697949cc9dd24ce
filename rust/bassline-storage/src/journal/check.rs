//! Reading everything there is, and saying what is wrong with it.

use super::checkpoint::load;
use super::checkpoint_file::checkpoint_name;
use super::error::JournalError;
use super::files::Files;
use super::judge::judge;
use super::open::Cut;
use super::segment::{Beginning, SegmentHeader, segment_name};
use super::walk::{Chain, walk};
use crate::disk::Disk;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// Where in it.
    pub offset: u64,
    /// The record it concerns.
    pub sequence: u64,
    /// What it is.
    pub what: String,
}

/// What a journal holds, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many records are whole.
    pub records: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// How many segments there are.
    pub segments: usize,
    /// How many checkpoints there are.
    pub checkpoints: usize,
    /// What is wrong, segments first.
    pub problems: Vec<Problem>,
    /// What the next opening would cut: a write that is under way, or that was never acknowledged.
    pub torn: Option<Cut>,
}

impl Report {
    fn problem(&mut self, file: String, offset: u64, sequence: u64, what: impl Into<String>) {
        self.problems.push(Problem {
            file,
            offset,
            sequence,
            what: what.into(),
        });
    }

    fn error(&mut self, file: String, sequence: u64, error: &JournalError) {
        let offset = match error {
            JournalError::Damaged { offset, .. } => *offset,
            _ => 0,
        };
        self.problem(file, offset, sequence, error.to_string());
    }
}

/// Reads every file of the journal on a disk. Nothing is changed; one that is being written may look unfinished.
pub fn check(disk: &dyn Disk) -> Result<Report, JournalError> {
    let files = Files::list(disk)?;
    let mut report = Report {
        segments: files.segments.len(),
        checkpoints: files.checkpoints.len(),
        ..Report::default()
    };
    let (mut chain, mut bytes): (Option<Chain>, Vec<u8>) = (None, Vec::new());
    for (at, first) in files.segments.iter().copied().enumerate() {
        let name = segment_name(first);
        disk.read(&name, &mut bytes)
            .map_err(JournalError::failed(name.clone(), "read"))?;
        report.bytes += bytes.len() as u64;
        let last = at + 1 == files.segments.len();
        let header = match SegmentHeader::decode(first, chain.map(|chain| chain.link), &bytes) {
            Ok(Beginning::Whole(header)) => header,
            Ok(Beginning::Torn) if last => {
                report.problem(name, 0, first, "the segment was never finished: opening removes it");
                continue;
            }
            Ok(_) => {
                report.problem(name, 0, first, "expected the header of a segment, found something else");
                chain = None;
                continue;
            }
            Err(error) => {
                report.error(name, first, &error);
                chain = None;
                continue;
            }
        };
        if let Some(before) = chain {
            if before.next != first {
                let what = format!("records from {} on are missing", before.next);
                report.problem(name.clone(), 0, before.next, what);
            } else if before.link != header.link {
                report.problem(
                    name.clone(),
                    28,
                    first,
                    "the segment follows on another than the one before",
                );
            }
        }
        let begin = Chain {
            next: first,
            link: header.link,
        };
        let walked = walk(&bytes, first, begin, u64::MAX, &mut |_, _| Ok(()))?;
        report.records += walked.chain.next - first;
        // What stands behind the end of a segment that another carries on is no part of it.
        let carried_on = files.segments.get(at + 1) == Some(&walked.chain.next);
        if let Some(broken) = walked.broken.filter(|_| !carried_on) {
            report.problem(name, broken.offset, broken.sequence, format!("found {}", broken.found));
        }
        chain = Some(walked.chain);
    }
    // Breaks that opening mends are none.
    if !report.problems.is_empty()
        && let Ok(found) = judge(
            disk,
            &files,
            files.segments.first().copied().unwrap_or(0),
            &mut |_, _| Ok(()),
        )
    {
        report.problems.clear();
        let unmade = found.unmade.first().map(|segment| Cut {
            file: segment_name(*segment),
            offset: 0,
            bytes: 0,
            sequence: *segment,
            found: "a segment that was never finished".into(),
        });
        report.torn = found.cut.or(unmade);
    }
    for sequence in files.checkpoints {
        if let Err(error) = load(disk, sequence) {
            report.error(checkpoint_name(sequence), sequence, &error);
        }
        let end = chain.map_or(sequence, |chain| chain.next);
        if end < sequence {
            let what = format!("the journal ends at record {end}, before this checkpoint");
            report.problem(checkpoint_name(sequence), 0, end, what);
        }
    }
    Ok(report)
}
