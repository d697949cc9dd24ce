//! The fast loop: gadgets of two scalars whose output nobody else writes. Everything it touches stands in slices that stay in
//! registers, and no value goes through memory on the way; what it does is what [`Network::fire`] does.

use crate::contact::{Row as Cell, Version, Writer, flag as of_contact};
use crate::gadget::{Row, flag};
use crate::network::Network;
use crate::old::Old;
use crate::primitive::Body;
use crate::tick::{Age, Touch};
use crate::value::{Content, Value};

impl Network {
    /// Makes the first write of the tick to a contact that only the outside writes, if it is empty or changes a float, and puts its readers in line;
    /// whether it was made.
    #[inline]
    pub(crate) fn write_first(&mut self, slot: u32, new: f64) -> bool {
        self.write_plain([(slot, new)].into_iter()) == 1
    }

    /// Makes the first writes of the tick to contacts that only the outside writes, for as long as they are empty or change a float, and puts their
    /// readers in line; how many were made.
    #[inline]
    pub(crate) fn write_plain(&mut self, writes: impl Iterator<Item = (u32, f64)>) -> usize {
        let (open, outside) = (self.now + 1, Writer::external(self.source));
        let Network {
            contacts,
            gadgets,
            queue,
            tick,
            ..
        } = self;
        if tick.settling {
            return 0;
        }
        let (cells, rows) = (&mut contacts.rows[..], &mut gadgets.rows[..]);
        let mut made = 0;
        for (slot, new) in writes {
            let cell = &mut cells[slot as usize];
            if cell.flags & of_contact::SLOW != 0 || cell.version.is_touched(open) || contacts.writers.len(slot) != 0 {
                break;
            }
            let Some(age) = Age::external(tick.write_index) else {
                break;
            };
            let old = match &mut cell.content {
                Some(Value::Float(content)) if !is_same(*content, new) => Old::float(std::mem::replace(content, new)),
                content @ None => {
                    *content = Some(Value::Float(new));
                    Old::NOTHING
                }
                Some(_) => break,
            };
            tick.write_index += 1;
            let touched = Version::touched(open, tick.touches.len());
            tick.touches.push(Touch {
                old,
                version: std::mem::replace(&mut cell.version, touched),
                contact: slot,
                writer: std::mem::replace(&mut cell.writer, outside),
                age,
            });
            made += 1;
            let readers = contacts.readers.get(slot);
            if queue.push_gadgets(rows, readers) < readers.len() {
                tick.unmarked = true;
            }
        }
        made
    }

    /// Fires the gadgets of a line from `at` on, for as long as they are plain and the budget lasts; where it stopped, and what is
    /// left of the budget.
    pub(crate) fn fire_plain(&mut self, level: i32, mut at: u32, mut left: usize) -> (u32, usize) {
        let open = self.now + 1;
        let Network {
            contacts,
            gadgets,
            queue,
            tick,
            ..
        } = self;
        let (cells, rows) = (&mut contacts.rows[..], &mut gadgets.rows[..]);
        let mut unmarked = None;
        while left > 0 {
            let Some(row) = rows.get_mut(at as usize) else { break };
            if row.flags != flag::QUEUED || row.level > level {
                break;
            }
            let out = row.out;
            let written = fire(row, at, open, cells);
            let (Written::Same | Written::Changed(_)) = written else {
                break;
            };
            row.flags = 0;
            row.firings = row.firings.wrapping_add(1);
            let writer = Writer::gadget(at);
            at = row.next;
            left -= 1;
            let Written::Changed(old) = written else { continue };
            let cell = &mut cells[out as usize];
            let place = tick.touches.len();
            tick.touches.push(Touch {
                old,
                version: cell.version,
                contact: out,
                writer: cell.writer,
                age: Age::FINAL,
            });
            cell.version = Version::touched(open, place);
            cell.writer = writer;
            let readers = contacts.readers.get(out);
            let plain = queue.push_gadgets(rows, readers);
            if plain < readers.len() {
                unmarked = Some((out, plain));
                break;
            }
        }
        if let Some((contact, first)) = unmarked {
            self.mark_readers_from(contact, first);
        }
        (at, left)
    }
}

