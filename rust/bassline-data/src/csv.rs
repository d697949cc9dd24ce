//! `data.csv-parse`, `data.csv-stringify` (RFC 4180, with any line ending): cells that JSON reads as numbers or truth values are these.

use crate::entry::{Answer, append, bounded_text, given, malformed, outputs, required, truth_or};
use crate::json;
use bassline_core::argument::{list, out_of_range, text};
use bassline_core::{Content, Fault, Keys, Map, Text, Value, limit, written_float};
use std::borrow::Cow;
use std::sync::Arc;

const CSV: &str = "CSV";
const ROWS: &str = "a list of maps, or of lists, whose values are nulls, bools, finite numbers and strings";

/// What stands between cells: one ASCII character.
fn delimiter(value: Option<&Value>) -> Result<char, Fault> {
    let Some(value) = value else { return Ok(',') };
    let mut characters = text("delimiter", value)?.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) if one.is_ascii() && !matches!(one, '"' | '\r' | '\n' | '\0') => Ok(one),
        _ => Err(out_of_range(
            "delimiter",
            "one ASCII character that is no quote and ends no line",
            value,
        )),
    }
}

/// `data.csv-parse`: rows as maps under a header, or as lists.
pub(crate) fn parse(inputs: &[Content]) -> Answer {
    let text = bounded_text("text", required(inputs, 0))?;
    let (delimiter, headers) = (
        delimiter(given(inputs, 1))?,
        truth_or("headers", given(inputs, 2), true)?,
    );
    let mut reader = Reader {
        rest: text,
        delimiter,
        line: 1,
    };
    let mut header: Option<Header> = None;
    let (mut rows, mut values) = (Vec::new(), 0);
    while let Some((line, cells)) = reader.row()? {
        values += cells.len() + 1;
        if values > limit::VALUES {
            return Err(malformed(
                "text",
                CSV,
                format!("it has more than {} values", limit::VALUES),
            ));
        }
        match &header {
            None if headers => header = Some(Header::new(line, &cells)?),
            None => rows.push(Value::List(Arc::new(typed(line, &cells)?))),
            Some(header) => rows.push(header.row(line, &cells)?),
        }
    }
    outputs([Value::List(Arc::new(rows))])
}

struct Header {
    keys: Arc<Keys>,
    /// Where each column stands among the keys.
    places: Vec<usize>,
}

impl Header {
    fn new(line: usize, cells: &[Cow<'_, str>]) -> Result<Self, Fault> {
        let names: Vec<Text> = cells.iter().map(|cell| Text::from(cell.as_ref())).collect();
        let (keys, places) = Keys::new(&names);
        if let Some(at) = names.iter().position(|name| name.as_str().is_empty()) {
            let found = format!("in line {line}, column {} of the header has no name", at + 1);
            return Err(malformed("text", CSV, found));
        }
        if keys.as_slice().len() < names.len() {
            let found = format!("in line {line}, two columns have one name");
            return Err(malformed("text", CSV, found));
        }
        Ok(Self { keys, places })
    }

    fn row(&self, line: usize, cells: &[Cow<'_, str>]) -> Result<Value, Fault> {
        if cells.len() != self.places.len() {
            let found = format!(
                "in line {line}, expected {} cells as in the header, found {}",
                self.places.len(),
                cells.len()
            );
            return Err(malformed("text", CSV, found));
        }
        let mut values = vec![Value::Null; cells.len()];
        for (value, &place) in typed(line, cells)?.into_iter().zip(&self.places) {
            values[place] = value;
        }
        Ok(Value::Map(Arc::new(Map::with_keys(Arc::clone(&self.keys), values))))
    }
}

fn typed(line: usize, cells: &[Cow<'_, str>]) -> Result<Vec<Value>, Fault> {
    cells.iter().map(|cell| cell_value(line, cell)).collect()
}

fn cell_value(line: usize, cell: &str) -> Result<Value, Fault> {
    match cell.as_bytes() {
        b"true" => return Ok(Value::Bool(true)),
        b"false" => return Ok(Value::Bool(false)),
        [b'-' | b'0'..=b'9', ..] if cell.ends_with(|last: char| last.is_ascii_digit()) => {}
        _ => return Ok(Value::text(cell)),
    }
    match json::read(cell) {
        Ok(number) => Ok(number),
        Err(problem) if problem.contains("64-bit") || problem.contains("out of range") => {
            let found = format!("in line {line}, {problem}");
            Err(malformed("text", CSV, found))
        }
        Err(_) => Ok(Value::text(cell)),
    }
}

/// The line it begins in, and its cells.
type Row<'a> = (usize, Vec<Cow<'a, str>>);

struct Reader<'a> {
    rest: &'a str,
    delimiter: char,
    line: usize,
}

impl<'a> Reader<'a> {
    /// The next row and the line it begins in; a line without anything is none.
    fn row(&mut self) -> Result<Option<Row<'a>>, Fault> {
        while let Some(rest) = self.rest.strip_prefix(['\r', '\n']) {
            self.end_line(rest);
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (begun, mut cells) = (self.line, Vec::new());
        loop {
            cells.push(match self.rest.strip_prefix('"') {
                Some(rest) => Cow::Owned(self.quoted(rest)?),
                None => Cow::Borrowed(self.plain()),
            });
            match self.rest.chars().next() {
                Some(next) if next == self.delimiter => self.rest = &self.rest[1..],
                Some(_) => {
                    let rest = &self.rest[1..];
                    self.end_line(rest);
                    break;
                }
                None => break,
            }
        }
        Ok(Some((begun, cells)))
    }

    /// Goes on behind a CR or an LF; both together end one line.
    fn end_line(&mut self, rest: &'a str) {
        let is_pair = self.rest.starts_with("\r\n");
        self.rest = if is_pair { &rest[1..] } else { rest };
        self.line += 1;
    }

