//! Splitting a record into cells. A cell is a range of the input; only what has to be unquoted is copied.

/// Whether the end of a record was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// The record and its line end are so many bytes and so many lines long.
    Whole { length: usize, lines: u64 },
    /// There is more to come.
    Partial,
    /// A quoted cell that begins in this line of the record has no end.
    Unclosed { line: u64 },
}

/// The cells of one record.
#[derive(Debug, Default)]
pub(crate) struct Record {
    cells: Vec<Cell>,
    /// The text of the cells that had to be unquoted.
    unquoted: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    from: usize,
    to: usize,
    is_unquoted: bool,
}

impl Record {
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A cell of the record that begins at the start of `bytes`.
    #[inline]
    pub(crate) fn cell<'a>(&'a self, bytes: &'a [u8], at: usize) -> Result<&'a str, String> {
        let Cell { from, to, is_unquoted } = self.cells[at];
        let cell = if is_unquoted {
            &self.unquoted[from..to]
        } else {
            &bytes[from..to]
        };
        std::str::from_utf8(cell).map_err(|error| format!("byte {} of the cell is not UTF-8", error.valid_up_to() + 1))
    }

    pub(crate) fn split(&mut self, bytes: &[u8], delimiter: u8, is_last: bool) -> Split {
        self.cells.clear();
        self.unquoted.clear();
        let mut lines = 1;
        let mut at = 0;
        loop {
            let begun = lines;
            let end = if bytes.get(at) == Some(&b'"') {
                self.quoted(bytes, at, delimiter, &mut lines)
            } else {
                let to = plain_end(bytes, at, delimiter);
                self.cells.push(Cell {
                    from: at,
                    to,
                    is_unquoted: false,
                });
                Some(to)
            };
            let Some(end) = end else {
                return if is_last {
                    Split::Unclosed { line: begun }
                } else {
                    Split::Partial
                };
            };
            match bytes.get(end) {
                Some(&byte) if byte == delimiter => at = end + 1,
                Some(b'\n') => return Split::Whole { length: end + 1, lines },
                Some(_) => match bytes.get(end + 1) {
                    Some(b'\n') => return Split::Whole { length: end + 2, lines },
                    // A line feed may follow in what comes next.
                    None if !is_last => return Split::Partial,
                    _ => return Split::Whole { length: end + 1, lines },
                },
                None if is_last => return Split::Whole { length: end, lines },
                None => return Split::Partial,
            }
        }
    }

    /// Reads a quoted cell and answers with where it ends; `None` if that is not in sight. What follows the closing quote belongs
    /// to the cell as it stands.
    fn quoted(&mut self, bytes: &[u8], begin: usize, delimiter: u8, lines: &mut u64) -> Option<usize> {
        let from = self.unquoted.len();
        let mut at = begin + 1;
        loop {
            let length = bytes[at..].iter().position(|&byte| byte == b'"')?;
            let part = &bytes[at..at + length];
            *lines += part.split(|&byte| byte == b'\n').count() as u64 - 1;
            self.unquoted.extend_from_slice(part);
            at += length + 1;
            if bytes.get(at) != Some(&b'"') {
                break;
            }
            self.unquoted.push(b'"');
            at += 1;
        }
        let end = plain_end(bytes, at, delimiter);
        if self.unquoted.len() - from == at - begin - 2 && end == at {
            self.unquoted.truncate(from);
            self.cells.push(Cell {
                from: begin + 1,
                to: at - 1,
                is_unquoted: false,
            });
        } else {
            self.unquoted.extend_from_slice(&bytes[at..end]);
            self.cells.push(Cell {
                from,
                to: self.unquoted.len(),
                is_unquoted: true,
            });
        }
        Some(end)
    }
}

/// Where a cell without quotes ends.
#[inline]
fn plain_end(bytes: &[u8], from: usize, delimiter: u8) -> usize {
    let ends = |&byte: &u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    bytes[from..]
        .iter()
        .position(ends)
        .map_or(bytes.len(), |length| from + length)
}
