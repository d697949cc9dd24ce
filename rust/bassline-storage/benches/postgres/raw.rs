//! Hand-written: the same rows in the same tables, by every way there is, with statements that are prepared once. The checksums are numbers
//! at hand, and the texts of history are put together as the store does it.

use crate::{CONTACTS, Contender, ours, text_of};
use futures_util::{SinkExt, pin_mut};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, Statement};

/// How contents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// One statement on arrays.
    Unnest,
    /// A copy into a table of the session, and one statement from there.
    CopyAndUpsert,
    /// One statement for each row, sent without waiting.
    Pipelined,
    /// No contents.
    CopyOfHistory,
}

const UPDATE: &str =
    "ON CONFLICT (id) DO UPDATE SET version = excluded.version, cause = excluded.cause, source = excluded.source,
    content = excluded.content, checksum = excluded.checksum";
const CHECKSUM: i32 = 0x1234_5678;

pub(crate) struct Raw {
    method: Method,
    per_tick: usize,
    runtime: Runtime,
    client: Client,
    upsert: Statement,
    history: Statement,
    copy: Statement,
    cursor: Statement,
    texts: Vec<String>,
    next: usize,
    tick: i64,
}

fn connect(url: &str) -> (Runtime, Client) {
    let (address, schema) = url.split_once("?schema=").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let client = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
            .batch_execute(&format!("SET search_path TO {schema}"))
            .await
            .unwrap();
        client
    });
    (runtime, client)
}

impl Raw {
    pub(crate) fn new(url: &str, method: Method, per_tick: usize) -> Self {
        // The tables and the contacts are those of the store.
        drop(ours::declare(url, CONTACTS));
        let (runtime, client) = connect(url);
        let statements = async {
            client
                .batch_execute("CREATE TEMP TABLE fresh (id bigint, version bigint, cause bigint, source text, content bytea, checksum integer)")
                .await
                .unwrap();
            let from = match method {
                Method::CopyAndUpsert => format!("SELECT * FROM fresh {UPDATE}"),
                Method::Pipelined => format!("VALUES ($1, $2, $3, $4, $5, $6) {UPDATE}"),
                _ => format!(
                    "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::integer[]) {UPDATE}"
                ),
            };
            let prepared = [
                format!("INSERT INTO content (id, version, cause, source, content, checksum) {from}"),
                "COPY tick (id, epoch, time, source, changes, structure, checksum) FROM STDIN (FORMAT binary)"
                    .to_owned(),
                "COPY fresh FROM STDIN (FORMAT binary)".to_owned(),
                "UPDATE network SET tick = $1, updated = $2, checksum = $3 WHERE id = 1".to_owned(),
            ];
            let mut statements = Vec::new();
            for sql in prepared {
                statements.push(client.prepare(&sql).await.unwrap());
            }
            statements
        };
        let statements = runtime.block_on(statements);
        let [upsert, history, copy, cursor] = statements.try_into().ok().unwrap();
        let mut raw = Self {
            method,
            per_tick: CONTACTS,
            runtime,
            client,
            upsert,
            history,
            copy,
            cursor,
            texts: (0..CONTACTS).map(|n| format!("\"{}\"", text_of(n))).collect(),
            next: 0,
            tick: 1,
        };
        raw.run(CONTACTS, CONTACTS);
        raw.per_tick = per_tick;
        raw
    }

