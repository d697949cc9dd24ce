//! The fast loop: gadgets of two floats whose output nobody else writes. Everything it touches stands in slices that stay in
//! registers, and no value goes through memory on the way; what it does is what [`Network::fire`] does.

use crate::contact::{Version, Writer, flag as of_contact};
use crate::gadget::flag;
use crate::network::Network;
use crate::old::Old;
use crate::primitive::Body;
use crate::tick::{Age, Touch};
use crate::value::Value;

impl Network {
    /// Makes the first write of the tick to a contact that only the outside writes, if it changes a float, and puts its readers in line;
    /// whether it was made.
    #[inline]
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
        let (true, Some(Value::Float(content)), Some(age)) = (
            row.flags & of_contact::SLOW == 0
                && row.version.place(open).is_none()
                && contacts.writers.len(slot) == 0
                && !tick.settling,
            &mut row.content,
            Age::external(tick.write_index),
        ) else {
            return false;
        };
        let old = *content;
        if is_same(old, new) {
            return false;
        }
        *content = new;
        tick.write_index += 1;
        let touched = Version::touched(open, tick.touches.len());
        tick.touches.push(Touch {
            old: Old::Float(old),
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
            let (Body::Binary(op), true) = (row.body, row.flags == flag::QUEUED && row.level <= level) else {
                break;
            };
            let (Some(Value::Float(a)), Some(Value::Float(b))) =
                (&cells[row.a as usize].content, &cells[row.b as usize].content)
            else {
                break;
            };
            let Some(result) = op.of_floats(*a, *b) else { break };
            let (out, writer) = (row.out, Writer::gadget(at));
            let cell = &mut cells[out as usize];
            let (true, Some(Value::Float(content))) = (
                cell.flags & of_contact::SLOW == 0 && cell.version.place(open).is_none(),
                &mut cell.content,
            ) else {
                break;
            };
            let before = *content;
            let is_same = is_same(before, result);
            if is_same && cell.writer != writer {
                break;
            }
            row.flags = 0;
            row.firings = row.firings.wrapping_add(1);
            at = row.next;
            left -= 1;
            if is_same {
                continue;
            }
            *content = result;
            let place = tick.touches.len();
            tick.touches.push(Touch {
                old: Old::Float(before),
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

#[inline]
#[expect(clippy::float_cmp, reason = "any change is a change")]
fn is_same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}
