//! Bytes to be read, with the place where they stop making sense.

use thiserror::Error;

/// Why bytes are no record.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
#[error("expected {expected} at byte {at} of the record, found {found}")]
pub struct RecordError {
    /// Where.
    pub at: usize,
    /// What should be there.
    pub expected: &'static str,
    /// What is there.
    pub found: String,
}

/// The rest of the bytes of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    whole: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(whole: &'a [u8]) -> Self {
        Self { whole, at: 0 }
    }

    #[cold]
    pub(super) fn expected(&self, expected: &'static str, found: impl Into<String>) -> RecordError {
        RecordError {
            at: self.at,
            expected,
            found: found.into(),
        }
    }

    #[cold]
    fn ends(&self, expected: &'static str) -> RecordError {
        self.expected(expected, "the end")
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, RecordError> {
        let byte = self.whole.get(self.at).ok_or_else(|| self.ends("a byte"))?;
        self.at += 1;
        Ok(*byte)
    }

    #[inline]
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], RecordError> {
        let taken = self.whole[self.at..]
            .get(..len)
            .ok_or_else(|| self.ends("more bytes"))?;
        self.at += len;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], RecordError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u64, RecordError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut number = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.expected("a number of 64 bits", "a greater one"))
    }

    #[inline]
    pub(super) fn signed(&mut self) -> Result<i64, RecordError> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A length of something of which each takes a byte at least, so that no damage makes room for what cannot be there.
    #[inline]
    pub(super) fn len(&mut self) -> Result<usize, RecordError> {
        let len = self.number()?;
        let left = (self.whole.len() - self.at) as u64;
        if len <= left {
            Ok(len as usize)
        } else {
            Err(self.expected("a length", format!("{len}, with {left} bytes left")))
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, RecordError> {
        let len = self.len()?;
        let bytes = self.take(len)?;
        std::str::from_utf8(bytes).map_err(|error| self.expected("text", error.to_string()))
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Result<(), RecordError> {
        match self.whole.len() - self.at {
            0 => Ok(()),
            left => Err(self.expected("the end", format!("{left} more bytes"))),
        }
    }
}

#[inline]
pub(super) fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
pub(super) fn write_signed(number: i64, out: &mut Vec<u8>) {
    write_number((number << 1) as u64 ^ (number >> 63) as u64, out);
}

#[inline]
pub(super) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(number: u64, signed: i64) {
            let mut out = Vec::new();
            write_number(number, &mut out);
            write_signed(signed, &mut out);
            let mut input = Input::new(&out);
            prop_assert_eq!(input.number().unwrap(), number);
            prop_assert_eq!(input.signed().unwrap(), signed);
            prop_assert!(input.end().is_ok());
        }
    }

    #[test]
    fn a_number_beyond_64_bits_is_refused() {
        assert!(Input::new(&[0xff; 9]).number().is_err());
        assert!(Input::new(&[0xff; 11]).number().is_err());
        assert_eq!(Input::new(&[&[0xff; 9][..], &[1]].concat()).number().unwrap(), u64::MAX);
        assert!(Input::new(&[&[0xff; 9][..], &[2]].concat()).number().is_err());
    }
}
