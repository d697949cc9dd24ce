//! A proxy between a store and its server that cuts connections where it is told to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A simple query, which a commit is.
const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bCOMMIT\x00";

#[derive(Default)]
struct State {
    pairs: Mutex<Vec<(TcpStream, TcpStream)>>,
    /// How many bytes still pass; negative for any number.
    left: AtomicI64,
    losing: AtomicBool,
    lost: AtomicI64,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

impl Proxy {
    pub(crate) fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            left: AtomicI64::new(-1),
            ..State::default()
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else {
                    continue;
                };
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let twins = (client.try_clone().unwrap(), server.try_clone().unwrap());
                shared
                    .pairs
                    .lock()
                    .unwrap()
                    .push((client.try_clone().unwrap(), server.try_clone().unwrap()));
                let (there, back) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || there.pass(client, server, true));
                std::thread::spawn(move || back.pass(twins.1, twins.0, false));
            }
        });
        Self { port, state }
    }

    /// Cuts every connection when so many more bytes have passed, in both directions together.
    pub(crate) fn cut_after(&self, bytes: i64) {
        self.state.left.store(bytes, Ordering::SeqCst);
    }

    pub(crate) fn heal(&self) {
        self.state.left.store(-1, Ordering::SeqCst);
    }

    /// Lets the next commit reach the server, and cuts the connection in place of its answer.
    pub(crate) fn lose_commit(&self) {
        self.state.losing.store(true, Ordering::SeqCst);
    }

    /// How many answers to a commit were lost.
    pub(crate) fn lost(&self) -> i64 {
        self.state.lost.load(Ordering::SeqCst)
    }
}

impl State {
    fn cut(&self) {
        for (client, server) in self.pairs.lock().unwrap().drain(..) {
            let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
        }
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream, to_server: bool) {
        let mut buffer = [0; 16_384];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let data = &buffer[..count];
            let is_commit = to_server && data.windows(COMMIT.len()).any(|window| window == COMMIT);
            if is_commit && self.losing.swap(false, Ordering::SeqCst) {
                // Nothing of the answer reaches the client, and the server has the time to give it.
                // It is counted before the client can be back.
                self.lost.fetch_add(1, Ordering::SeqCst);
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.write_all(data);
                std::thread::sleep(Duration::from_millis(50));
                break;
            }
            let left = self.left.load(Ordering::SeqCst);
            if left >= 0 {
                let passes = (left as usize).min(count);
                let _ = to.write_all(&data[..passes]);
                if passes < count {
                    self.left.store(-1, Ordering::SeqCst);
                    self.cut();
                    break;
                }
                self.left.fetch_sub(passes as i64, Ordering::SeqCst);
            } else if to.write_all(data).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}