    fn plain(&mut self) -> &'a str {
        let end = self.rest.find([self.delimiter, '\r', '\n']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        cell
    }

    /// A cell whose quote has been opened, up to the one that closes it.
    fn quoted(&mut self, mut rest: &'a str) -> Result<String, Fault> {
        let begun = self.line;
        let mut cell = String::new();
        loop {
            let Some((part, behind)) = rest.split_once('"') else {
                let found = format!("the quote of line {begun} is not closed");
                return Err(malformed("text", CSV, found));
            };
            self.line += part.matches('\n').count() + part.matches('\r').count() - part.matches("\r\n").count();
            cell.push_str(part);
            match behind.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => {
                    rest = behind;
                    break;
                }
            }
        }
        if let Some(found) = rest.chars().next()
            && found != self.delimiter
            && !matches!(found, '\r' | '\n')
        {
            let found = format!(
                "in line {}, expected {:?} or the end of the line behind a quote, found {found:?}",
                self.line, self.delimiter
            );
            return Err(malformed("text", CSV, found));
        }
        self.rest = rest;
        Ok(cell)
    }
}

/// `data.csv-stringify`: maps under a header of all their keys, in order; lists as they are.
pub(crate) fn stringify(inputs: &[Content]) -> Answer {
    let rows = list("data", required(inputs, 0))?;
    let (delimiter, headers) = (
        delimiter(given(inputs, 1))?,
        truth_or("headers", given(inputs, 2), true)?,
    );
    let names: Vec<Text> = rows
        .iter()
        .filter_map(|row| match row {
            Value::Map(map) => Some(map.iter().map(|(key, _)| key.clone())),
            _ => None,
        })
        .flatten()
        .collect();
    let (keys, _) = Keys::new(&names);
    let keys = keys.as_slice();
    let is_of_maps = matches!(rows.first(), Some(Value::Map(_)));
    let mut out = String::new();
    if is_of_maps && headers {
        write_row(
            &mut out,
            delimiter,
            keys.iter().map(|key| Ok(Cow::Borrowed(key.as_str()))),
        )?;
    }
    for (at, row) in rows.iter().enumerate() {
        match row {
            Value::Map(map) if is_of_maps => {
                let cells = keys
                    .iter()
                    .map(|key| map.get(key).map_or(Ok(Cow::Borrowed("")), cell_text));
                write_row(&mut out, delimiter, cells)?;
            }
            Value::List(items) if !is_of_maps => write_row(&mut out, delimiter, items.iter().map(cell_text))?,
            other => {
                let found = format!("row {} is {} {other}", at + 1, other.type_name());
                return Err(malformed("data", ROWS, found));
            }
        }
    }
    out.truncate(out.len().saturating_sub(END.len()));
    outputs([Value::Text(out.into())])
}

const END: &str = "\r\n";

fn cell_text(value: &Value) -> Result<Cow<'_, str>, Fault> {
    Ok(match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(holds) => Cow::Borrowed(if *holds { "true" } else { "false" }),
        Value::Int(int) => Cow::Owned(int.to_string()),
        Value::Float(float) if float.is_finite() => Cow::Owned(written_float(*float)),
        Value::Text(text) => Cow::Borrowed(text),
        other => {
            let found = format!("found {} {other} in a cell", other.type_name());
            return Err(malformed("data", ROWS, found));
        }
    })
}

fn write_row<'a>(
    out: &mut String,
    delimiter: char,
    cells: impl Iterator<Item = Result<Cow<'a, str>, Fault>>,
) -> Result<(), Fault> {
    let begun = out.len();
    for (at, cell) in cells.enumerate() {
        let cell = cell?;
        if at > 0 {
            append("text", out, delimiter.encode_utf8(&mut [0; 4]))?;
        }
        if cell.contains(['"', '\r', '\n', delimiter]) {
            append("text", out, &format!("\"{}\"", cell.replace('"', "\"\"")))?;
        } else {
            append("text", out, &cell)?;
        }
    }
    // A line without anything would not be read as a row.
    append("text", out, if out.len() == begun { "\"\"" } else { "" })?;
    append("text", out, END)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, headers: bool) -> Result<Value, String> {
        let inputs = [Some(Value::text(text)), None, Some(Value::Bool(headers))];
        match parse(&inputs) {
            Ok(outputs) => outputs[0].clone().ok_or_else(String::new),
            Err(fault) => Err(fault.to_string()),
        }
    }

    #[test]
    fn cells_and_lines_are_those_of_the_standard() {
        let rows = parsed("a,\"b\"\"\r\n\"\r\n\r\n1,-2.5\ntrue,007", false).unwrap();
        assert_eq!(rows.to_string(), "[['a', 'b\\\"\\r\\n'], [1, -2.5], [True, '007']]");
        assert_eq!(parsed("a,b\n1,x\n", true).unwrap().to_string(), "[{'a': 1, 'b': 'x'}]");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, expected) in [
            ("a,b\n1\n", "in line 2, expected 2 cells as in the header, found 1"),
            (
                "a\n\"x\ny\"z",
                "in line 3, expected ',' or the end of the line behind a quote, found 'z'",
            ),
            ("a\n\n\"x", "the quote of line 3 is not closed"),
            ("a,a\n", "in line 1, two columns have one name"),
            ("a,\n", "in line 1, column 2 of the header has no name"),
        ] {
            assert!(
                parsed(text, true).unwrap_err().ends_with(expected),
                "{text}: {expected}"
            );
        }
        assert!(
            parsed("99999999999999999999", false)
                .unwrap_err()
                .contains("in line 1, 99999999999999999999 does not fit")
        );
    }
}
