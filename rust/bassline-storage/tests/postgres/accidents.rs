//! What happens to servers, and what the store says.

use crate::server::{End, Server, new_url, shared};
use crate::world::{World, declare, write};
use bassline_core::Value;
use bassline_kernel::Ask;
use bassline_storage::{Postgres, Store};
use std::time::Duration;

fn counting(world: &mut World<Postgres>, n: i64) {
    world.tick(|network| {
        declare(network, "n", "accept-last");
        write(network, "n", Value::Int(n));
    });
}

#[test]
fn a_server_that_is_ended_in_any_way_and_started_again_is_gone_on_with() {
    let server = Server::start();
    let store = Postgres::at(&new_url(&server)).unwrap();
    let mut world = World::open(&store);
    for (n, end) in [End::Fast, End::Immediate, End::Killed].into_iter().enumerate() {
        counting(&mut world, n as i64);
        world.hand_over().unwrap();
        counting(&mut world, n as i64 + 100);
        server.end(end);
        let batch = bassline_kernel::Batch::from(world.waiting.clone());
        let failure = world.driver.handle_changes(&batch).unwrap_err();
        assert!(failure.retry_after.is_some(), "{failure}");
        let health = world.driver.ask(&Ask::Health).unwrap();
        assert!(health.to_string().contains("away"), "{health}");
        server.run();
        let mut tries = 0;
        while let Err(failure) = world.driver.handle_changes(&batch) {
            assert!(failure.retry_after.is_some() && tries < 200, "{failure}");
            tries += 1;
            std::thread::sleep(Duration::from_millis(20));
        }
        world.waiting.clear();
        assert_eq!(world.driver.ask(&Ask::Health).unwrap(), Value::Null);
    }
    let reader = store.reader("main").unwrap();
    assert_eq!(reader.tick_count().unwrap(), world.network.now());
    assert_eq!(store.check().unwrap().found, Vec::<String>::new());
}

#[test]
fn a_server_that_stands_still_is_left_for_another_connection_and_nothing_is_doubled() {
    let server = Server::start();
    let store = Postgres::at(&format!("{}&timeout=1", new_url(&server))).unwrap();
    let mut world = World::open(&store);
    counting(&mut world, 1);
    world.hand_over().unwrap();
    counting(&mut world, 2);
    let processes = server.processes();
    Server::signal(&processes, "STOP");
    let batch = bassline_kernel::Batch::from(world.waiting.clone());
    let failure = world.driver.handle_changes(&batch).unwrap_err();
    assert!(
        failure.message.contains("no answer within") && failure.retry_after.is_some(),
        "{failure}"
    );
    Server::signal(&processes, "CONT");
    let mut tries = 0;
    while let Err(failure) = world.driver.handle_changes(&batch) {
        assert!(failure.retry_after.is_some() && tries < 100, "{failure}");
        tries += 1;
    }
    assert_eq!(store.reader("main").unwrap().tick_count().unwrap(), 2);
}

#[test]
fn two_transactions_in_each_others_way_are_no_failure() {
    let server = shared();
    let url = new_url(server);
    let store = Postgres::at(&url).unwrap();
    let mut world = World::open(&store);
    counting(&mut world, 0);
    world.hand_over().unwrap();
    let schema = url.rsplit('=').next().unwrap();
    // The first three times, the server says that there is a deadlock.
    server.sql(
        "postgres",
        &format!(
            "CREATE SEQUENCE {schema}.tried;
             CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('{schema}.tried') <= 3 THEN RAISE SQLSTATE '40P01' USING MESSAGE = 'deadlock detected'; END IF; RETURN new; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON {schema}.tick FOR EACH ROW EXECUTE FUNCTION {schema}.refuse()"
        ),
    );
    counting(&mut world, 1);
    world.hand_over().unwrap();
    let stats = world.driver.ask(&Ask::Stats).unwrap().to_string();
    assert!(
        stats.contains("\"conflicts\": 3") || stats.contains("'conflicts': 3"),
        "{stats}"
    );
    assert_eq!(store.reader("main").unwrap().tick_count().unwrap(), 2);
}

#[test]
fn a_driver_that_waited_as_long_as_it_was_told_to_says_since_when() {
    let server = Server::start();
    let store = Postgres::at(&format!("{}&retry_for=1", new_url(&server))).unwrap();
    let mut world = World::open(&store);
    server.end(End::Fast);
    counting(&mut world, 1);
    let batch = bassline_kernel::Batch::from(world.waiting.clone());
    let failure = loop {
        let failure = world.driver.handle_changes(&batch).unwrap_err();
        let Some(pause) = failure.retry_after else {
            break failure;
        };
        std::thread::sleep(pause);
    };
    assert_eq!(failure.class, bassline_kernel::FailureClass::Fatal);
    assert!(
        failure.message.contains("away since") && !failure.message.contains("secret"),
        "{failure}"
    );
}
