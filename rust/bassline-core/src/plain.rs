//! The fast loop: gadgets of two scalars whose output nobody else writes. Everything it touches stands in slices that stay in
//! registers, and no value goes through memory on the way; what it does is what [`Network::fire`] does.

use crate::contact::{Version, Writer, flag as of_contact};
use crate::gadget::flag;
use crate::network::Network;
use crate::old::Old;
use crate::primitive::Body;
use crate::tick::{Age, Touch};
use crate::value::{Content, Value};

impl Network {
    /// Makes the first write of the tick to a contact that only the outside writes, if it is empty or changes a float, and puts its readers in line;
    /// whether it was made.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "once for each number of a column")]
    pub(crate) fn write_first(&mut self, slot: u32, new: f64) -> bool {
        let open = self.now + 1;
        let Network {
            contacts,
            gadgets,
            queue,
            tick,
            ..
        } = self;
        let row = &mut contacts.rows[slot as usize];
        let (true, Some(age)) = (
            row.flags & of_contact::SLOW == 0
                && row.version.place(open).is_none()
                && contacts.writers.len(slot) == 0
                && !tick.settling,
            Age::external(tick.write_index),
        ) else {
            return false;
        };
        let old = match &mut row.content {
            Some(Value::Float(content)) if is_same(*content, new) => return false,
            Some(Value::Float(content)) => Old::Float(std::mem::replace(content, new)),
            content @ None => {
                *content = Some(Value::Float(new));
                Old::Nothing
            }
            Some(_) => return false,
        };
        tick.write_index += 1;
        let touched = Version::touched(open, tick.touches.len());
        tick.touches.push(Touch {
            old,
            version: std::mem::replace(&mut row.version, touched),
            contact: slot,
            writer: std::mem::replace(&mut row.writer, Writer::external(self.source)),
            age,
        });
        let readers = contacts.readers.get(slot);
        if queue.push_gadgets(&mut gadgets.rows, readers) < readers.len() {
            tick.unmarked = true;
        }
        true
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
            let (a, b) = (
                &cells[row.a as usize].content,
                // A function of one value has no second.
                cells.get(row.b as usize).map_or(&None, |cell| &cell.content),
            );
            let Some(result) = compute(row.body, a, b) else { break };
            let (out, writer) = (row.out, Writer::gadget(at));
            let cell = &mut cells[out as usize];
            if cell.flags & of_contact::SLOW != 0 || cell.version.place(open).is_some() {
                break;
            }
            let (old, is_same) = match (result, &cell.content) {
                (Computed::Float(new), &Some(Value::Float(old))) => (Old::Float(old), is_same(old, new)),
                (Computed::Int(new), &Some(Value::Int(old))) => (Old::Int(old), old == new),
                (Computed::Bool(new), &Some(Value::Bool(old))) => (Old::Bool(old), old == new),
                (Computed::Nothing, _) => (Old::Nothing, true),
                _ => break,
            };
            if is_same && cell.writer != writer && result != Computed::Nothing {
                break;
            }
            row.flags = 0;
            row.firings = row.firings.wrapping_add(1);
            at = row.next;
            left -= 1;
            if is_same {
                continue;
            }
            match (result, &mut cell.content) {
                (Computed::Float(new), Some(Value::Float(content))) => *content = new,
                (Computed::Int(new), Some(Value::Int(content))) => *content = new,
                (Computed::Bool(new), Some(Value::Bool(content))) => *content = new,
                _ => {}
            }
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

/// What a plain gadget comes to.
#[derive(Clone, Copy, PartialEq)]
enum Computed {
    /// It writes nothing.
    Nothing,
    Bool(bool),
    Int(i64),
    Float(f64),
}

/// Computes on scalars where nothing can fail; `None` where the general way is to be gone.
#[inline(always)]
#[expect(clippy::inline_always, reason = "in the innermost loop")]
fn compute(body: Body, a: &Content, b: &Content) -> Option<Computed> {
    match (body, a, b) {
        (Body::Binary(op), Some(Value::Float(a)), Some(Value::Float(b))) => op.of_floats(*a, *b).map(Computed::Float),
        (Body::Binary(op), Some(Value::Int(a)), Some(Value::Int(b))) => op.of_small_ints(*a, *b).map(Computed::Int),
        (Body::Compare(op), Some(Value::Float(a)), Some(Value::Float(b))) => Some(Computed::Bool(op.of_floats(*a, *b))),
        (Body::Compare(op), Some(Value::Int(a)), Some(Value::Int(b))) => Some(Computed::Bool(op.of_ints(*a, *b))),
        (Body::Gate, Some(_), Some(Value::Bool(false))) => Some(Computed::Nothing),
        (Body::Gate, Some(Value::Float(a)), Some(Value::Bool(true))) => Some(Computed::Float(*a)),
        (Body::Gate, Some(Value::Int(a)), Some(Value::Bool(true))) => Some(Computed::Int(*a)),
        _ => None,
    }
}

#[inline]
#[expect(clippy::float_cmp, reason = "any change is a change")]
fn is_same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}
