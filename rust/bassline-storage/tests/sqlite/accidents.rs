//! What happens to a store from outside, and what it says then.

use crate::promises::{place, settled};
use crate::world::{Numbers, World, declare, store, write};
use bassline_core::{Image, Value};
use bassline_storage::{NewSnapshot, SnapshotInfo, StorageError, Store};
use rusqlite::Connection;
use std::path::Path;

fn counted(path: &Path, ticks: i64) -> World {
    let mut world = World::open(&store(path));
    world.tick(|network| declare(network, "n", "accept-last"));
    for n in 0..ticks {
        world.tick(|network| write(network, "n", Value::Int(n)));
    }
    world.hand_over().unwrap();
    world
}

#[test]
fn a_file_deleted_while_it_is_open_fails_loudly_and_is_not_made_anew() {
    let (_directory, path) = place();
    let mut world = counted(&path, 3);
    std::fs::remove_file(&path).unwrap();
    world.tick(|network| write(network, "n", Value::Int(9)));
    let failure = world.hand_over().unwrap_err();
    assert!(failure.message.contains("deleted or replaced"), "{failure}");
    assert!(!path.exists(), "no empty file stands in its place");
    let _ = world.driver.shutdown(false);
    assert!(!path.exists());
    assert!(matches!(store(&path).reader("main"), Err(StorageError::Missing { .. })));
    assert_eq!(store(&path).networks().unwrap(), []);
}

#[test]
fn a_file_replaced_while_it_is_open_is_not_written() {
    let (directory, path) = place();
    let mut world = counted(&path, 3);
    let other = directory.path().join("other.db");
    counted(&other, 1).close();
    std::fs::rename(&other, &path).unwrap();
    world.tick(|network| write(network, "n", Value::Int(9)));
    assert!(world.hand_over().unwrap_err().message.contains("deleted or replaced"));
}

#[test]
fn a_log_that_is_taken_away_is_noticed_and_what_comes_then_is_in_a_new_one() {
    let (directory, path) = place();
    let mut world = counted(&path, 3);
    // As another copy of SQLite in the process does when it takes its connection for the last one.
    let other = Connection::open(&path).unwrap();
    let checkpoint = other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    assert_eq!(checkpoint.unwrap(), 0);
    drop(other);
    let beside = |path: &Path, end: &str| path.with_file_name(format!("{}{end}", path.file_name().unwrap().display()));
    for end in ["-wal", "-shm"] {
        std::fs::remove_file(beside(&path, end)).unwrap();
    }
    world.tick(|network| write(network, "n", Value::Int(9)));
    world.hand_over().unwrap();
    // What there would be after a kill.
    let killed = directory.path().join("killed.db");
    std::fs::copy(&path, &killed).unwrap();
    std::fs::copy(beside(&path, "-wal"), beside(&killed, "-wal")).unwrap();
    let opened = store(&killed).open("main").unwrap();
    assert_eq!(settled(opened.image), settled(world.network.image()));
    drop(opened.driver);
    assert_eq!(store(&killed).check().unwrap().found, Vec::<String>::new());
}

#[test]
fn a_backup_is_whole_while_the_store_is_written_and_replaces_nothing() {
    let (directory, path) = place();
    let mut world = counted(&path, 50);
    let image = world.network.image();
    let to = directory.path().join("backup.db");
    let size = world.store.backup(&to).unwrap();
    assert_eq!(size, std::fs::metadata(&to).unwrap().len());
    world.tick(|network| write(network, "n", Value::Int(99)));
    world.hand_over().unwrap();
    let error = world.store.backup(&to).unwrap_err().to_string();
    assert!(error.contains("replaces nothing"), "{error}");
    let copy = store(&to).open("main").unwrap();
    assert_eq!(settled(copy.image), settled(image));
    drop(copy.driver);
    assert_eq!(store(&to).check().unwrap().found, Vec::<String>::new());
    world.close();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.contains("partial"), "{name}");
    }
    let missing = store(&directory.path().join("none.db")).backup(&directory.path().join("b.db"));
    assert!(matches!(missing, Err(StorageError::Missing { .. })));
}

#[test]
fn a_network_is_deleted_with_all_it_had_and_not_while_it_is_open() {
    let (_directory, path) = place();
    let world = counted(&path, 5);
    let about = NewSnapshot::default();
    world.reader().save_snapshot(&world.network.image(), &about).unwrap();
    let other = store(&path).open("other").unwrap();
    drop(other.driver);
    assert!(matches!(store(&path).delete("main"), Err(StorageError::InUse { .. })));
    let reader = world.reader();
    world.close();
    assert!(store(&path).delete("main").unwrap());
    assert!(!store(&path).delete("main").unwrap());
    assert!(matches!(
        reader.save_snapshot(&Image::default(), &about),
        Err(StorageError::UnknownNetwork { .. })
    ));
    drop(reader);
    assert!(matches!(
        store(&path).reader("main").unwrap_err(),
        StorageError::UnknownNetwork { networks, .. } if networks == ["other"]
    ));
    let connection = Connection::open(&path).unwrap();
    for table in ["tick", "contact", "content", "snapshot", "position", "gone"] {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(
            connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap(),
            0,
            "{table}"
        );
    }
    drop(connection);
    let again = store(&path).open("main").unwrap();
    assert!(again.is_new);
    drop(again.driver);
    assert_eq!(store(&path).check().unwrap().found, Vec::<String>::new());
}