    async fn transaction(&self, first: usize, rows: usize) {
        let client = &self.client;
        let id = |n: usize| 1_i64 << 32 | (n % CONTACTS) as i64;
        let text = |n: usize| self.texts[(n * 7 + n / CONTACTS) % CONTACTS].as_str();
        client.batch_execute("BEGIN").await.unwrap();
        let all = first..first + rows;
        let contents = async {
            match self.method {
                Method::CopyOfHistory => {}
                Method::Unnest => {
                    let ids: Vec<i64> = all.clone().map(id).collect();
                    let versions: Vec<i64> = all.clone().map(|n| n as i64).collect();
                    let contents: Vec<&[u8]> = all.clone().map(|n| text(n).as_bytes()).collect();
                    let (causes, sources) = (vec![0_i64; rows], vec![None::<&str>; rows]);
                    let sums = vec![CHECKSUM; rows];
                    client
                        .execute(&self.upsert, &[&ids, &versions, &causes, &sources, &contents, &sums])
                        .await
                        .unwrap();
                }
                Method::CopyAndUpsert => {
                    client.batch_execute("TRUNCATE fresh").await.unwrap();
                    let mut out = header();
                    for n in all.clone() {
                        out.extend_from_slice(&6_i16.to_be_bytes());
                        field(&mut out, &id(n).to_be_bytes());
                        field(&mut out, &(n as i64).to_be_bytes());
                        field(&mut out, &0_i64.to_be_bytes());
                        out.extend_from_slice(&(-1_i32).to_be_bytes());
                        field(&mut out, text(n).as_bytes());
                        field(&mut out, &CHECKSUM.to_be_bytes());
                    }
                    self.copied(&self.copy, out).await;
                    client.execute(&self.upsert, &[]).await.unwrap();
                }
                Method::Pipelined => {
                    let one = async |n: usize| {
                        let (cause, source) = (0_i64, None::<&str>);
                        let content = text(n).as_bytes();
                        client
                            .execute(
                                &self.upsert,
                                &[&id(n), &(n as i64), &cause, &source, &content, &CHECKSUM],
                            )
                            .await
                            .unwrap();
                    };
                    futures_util::future::join_all(all.clone().map(one)).await;
                }
            }
        };
        let history = async {
            let mut out = header();
            for (at, tick) in all.clone().step_by(self.per_tick.min(rows)).enumerate() {
                let mut changes = Vec::with_capacity(128);
                changes.push(b'[');
                for n in tick..tick + self.per_tick.min(rows) {
                    if n > tick {
                        changes.push(b',');
                    }
                    changes.push(b'[');
                    changes.extend_from_slice((n % CONTACTS).to_string().as_bytes());
                    changes.push(b',');
                    changes.extend_from_slice(text(n).as_bytes());
                    changes.extend_from_slice(b",0]");
                }
                changes.push(b']');
                out.extend_from_slice(&7_i16.to_be_bytes());
                field(&mut out, &(1_i64 << 47 | (self.tick + at as i64 + 1)).to_be_bytes());
                field(&mut out, &1_i64.to_be_bytes());
                field(&mut out, &(1_i64 << 50).to_be_bytes());
                field(&mut out, b"");
                field(&mut out, &changes);
                out.extend_from_slice(&(-1_i32).to_be_bytes());
                field(&mut out, &CHECKSUM.to_be_bytes());
            }
            self.copied(&self.history, out).await;
        };
        futures_util::join!(contents, history);
        let last = self.tick + (rows / self.per_tick.min(rows)) as i64;
        client.execute(&self.cursor, &[&last, &last, &CHECKSUM]).await.unwrap();
        client.batch_execute("COMMIT").await.unwrap();
    }

    async fn copied(&self, statement: &Statement, mut out: Vec<u8>) {
        out.extend_from_slice(&(-1_i16).to_be_bytes());
        let sink = self
            .client
            .copy_in::<_, std::io::Cursor<Vec<u8>>>(statement)
            .await
            .unwrap();
        pin_mut!(sink);
        sink.send(std::io::Cursor::new(out)).await.unwrap();
        sink.finish().await.unwrap();
    }
}

fn header() -> Vec<u8> {
    b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec()
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}

impl Contender for Raw {
    fn name(&self) -> String {
        let of = if self.per_tick == 1 {
            "a history row per change"
        } else {
            "a history row per transaction"
        };
        let how = match self.method {
            Method::Unnest => "raw, unnest",
            Method::CopyAndUpsert => "raw, COPY to a temporary table and upsert",
            Method::Pipelined => "raw, a statement per row, pipelined",
            Method::CopyOfHistory => "raw, COPY alone",
        };
        format!("{how}, {of}")
    }

    fn run(&mut self, rows: usize, batch: usize) -> Duration {
        let started = Instant::now();
        for _ in 0..rows / batch {
            self.runtime.block_on(self.transaction(self.next, batch));
            self.next += batch;
            self.tick += (batch / self.per_tick.min(batch)) as i64;
        }
        started.elapsed()
    }
}

/// The rows of contacts, read by hand.
pub(crate) struct Reading {
    runtime: Runtime,
    client: Client,
}

impl Reading {
    pub(crate) fn new(url: &str) -> Self {
        let (runtime, client) = connect(url);
        Self { runtime, client }
    }

    pub(crate) fn all(&self) -> Duration {
        let started = Instant::now();
        let sql = "SELECT c.id, c.handle, c.name, v.version, v.content FROM contact c JOIN content v ON v.id = c.id ORDER BY c.id";
        let rows = self.runtime.block_on(self.client.query(sql, &[])).unwrap();
        assert_eq!(rows.len(), CONTACTS);
        started.elapsed()
    }
}
