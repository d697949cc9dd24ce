//! What has died, as a text.

use bassline_core::Died;

pub(crate) fn write(died: &Died) -> String {
    let Died {
        contacts,
        wires,
        gadgets,
    } = died;
    format!("{contacts} {wires} {gadgets}")
}

/// What [`write`] wrote; nothing of an older version.
pub(crate) fn read(text: &str) -> Died {
    let mut numbers = text.split(' ').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    Died {
        contacts: next(),
        wires: next(),
        gadgets: next(),
    }
}