#[test]
fn check_names_what_is_wrong_and_where() {
    for (damage, said) in [
        (
            "UPDATE tick SET time = time + 1 WHERE id & 255 = 3",
            "tick 3: its checksum differs",
        ),
        ("DELETE FROM tick WHERE id & 255 = 3", "those between are missing"),
        ("DELETE FROM tick WHERE id & 255 = 6", "history ends at 5"),
        ("UPDATE position SET position = '7'", "the position of source 'file'"),
        ("UPDATE contact SET name = 'm'", "contact row"),
        ("UPDATE content SET version = version + 1", "contact row"),
        ("UPDATE snapshot SET tick = 2", "snapshot 1: its checksum differs"),
        (
            "UPDATE snapshot SET image = zeroblob(9)",
            "snapshot 1: its checksum differs",
        ),
        (
            "UPDATE base SET image = zeroblob(9)",
            "the base of tick 0: its checksum differs",
        ),
        ("UPDATE network SET epoch = 7", "its row: its checksum differs"),
        (
            "INSERT INTO gone VALUES (9, 'wire', 1, 'a->b', 1)",
            "rows of table gone are of no network",
        ),
        (
            "UPDATE content SET content = '7', checksum = NULL",
            "its row and its history do not agree",
        ),
    ] {
        let (_directory, path) = place();
        let mut world = counted(&path, 4);
        world.tick_from("file", Some(Value::Int(1)), |network| {
            write(network, "n", Value::Int(8));
        });
        world.hand_over().unwrap();
        let image = world.network.image();
        world.reader().save_snapshot(&image, &NewSnapshot::default()).unwrap();
        world.close();
        assert_eq!(store(&path).check().unwrap().found, Vec::<String>::new());
        let changed = Connection::open(&path).unwrap().execute(damage, []).unwrap();
        assert!(changed > 0, "{damage}");
        let found = store(&path).check().unwrap().found;
        assert!(found.iter().any(|found| found.contains(said)), "{damage}: {found:?}");
    }
}

type Told = (Image, Vec<String>, Vec<SnapshotInfo>, Vec<Image>);

/// Everything a store tells, as far as anyone can ask.
fn told(path: &Path) -> Result<Told, StorageError> {
    let opened = store(path).open("main")?;
    let positions = opened
        .positions
        .iter()
        .map(|(source, value)| format!("{source} {value}"));
    let positions = positions.collect();
    let image = opened.image;
    drop(opened.driver);
    let reader = store(path).reader("main")?;
    let snapshots = reader.snapshots()?;
    let mut images = Vec::new();
    for info in &snapshots {
        images.extend(reader.snapshot(info.id)?);
    }
    for tick in 0..=image.tick {
        images.extend(reader.image_at(tick)?);
    }
    Ok((image, positions, snapshots, images))
}

#[test]
fn no_flipped_bit_and_no_missing_end_is_taken_for_the_truth() {
    let (directory, path) = place();
    let mut world = World::open(&store(&path));
    world.tick(|network| {
        for name in ["n", "g/m", "g/h/k"] {
            declare(network, name, "accept-last");
        }
    });
    for n in 0..12 {
        world.tick_from("file", Some(Value::Int(n)), |network| {
            write(network, "n", Value::Int(n));
            write(network, "g/m", Value::text(&format!("the content of tick {n}")));
        });
    }
    world.hand_over().unwrap();
    let image = world.network.image();
    world.reader().save_snapshot(&image, &NewSnapshot::default()).unwrap();
    world.close();
    let whole = std::fs::read(&path).unwrap();
    let truth = told(&path).unwrap();
    let damaged = directory.path().join("damaged.db");
    let mut numbers = Numbers(0x5eed);
    let (mut found, mut harmless) = (0, 0);
    let mut judge = |bytes: &[u8], what: &str| {
        std::fs::write(&damaged, bytes).unwrap();
        let checkup = store(&damaged).check();
        let is_found = checkup.as_ref().map_or(true, |checkup| !checkup.found.is_empty());
        match told(&damaged) {
            Ok(told) if told != truth => assert!(is_found, "{what} is taken for the truth: {checkup:?}"),
            _ if is_found => found += 1,
            Ok(_) => harmless += 1,
            Err(error) => panic!("{what}: not found, and yet: {error}"),
        }
        let _ = std::fs::remove_file(&damaged);
    };
    // `BASSLINE_FLIPS=100000` makes it a long run.
    let flips = std::env::var("BASSLINE_FLIPS").map_or(150, |flips| flips.parse().unwrap());
    for _ in 0..flips {
        let mut bytes = whole.clone();
        let bit = numbers.below(8 * bytes.len() as u64) as usize;
        bytes[bit / 8] ^= 1 << (bit % 8);
        judge(&bytes, &format!("bit {} of byte {}", bit % 8, bit / 8));
    }
    for _ in 0..flips / 6 {
        let length = numbers.below(whole.len() as u64) as usize;
        if length > 0 {
            judge(&whole[..length], &format!("an end at {length}"));
        }
    }
    eprintln!("{found} found, {harmless} in what nobody reads");
    assert!(found > 15);
}
