//! Reading rows from pieces of a file.

use super::csv::{Csv, CsvOptions, Split};
use super::json::JsonLines;
use super::row::{Row, RowError};
use bassline_core::Text;
use std::sync::Arc;

/// Reads rows out of the bytes it is fed, in pieces of any size.
///
/// ```
/// use bassline_kernel::{CsvOptions, RowReader};
///
/// let mut reader = RowReader::csv(CsvOptions::default());
/// reader.feed(b"name,age\nann,4");
/// assert!(reader.next()?.is_none(), "the row may go on");
/// reader.feed(b"1\n");
/// reader.finish();
/// let row = reader.next()?.expect("a row");
/// assert_eq!(row.into_map().to_string(), "{'age': 41, 'name': 'ann'}");
/// # Ok::<(), bassline_kernel::RowError>(())
/// ```
#[derive(Debug)]
pub struct RowReader {
    format: Format,
    bytes: Vec<u8>,
    /// What is before this was read.
    at: usize,
    is_finished: bool,
    /// Whether everything fed so far was looked at in vain.
    is_starved: bool,
    is_begun: bool,
    /// The line that `at` is in, and the row that was read last.
    line: u64,
    row: u64,
    /// `at`, `line` and `row` before the row that was read last.
    before: (usize, u64, u64),
    /// A header that cannot be read: there is no going on.
    broken: Option<RowError>,
}

