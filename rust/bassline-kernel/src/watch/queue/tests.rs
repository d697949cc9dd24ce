use super::*;
use bassline_core::{Content, Handle, Value};
use std::time::Instant;

fn queue(bound: usize) -> WatchQueue {
    WatchQueue::new(1, bound, Arc::default())
}

fn notice(old: i64, new: i64) -> Arc<Notice> {
    Arc::new(Notice {
        epoch: 1,
        tick: new as u64,
        index: 0,
        path: "x".into(),
        old: Some(Value::Int(old)),
        new: Some(Value::Int(new)),
        cause: "".into(),
        time_micros: 0,
    })
}

fn int(content: &Content) -> i64 {
    match content {
        Some(Value::Int(int)) => *int,
        other => panic!("{other:?}"),
    }
}

/// What the queue says it is: a list, searched from the front each time.
#[derive(Default)]
struct Plain {
    entries: Vec<(u64, bool, i64, i64)>,
    coalesced: u64,
    missed: u64,
}

impl Plain {
    fn push(&mut self, bound: usize, contact: u64, event: bool, old: i64, new: i64) {
        self.entries.push((contact, event, old, new));
        while self.entries.len() > bound {
            let later_of = |at: usize| {
                let (contact, event, ..) = self.entries[at];
                let same = |&other: &usize| self.entries[other].0 == contact && !self.entries[other].1;
                (at + 1..self.entries.len()).find(same).filter(|_| !event)
            };
            let superseded = (0..self.entries.len()).find_map(|at| later_of(at).map(|later| (at, later)));
            if let Some((at, later)) = superseded {
                self.entries[later].2 = self.entries[at].2;
                self.entries.remove(at);
                self.coalesced += 1;
                continue;
            }
            let events: Vec<usize> = (0..self.entries.len()).filter(|&at| self.entries[at].1).collect();
            if events.len() < 2 {
                break;
            }
            self.entries.remove(events[0]);
            self.missed += 1;
        }
    }
}

#[test]
fn it_is_a_list_from_which_superseded_changes_and_then_the_oldest_events_go() {
    let mut drawn: u64 = 1;
    let mut draw = |upto: u64| {
        drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (drawn >> 33) % upto
    };
    let mut went = (0, 0);
    for bound in [1, 2, 3, 5, 8] {
        let (queue, mut plain) = (queue(bound), Plain::default());
        for step in 0..4_000i64 {
            match draw(10) {
                0..7 => {
                    // Contacts below 4 hold states, those above are streams.
                    let contact = draw(8);
                    let event = contact >= 4;
                    queue.push(ContactId::from_bits(contact), event, &notice(step - 1, step));
                    plain.push(bound, contact, event, step - 1, step);
                }
                7 | 8 => {
                    let expected = (!plain.entries.is_empty()).then(|| plain.entries.remove(0));
                    let found = queue.pop().map(|notice| (int(&notice.old), int(&notice.new)));
                    assert_eq!(found, expected.map(|(_, _, old, new)| (old, new)));
                }
                _ if draw(10) == 0 => {
                    let found: Vec<(i64, i64)> = queue
                        .drain()
                        .iter()
                        .map(|notice| (int(&notice.old), int(&notice.new)))
                        .collect();
                    let expected: Vec<(i64, i64)> =
                        plain.entries.drain(..).map(|(_, _, old, new)| (old, new)).collect();
                    assert_eq!(found, expected);
                }
                _ => {}
            }
            assert_eq!(queue.len(), plain.entries.len());
            assert_eq!((queue.coalesced(), queue.missed()), (plain.coalesced, plain.missed));
        }
        went = (went.0 + plain.coalesced, went.1 + plain.missed);
    }
    assert!(went.0 > 1_000 && went.1 > 1_000, "{went:?}");
}

#[test]
fn nothing_is_left_of_what_was_taken() {
    let queue = queue(3);
    for step in 0..100i64 {
        queue.push(
            ContactId::from_bits(step as u64 % 5),
            step % 5 == 4,
            &notice(step, step),
        );
    }
    while queue.pop().is_some() {}
    let pending = lock(&queue.pending);
    assert!(pending.entries.is_empty() && pending.newest.is_empty());
    assert!(pending.superseded.is_empty() && pending.events.is_empty());
}

#[test]
fn it_rings_once_for_a_burst_and_not_at_all_if_something_is_there() {
    let queue = queue(10);
    let push = |new| queue.push(ContactId::from_bits(0), false, &notice(0, new));
    assert!(!push(1));
    assert!(!queue.arm());
    queue.drain();
    assert!(queue.arm());
    assert_eq!([push(2), push(3), push(4)], [true, false, false]);
    queue.drain();
    queue.end();
    assert!(!queue.arm() && !push(5) && queue.is_empty());
}

#[test]
fn what_came_before_the_end_is_taken_after_it() {
    let queue = queue(10);
    queue.push(ContactId::from_bits(0), false, &notice(0, 1));
    queue.end();
    assert!(queue.wait(Duration::from_secs(60)) && queue.is_ended() && !queue.is_over());
    assert_eq!(queue.pop().map(|notice| int(&notice.new)), Some(1));
    assert!(queue.pop().is_none() && queue.is_over());
}

#[test]
fn who_waits_wakes_for_a_change_for_the_end_and_when_time_is_over() {
    let begun = Instant::now();
    for end in [false, true] {
        let queue = queue(10);
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| queue.wait(Duration::from_secs(600)));
            while lock(&queue.pending).waiting == 0 {
                std::thread::yield_now();
            }
            if end {
                queue.end();
            } else {
                queue.push(ContactId::from_bits(0), false, &notice(0, 1));
            }
            assert!(waiter.join().unwrap());
        });
    }
    assert!(begun.elapsed() < Duration::from_secs(300));
    assert!(!queue(10).wait(Duration::from_millis(1)));
}
