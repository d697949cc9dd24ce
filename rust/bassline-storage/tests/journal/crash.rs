//! The power fails at every call, and any subset of what was not synced survives.

use crate::model::{Case, Model, options};
#[cfg(test)]
use crate::model::{each_happened, number, seed};
use crate::scenario::{append, live, sync};
use bassline_storage::disk::{Fault, FaultKind, Fired, Random, SimulatedDisk};
use bassline_storage::journal::Options;

const STEPS: u64 = 40;
const IMAGES_PER_CALL: u64 = 8;

fn power_loss(at: u64) -> Fault {
    Fault {
        at,
        kind: FaultKind::PowerLoss,
        sticky: true,
    }
}

/// A life up to a power loss during a call; `None` if it ends before.
fn life_until(seed: u64, call: Option<u64>) -> (SimulatedDisk, Options, Model) {
    let mut random = Random::new(seed);
    let options = options(&mut random);
    let (disk, mut model) = (SimulatedDisk::new(seed), Model::default());
    disk.plan(call.map(power_loss));
    let outcome = live(&disk, &options, &mut random, &mut model, STEPS);
    assert!(call.is_some() || outcome.is_ok(), "seed {seed}: {outcome:?}");
    (disk, options, model)
}

/// Opens what a power loss left, perhaps with another power loss or a kill on the way, and goes on with it.
fn survive(mut disk: SimulatedDisk, options: &Options, mut model: Model, random: &mut Random, fired: &mut Fired) {
    model.darken();
    for _ in 0..2 {
        if !random.once_in(3) {
            break;
        }
        disk.plan(Some(power_loss(random.below(8))));
        // It may even come to its end; then what it found counts from there on.
        let _ = model.open(&disk, options).map(|journal| {
            let _ = append(&journal, random, &mut model);
            let _ = sync(&journal, options, &mut model);
        });
        model.darken();
        let dark = disk;
        disk = dark.after_power_loss(random.draw());
        fired.add(&dark.fired());
    }
    let journal = model
        .open(&disk, options)
        .expect("what a power loss leaves can be opened");
    append(&journal, random, &mut model).expect("a journal takes more after a power loss");
    append(&journal, random, &mut model).expect("a journal takes more after a power loss");
    sync(&journal, options, &mut model).expect("a journal syncs after a power loss");
    if random.once_in(2) {
        journal.close().expect("a journal closes after a power loss");
    }
    drop(journal);
    let journal = model.open(&disk, options).expect("what was opened can be opened again");
    drop(journal);
    fired.add(&disk.fired());
    // What opening found is durable.
    model.darken();
    let disk = disk.after_power_loss(random.draw());
    model
        .open(&disk, options)
        .expect("what was opened can be opened after a power loss");
}

/// Loses power at every call of one life after another until there are so many images; how many images, how many lives.
pub(crate) fn lose_power(first: u64, wanted: u64, fired: &mut Fired) -> (u64, u64) {
    let (mut images, mut lives) = (0, 0);
    while images < wanted {
        let seed = first.wrapping_add(lives);
        lives += 1;
        let (disk, ..) = life_until(seed, None);
        for call in 0..disk.calls() {
            let (disk, options, model) = life_until(seed, Some(call));
            let mut random = Random::new(seed ^ (call << 32));
            for image in 0..IMAGES_PER_CALL {
                let _case = Case(format!("seed {seed}, call {call}, image {image}: {options:?}"));
                let image = disk.after_power_loss(random.draw());
                fired.add(&image.fired());
                survive(image, &options, model.clone(), &mut random, fired);
                images += 1;
            }
            fired.add(&disk.fired());
        }
    }
    (images, lives)
}

#[test]
fn a_power_loss_at_any_call_loses_nothing_acknowledged_and_leaves_no_half_batch() {
    crate::model::plant();
    let mut fired = Fired::default();
    let (images, lives) = lose_power(seed(), number("BASSLINE_CASES", 100_000), &mut fired);
    println!("{images} images of {lives} lives");
    each_happened(&fired, &Fired::LOSSES);
}