#[derive(Debug)]
enum Format {
    Csv(Csv),
    JsonLines(JsonLines),
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl RowReader {
    /// A reader of CSV. The first record is the header.
    pub fn csv(options: CsvOptions) -> Self {
        Self::new(Format::Csv(Csv::new(options)))
    }

    /// A reader of JSON lines: an object a line.
    pub fn json_lines() -> Self {
        Self::new(Format::JsonLines(JsonLines::default()))
    }

    fn new(format: Format) -> Self {
        Self {
            format,
            bytes: Vec::new(),
            at: 0,
            is_finished: false,
            is_starved: false,
            is_begun: false,
            line: 1,
            row: 0,
            before: (0, 1, 0),
            broken: None,
        }
    }

    /// Takes the next piece of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.at > self.bytes.len() / 2 {
            self.bytes.drain(..self.at);
            self.at = 0;
            self.before = (0, self.line, self.row);
        }
        self.bytes.extend_from_slice(bytes);
        self.is_starved = false;
    }

    /// Says that the file ends here.
    pub fn finish(&mut self) {
        self.is_finished = true;
        self.is_starved = false;
    }

    /// Steps back before the row that was read last, so that it is read again. To be called before anything else is.
    pub fn unread(&mut self) {
        (self.at, self.line, self.row) = self.before;
        self.is_starved = false;
    }

    /// How many rows were read, bad ones included.
    pub fn rows(&self) -> u64 {
        self.row
    }

    /// The columns, as soon as the header was fed; of JSON lines, those of the last line.
    pub fn columns(&mut self) -> Result<Option<&[Text]>, RowError> {
        self.begin()?;
        let shape = match &self.format {
            Format::Csv(csv) => csv.shape(),
            Format::JsonLines(lines) => lines.shape(),
        };
        Ok(shape.map(|shape| shape.columns.as_slice()))
    }

    /// The next row; `None` if more has to be fed, or after [`RowReader::finish`] if there is none. A row that cannot be read is an
    /// error, and the next call reads on behind it.
    #[expect(
        clippy::should_implement_trait,
        reason = "no iterator: `None` may be followed by more"
    )]
    pub fn next(&mut self) -> Result<Option<Row>, RowError> {
        if !self.begin()? || self.is_starved || !self.skip_blank_lines() {
            self.is_starved = true;
            return Ok(None);
        }
        let bytes = &self.bytes[self.at..];
        let (line, number) = (self.line, self.row + 1);
        let (read, length, lines) = match &mut self.format {
            Format::Csv(csv) => match csv.split(bytes, self.is_finished) {
                Split::Whole { length, lines } => {
                    let values = csv.values(bytes);
                    let shape = csv.shape().map(Arc::clone);
                    (values.map(|values| shape.map(|shape| (shape, values))), length, lines)
                }
                Split::Unclosed { line } => (Err(unclosed(self.line + line - 1)), bytes.len(), 1),
                Split::Partial => {
                    self.is_starved = true;
                    return Ok(None);
                }
            },
            Format::JsonLines(json) => match bytes.iter().position(|&byte| byte == b'\n') {
                None if !self.is_finished => {
                    self.is_starved = true;
                    return Ok(None);
                }
                end => {
                    let end = end.unwrap_or(bytes.len());
                    (json.row(&bytes[..end]).map(Some), (end + 1).min(bytes.len()), 1)
                }
            },
        };
        self.before = (self.at, self.line, self.row);
        self.at += length;
        self.line += lines;
        self.row = number;
        match read {
            Ok(read) => Ok(read.map(|(shape, values)| Row { number, values, shape })),
            Err(message) => Err(RowError {
                row: number,
                line,
                message,
            }),
        }
    }

    /// Reads what stands before the first row; `false` if it is not all there yet.
    fn begin(&mut self) -> Result<bool, RowError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        if !self.is_begun {
            if !self.is_finished && self.bytes.len() < BYTE_ORDER_MARK.len() {
                return Ok(false);
            }
            if self.bytes.starts_with(BYTE_ORDER_MARK) {
                self.at = BYTE_ORDER_MARK.len();
            }
            self.is_begun = true;
        }
        if !matches!(&self.format, Format::Csv(csv) if csv.shape().is_none()) {
            return Ok(true);
        }
        let is_there = self.skip_blank_lines();
        let Format::Csv(csv) = &mut self.format else {
            return Ok(true);
        };
        if !is_there {
            return Ok(false);
        }
        let bytes = &self.bytes[self.at..];
        let read = match csv.split(bytes, self.is_finished) {
            Split::Partial => return Ok(false),
            Split::Unclosed { line } => Err(unclosed(self.line + line - 1)),
            Split::Whole { length, lines } => csv.take_header(bytes).map(|()| (length, lines)),
        };
        let (length, lines) = read.map_err(|message| {
            let error = RowError {
                row: 0,
                line: self.line,
                message,
            };
            self.broken = Some(error.clone());
            error
        })?;
        self.at += length;
        self.line += lines;
        Ok(true)
    }

    /// Skips lines without anything in them; `false` if nothing is left.
    fn skip_blank_lines(&mut self) -> bool {
        let is_json = matches!(self.format, Format::JsonLines(_));
        loop {
            match self.bytes.get(self.at) {
                Some(b'\n') => self.line += 1,
                Some(b' ' | b'\t' | b'\r') if is_json => {}
                Some(b'\r') => match self.bytes.get(self.at + 1) {
                    Some(b'\n') => {}
                    None if !self.is_finished => return false,
                    _ => self.line += 1,
                },
                Some(_) => return true,
                None => return false,
            }
            self.at += 1;
        }
    }
}