/// What became of a plain gadget.
enum Written {
    /// Its output holds what it held.
    Same,
    Changed(Old),
    /// The general way is to be gone.
    NotPlain,
}

/// Fires a gadget on scalars where nothing can fail.
#[inline(always)]
#[expect(clippy::inline_always, reason = "in the innermost loop")]
fn fire(row: &Row, gadget: u32, open: u64, cells: &mut [Cell]) -> Written {
    let a = &cells[row.a as usize].content;
    // A function of one value has no second.
    let b = cells.get(row.b as usize).map_or(&None, |cell| &cell.content);
    let write = Write {
        contact: row.out,
        gadget,
        open,
    };
    // By kind first, so that of two numbers one look at each decides.
    if let (&Some(Value::Float(a)), &Some(Value::Float(b))) = (a, b) {
        return match row.body {
            Body::Binary(op) => match op.of_floats(a, b) {
                Some(new) => write.into(cells, new),
                None => Written::NotPlain,
            },
            Body::Compare(op) => write.into(cells, op.of_floats(a, b)),
            _ => Written::NotPlain,
        };
    }
    match (row.body, a, b) {
        (Body::Binary(op), &Some(Value::Int(a)), &Some(Value::Int(b))) => match op.of_small_ints(a, b) {
            Some(new) => write.into(cells, new),
            None => Written::NotPlain,
        },
        (Body::Compare(op), &Some(Value::Int(a)), &Some(Value::Int(b))) => write.into(cells, op.of_ints(a, b)),
        (Body::Gate, Some(_), &Some(Value::Bool(false))) if write.is_plain(cells) => Written::Same,
        (Body::Gate, &Some(Value::Float(a)), &Some(Value::Bool(true))) => write.into(cells, a),
        (Body::Gate, &Some(Value::Int(a)), &Some(Value::Bool(true))) => write.into(cells, a),
        _ => Written::NotPlain,
    }
}

/// Where a plain gadget writes.
#[derive(Clone, Copy)]
struct Write {
    contact: u32,
    gadget: u32,
    open: u64,
}

impl Write {
    /// Whether no other write of this tick can meet this one.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "in the innermost loop")]
    fn is_plain(self, cells: &[Cell]) -> bool {
        let cell = &cells[self.contact as usize];
        cell.flags & of_contact::SLOW == 0 && !cell.version.is_touched(self.open)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "in the innermost loop")]
    fn into<T: Scalar>(self, cells: &mut [Cell], new: T) -> Written {
        if !self.is_plain(cells) {
            return Written::NotPlain;
        }
        let cell = &mut cells[self.contact as usize];
        match T::of(&mut cell.content) {
            Some(content) if content.is_same(new) => {
                if cell.writer == Writer::gadget(self.gadget) {
                    Written::Same
                } else {
                    Written::NotPlain
                }
            }
            Some(content) => Written::Changed(std::mem::replace(content, new).old()),
            None => Written::NotPlain,
        }
    }
}

/// What the fast loop computes with.
trait Scalar: Copy {
    fn of(content: &mut Content) -> Option<&mut Self>;
    fn is_same(self, other: Self) -> bool;
    fn old(self) -> Old;
}

macro_rules! scalar {
    ($type:ty, $kind:ident, $old:ident, $is_same:expr) => {
        impl Scalar for $type {
            fn of(content: &mut Content) -> Option<&mut Self> {
                match content {
                    Some(Value::$kind(content)) => Some(content),
                    _ => None,
                }
            }
            fn is_same(self, other: Self) -> bool {
                $is_same(self, other)
            }
            fn old(self) -> Old {
                Old::$old(self)
            }
        }
    };
}

scalar!(f64, Float, float, is_same);
scalar!(i64, Int, int, |one, other| one == other);
scalar!(bool, Bool, bool, |one, other| one == other);

#[inline]
#[expect(clippy::float_cmp, reason = "any change is a change")]
fn is_same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}
