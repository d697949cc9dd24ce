//! Values as bytes: a byte for the kind, then what it is made of.

use super::field::Field;
use super::input::{Input, RecordError, write_bytes, write_number, write_signed};
use bassline_core::{Array, Coded, Content, DEEPEST, Interval, Map, Set, Value};
use std::sync::Arc;

/// Of each kind; [`kind::NOTHING`] is a content without a value.
mod kind {
    pub(super) const NOTHING: u8 = 0;
    pub(super) const NULL: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const TRUE: u8 = 3;
    pub(super) const INT: u8 = 4;
    pub(super) const FLOAT: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const BYTES: u8 = 7;
    pub(super) const LIST: u8 = 8;
    pub(super) const MAP: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const INTERVAL: u8 = 11;
    pub(super) const ARRAY: u8 = 12;
    pub(super) const CODED: u8 = 13;
}

impl Field for Value {
    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Value::Null => out.push(kind::NULL),
            Value::Bool(truth) => out.push(kind::FALSE + u8::from(*truth)),
            Value::Int(int) => {
                out.push(kind::INT);
                write_signed(*int, out);
            }
            Value::Float(float) => {
                let mut bytes = [kind::FLOAT; 9];
                bytes[1..].copy_from_slice(&float.to_bits().to_le_bytes());
                out.extend_from_slice(&bytes);
            }
            Value::Text(text) => {
                out.push(kind::TEXT);
                write_bytes(text.as_bytes(), out);
            }
            heap => write_heap(heap, out),
        }
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        read_nested(input, 0)?.ok_or_else(|| input.expected("a value", "nothing"))
    }
}

fn write_heap(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Bytes(bytes) => {
            out.push(kind::BYTES);
            write_bytes(bytes, out);
        }
        Value::List(items) => {
            out.push(kind::LIST);
            items.write(out);
        }
        Value::Map(map) => {
            out.push(kind::MAP);
            write_number(map.len() as u64, out);
            for (key, value) in map.iter() {
                key.write(out);
                value.write(out);
            }
        }
        Value::Set(set) => {
            out.push(kind::SET);
            write_number(set.len() as u64, out);
            set.iter().for_each(|item| item.write(out));
        }
        Value::Interval(interval) => {
            out.push(kind::INTERVAL);
            interval.low().write(out);
            interval.high().write(out);
        }
        Value::Array(array) => {
            out.push(kind::ARRAY);
            write_bytes(array.dtype().as_bytes(), out);
            write_number(array.shape().len() as u64, out);
            array.shape().iter().for_each(|&len| write_number(len as u64, out));
            write_bytes(array.bytes(), out);
        }
        Value::Coded(coded) => {
            out.push(kind::CODED);
            coded.codec().write(out);
            coded.payload().write(out);
        }
        // A tick that holds one is refused before it is committed; where one comes all the same, what it looks like is kept.
        Value::Opaque(opaque) => {
            out.push(kind::TEXT);
            write_bytes(format!("<{}>", opaque.type_name()).as_bytes(), out);
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => value.write(out),
    }
}

impl Field for Content {
    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(kind::NOTHING),
            Some(value) => value.write(out),
        }
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, RecordError> {
        read_nested(input, 0)
    }
}

#[inline]
fn read_nested(input: &mut Input<'_>, depth: usize) -> Result<Content, RecordError> {
    let value = match input.byte()? {
        kind::NOTHING => return Ok(None),
        kind::FLOAT => Value::Float(f64::from_bits(u64::from_le_bytes(input.array()?))),
        kind::INT => Value::Int(input.signed()?),
        kind::NULL => Value::Null,
        kind::FALSE => Value::Bool(false),
        kind::TRUE => Value::Bool(true),
        kind::TEXT => Value::text(input.text()?),
        heap => read_heap(heap, input, depth)?,
    };
    Ok(Some(value))
}

fn read_heap(kind: u8, input: &mut Input<'_>, depth: usize) -> Result<Value, RecordError> {
    // A value may be as deep as a store takes, and its codec one deeper.
    if depth > DEEPEST + 1 {
        return Err(input.expected("a value that is not so deep", format!("one deeper than {DEEPEST}")));
    }
    let item =
        |input: &mut Input<'_>| read_nested(input, depth + 1)?.ok_or_else(|| input.expected("a value", "nothing"));
    let items = |input: &mut Input<'_>| -> Result<Vec<Value>, RecordError> {
        let len = input.len()?;
        (0..len).map(|_| item(input)).collect()
    };
    Ok(match kind {
        kind::BYTES => {
            let len = input.len()?;
            Value::Bytes(Arc::new(input.take(len)?.to_vec()))
        }
        kind::LIST => Value::List(Arc::new(items(input)?)),
        kind::MAP => {
            let len = input.len()?;
            let pairs: Result<Vec<_>, _> = (0..len).map(|_| Ok((input.text()?.into(), item(input)?))).collect();
            Value::Map(Arc::new(Map::new(pairs?)))
        }
        kind::SET => Value::Set(Arc::new(Set::new(items(input)?))),
        kind::INTERVAL => {
            let (low, high) = (item(input)?, item(input)?);
            let interval =
                Interval::new(low, high).map_err(|error| input.expected("an interval", error.to_string()))?;
            Value::Interval(Arc::new(interval))
        }
        kind::ARRAY => {
            let dtype = input.text()?.into();
            let rank = input.len()?;
            let shape: Result<Vec<usize>, _> = (0..rank).map(|_| input.number().map(|len| len as usize)).collect();
            let len = input.len()?;
            Value::Array(Arc::new(Array::new(dtype, shape?, input.take(len)?.to_vec())))
        }
        kind::CODED => Value::Coded(Arc::new(Coded::new(input.text()?.into(), item(input)?))),
        other => return Err(input.expected("the kind of a value", other.to_string())),
    })
}