fn unclosed(line: u64) -> String {
    format!("the quoted cell that begins in line {line} has no closing quote")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bassline_core::Value;
    use proptest::prelude::*;

    /// Reads a whole file, fed in pieces of one size: the rows as shown, and the errors.
    fn read(mut reader: RowReader, file: &[u8], piece: usize) -> Vec<String> {
        let mut read = Vec::new();
        let mut drain = |reader: &mut RowReader| {
            loop {
                match reader.next() {
                    Ok(Some(row)) => read.push(row.into_map().to_string()),
                    Ok(None) => break,
                    Err(error) if error.row == 0 => {
                        read = vec![error.to_string()];
                        break;
                    }
                    Err(error) => read.push(error.to_string()),
                }
            }
        };
        for piece in file.chunks(piece) {
            reader.feed(piece);
            drain(&mut reader);
        }
        reader.finish();
        drain(&mut reader);
        read
    }

    fn csv(file: &[u8]) -> Vec<String> {
        let options = || CsvOptions {
            null: vec!["NA".to_owned()],
            text: vec!["zip".to_owned()],
            delimiter: b',',
        };
        let options = || {
            if file.windows(3).any(|part| part == b"zip") {
                options()
            } else {
                CsvOptions {
                    text: vec![],
                    ..options()
                }
            }
        };
        let whole = read(RowReader::csv(options()), file, usize::MAX);
        for piece in 1..8 {
            assert_eq!(
                read(RowReader::csv(options()), file, piece),
                whole,
                "in pieces of {piece}"
            );
        }
        whole
    }

    fn json(file: &[u8]) -> Vec<String> {
        let whole = read(RowReader::json_lines(), file, usize::MAX);
        assert_eq!(read(RowReader::json_lines(), file, 1), whole);
        whole
    }

    #[test]
    fn cells_are_converted_by_what_they_say() {
        assert_eq!(
            csv(b"\xef\xbb\xbfb,a,zip\r\n1,x,007\r\n\r\n1.0,007,12\r\n\"true\",NA,\"NA\"\r\n,\"\"\"q\"\",\n\",3"),
            [
                "{'a': 'x', 'b': 1, 'zip': '007'}",
                "{'a': '007', 'b': 1.0, 'zip': '12'}",
                "{'a': None, 'b': True, 'zip': 'NA'}",
                "{'a': '\\\"q\\\",\\n', 'b': None, 'zip': '3'}",
            ]
        );
    }

    #[test]
    fn a_bad_row_is_an_error_and_reading_goes_on_behind_it() {
        assert_eq!(
            csv(b"a,b\n1,2\n1\n\"x\ny\",3\n1,2,3\n99999999999999999999,1\n4,\xff\n5,6\n"),
            [
                "{'a': 1, 'b': 2}",
                "row 2 (line 3): expected 2 cells, found 1",
                "{'a': 'x\\ny', 'b': 3}",
                "row 4 (line 6): expected 2 cells, found 3",
                "row 5 (line 7): column 'a': 99999999999999999999 does not fit a 64-bit integer; write it with a decimal point, or as text",
                "row 6 (line 8): column 'b': byte 1 of the cell is not UTF-8",
                "{'a': 5, 'b': 6}",
            ]
        );
        assert_eq!(
            csv(b"a\n1\n\"x\n\n"),
            [
                "{'a': 1}",
                "row 2 (line 3): the quoted cell that begins in line 3 has no closing quote"
            ]
        );
    }

    #[test]
    fn a_header_that_cannot_be_read_ends_it() {
        assert_eq!(
            csv(b"a,,b\n1,2,3\n"),
            ["row 0 (line 1): column 2 has no name; every column of the header needs one"]
        );
        let mut reader = RowReader::csv(CsvOptions::default());
        reader.feed(b"a,b,a\n1,2,3\n");
        reader.finish();
        for _ in 0..2 {
            assert!(reader.next().unwrap_err().message.contains("two columns are named 'a'"));
        }
        let mut reader = RowReader::csv(CsvOptions {
            text: vec!["c".to_owned()],
            ..CsvOptions::default()
        });
        reader.feed(b"a,b\n");
        assert!(reader.columns().unwrap_err().message.contains("no column 'c'"));
    }

    #[test]
    fn the_header_is_known_before_the_first_row_and_empty_cells_are_told_apart() {
        let mut reader = RowReader::csv(CsvOptions {
            delimiter: b';',
            null: vec!["-".to_owned()],
            ..CsvOptions::default()
        });
        assert_eq!(reader.columns().unwrap(), None);
        reader.feed(b"x;y;z\n");
        assert_eq!(reader.columns().unwrap().unwrap(), ["x", "y", "z"]);
        assert!(reader.next().unwrap().is_none());
        reader.feed(b";-;1");
        reader.finish();
        let row = reader.next().unwrap().unwrap();
        assert_eq!((row.number, row.columns().len()), (1, 3));
        assert_eq!(row.values, [None, Some(Value::Null), Some(Value::Int(1))]);
        assert!(reader.next().unwrap().is_none());
    }

    #[test]
    fn json_lines_keep_types_and_report_where_a_line_is_wrong() {
        assert_eq!(
            json(b"{\"b\": 1, \"a\": 1.0, \"b\": [true, null, {\"x\": \"y\"}]}\r\n\n[1]\n{\"a\": 1e}\n{\"a\": 12345678901234567890123, \"c\": \"9\"}\n{\"a\": 1e30}"),
            [
                "{'a': 1.0, 'b': [True, None, {'x': 'y'}]}",
                "row 2 (line 3): column 1: invalid type: sequence, expected an object",
                "row 3 (line 4): column 9: invalid number",
                "row 4 (line 5): column 7: 12345678901234567890123 does not fit a 64-bit integer; write it with a decimal point, or as text",
                "{'a': 1e30}",
            ]
        );
        assert!(json(b"{\"a\": 9223372036854775808}")[0].contains("does not fit"));
        let repeated = json(b"{\"a\": 1, \"b\": 2}\n{\"b\": 1, \"b\": 2}\n{\"b\": 3, \"a\": 4, \"b\": 5}");
        assert_eq!(repeated, ["{'a': 1, 'b': 2}", "{'b': 2}", "{'a': 4, 'b': 5}"]);
    }

    #[test]
    fn a_row_that_was_read_can_be_read_again() {
        let mut reader = RowReader::csv(CsvOptions::default());
        reader.feed(b"a\n\"x\ny\"\n1,2\n3\n");
        for _ in 0..3 {
            assert_eq!(reader.next().unwrap().unwrap().into_map().to_string(), "{'a': 'x\\ny'}");
            reader.unread();
            assert_eq!(reader.rows(), 0);
        }
        reader.next().unwrap();
        for _ in 0..2 {
            assert_eq!(
                reader.next().unwrap_err().to_string(),
                "row 2 (line 4): expected 1 cells, found 2"
            );
            reader.unread();
            reader.unread();
        }
        reader.feed(b"4\n");
        assert_eq!(reader.next().unwrap_err().row, 2);
        assert_eq!(reader.next().unwrap().unwrap().number, 3);
    }

    #[test]
    fn maps_of_one_file_share_their_keys() {
        let mut reader = RowReader::json_lines();
        reader.feed(b"{\"b\": 1, \"a\": 2}\n{\"b\": 3, \"a\": 4}\n");
        let columns = |reader: &mut RowReader| reader.next().unwrap().unwrap().shape;
        assert!(Arc::ptr_eq(&columns(&mut reader), &columns(&mut reader)));
    }

    proptest! {
        #[test]
        fn cells_are_split_as_the_csv_crate_splits_them(text in "[a,\"\n\r]{0,30}", piece in 1_usize..9) {
            let file = format!("h1,h2,h3\n{text}");
            let mut oracle = ::csv::ReaderBuilder::new();
            let mut oracle = oracle.has_headers(true).flexible(true).from_reader(file.as_bytes());
            let expected: Vec<Vec<String>> = oracle.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let mut reader = RowReader::csv(CsvOptions::default());
            let mut found = Vec::new();
            let mut unclosed = false;
            for piece in file.as_bytes().chunks(piece).map(Some).chain([None]) {
                match piece {
                    Some(piece) => reader.feed(piece),
                    None => reader.finish(),
                }
                loop {
                    match reader.next() {
                        Ok(None) => break,
                        Ok(Some(row)) => found.push((3, row.values.iter().map(|value| match value {
                            Some(Value::Text(text)) => text.to_string(),
                            _ => String::new(),
                        }).collect::<Vec<_>>())),
                        Err(error) if error.message.contains("no closing quote") => unclosed = true,
                        Err(error) => {
                            let cells = error.message.rsplit(' ').next().unwrap().parse().unwrap();
                            found.push((cells, vec![]));
                        }
                    }
                }
            }
            let whole = if unclosed { &expected[..found.len()] } else { &expected[..] };
            prop_assert_eq!(found.len(), whole.len());
            for ((cells, found), expected) in found.iter().zip(whole) {
                prop_assert_eq!(*cells, expected.len());
                if *cells == 3 {
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
