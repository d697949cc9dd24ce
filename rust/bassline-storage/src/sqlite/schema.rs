//! The schema: tables with integer keys for the hot path, and views with the names of the specification for people.

/// Marks a file as a store of ours: "BSLN".
pub(crate) const APPLICATION: i64 = 0x4253_4c4e;

/// The version of the schema, in `user_version`.
pub(crate) const VERSION: i64 = 4;

/// Tables whose `id` is a network's number and a slot.
pub(crate) const BY_SLOT: &[&str] = &["group_", "contact", "content", "wire", "gadget", "link", "mark"];
/// Tables whose `id` is a network's number and a tick.
pub(crate) const BY_TICK: &[&str] = &["tick", "base"];
/// Tables with a column `network`.
pub(crate) const BY_NETWORK: &[&str] = &["position", "gone", "snapshot", "letter"];

/// What version 2 added: links.
macro_rules! links {
    () => {
        r"
CREATE TABLE link (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    from_handle INTEGER NOT NULL,
    to_handle INTEGER NOT NULL,
    relation TEXT NOT NULL,
    attributes TEXT
) STRICT;
CREATE VIEW links AS
SELECT n.name AS network_id, f.path AS from_path, t.path AS to_path, l.relation, coalesce(l.attributes, '{}') AS attributes
FROM link l
JOIN network n ON n.id = l.id >> 32
LEFT JOIN contact_path f ON f.id = (n.id << 32) | (l.from_handle & 4294967295)
LEFT JOIN contact_path t ON t.id = (n.id << 32) | (l.to_handle & 4294967295);
"
    };
}

/// What version 3 added: snapshots, the bases from which the past is told, contents apart from declarations, and checksums.
macro_rules! past {
    () => {
        r"
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    network INTEGER NOT NULL,
    label TEXT NOT NULL,
    tick INTEGER NOT NULL,
    time INTEGER NOT NULL,
    image BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX snapshot_network ON snapshot (network, id);
CREATE TABLE base (
    id INTEGER PRIMARY KEY,
    image BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
-- What a contact holds, apart from how it is declared: a row that is written often is short.
CREATE TABLE content (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    cause ANY,
    content TEXT,
    checksum INTEGER
) STRICT;
CREATE VIEW contacts AS
SELECT n.name AS network_id, g.path AS group_id, c.name AS contact_id,
    CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || c.name AS path,
    v.content, c.blend AS blend_mode, coalesce(c.attributes, '{}') AS attributes, v.version AS updated,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.time / 1e6, 'unixepoch') AS updated_at
FROM contact c
JOIN content v ON v.id = c.id
JOIN network n ON n.id = c.id >> 32
JOIN group_ g ON g.id = c.group_id
LEFT JOIN tick t ON t.id = (n.id << 47) | v.version;
CREATE VIEW snapshots AS
SELECT s.id, n.name AS network_id, s.label, s.tick, strftime('%Y-%m-%dT%H:%M:%fZ', s.time / 1e6, 'unixepoch') AS created_at
FROM snapshot s JOIN network n ON n.id = s.network;
"
    };
}

/// What version 4 added: dead letters.
macro_rules! letters {
    () => {
        r"
CREATE TABLE letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    network INTEGER NOT NULL,
    driver TEXT NOT NULL,
    time INTEGER NOT NULL,
    error TEXT NOT NULL,
    tries INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    record BLOB NOT NULL,
    names BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    again INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX letter_network ON letter (network, driver, id);
CREATE VIEW dead_letters AS
SELECT l.id, n.name AS network_id, l.driver, l.tick, l.error, l.tries, l.again,
    strftime('%Y-%m-%dT%H:%M:%fZ', l.time / 1e6, 'unixepoch') AS created_at
FROM letter l JOIN network n ON n.id = l.network;
"
    };
}

/// `handle`, `from_handle`, … are handles as numbers. An `id` is a network's number and a slot. Contents, attributes and
/// configuration are typed JSON; a content of NULL is Nothing. The content of a `contact` is that of a constant. A `cause` is a text for a source outside (empty for an ordinary
/// write), a positive number for a gadget (its handle plus one), a negative one for a wire, NULL for nobody; in a tick's changes 0 is
/// the tick's own source. A change is `[contact, value, cause]`, or with a fourth element `[contact, null, cause, n]`: the value of
/// change n, or Nothing if n is -1.
///
/// A `base` is the network after one tick, from which later ones are told; its `id` is that of the tick. `structure` is what a tick
/// added and removed, NULL for nothing. `died` of a network are the highest generations of contacts, wires and gadgets that were removed, with
/// spaces between. A `checksum` is of the cells that [`super::check`] reads with it, NULL in rows of an
/// older version.
pub(crate) const CREATE: &str = concat!(
    r"
CREATE TABLE network (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    tick_epoch INTEGER NOT NULL,
    creation INTEGER NOT NULL
) STRICT;
CREATE TABLE group_ (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    parent INTEGER,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    attributes TEXT,
    sealed INTEGER NOT NULL DEFAULT 0,
    checksum INTEGER
) STRICT;
CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    kind TEXT NOT NULL,
    group_id INTEGER,
    name TEXT,
    blend TEXT NOT NULL,
    attributes TEXT,
    boundary TEXT,
    content TEXT,
    checksum INTEGER
) STRICT;
CREATE UNIQUE INDEX contact_name ON contact (group_id, name) WHERE name IS NOT NULL;
CREATE TABLE wire (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    creation INTEGER NOT NULL,
    from_handle INTEGER NOT NULL,
    to_handle INTEGER NOT NULL,
    kind TEXT NOT NULL,
    checksum INTEGER
) STRICT;
CREATE TABLE gadget (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    creation INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    name TEXT,
    computation TEXT NOT NULL,
    is_function INTEGER NOT NULL,
    contain INTEGER NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    optional TEXT NOT NULL,
    state TEXT NOT NULL,
    config TEXT,
    checksum INTEGER
) STRICT;
CREATE TABLE tick (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    time INTEGER NOT NULL,
    source TEXT NOT NULL,
    changes TEXT NOT NULL,
    structure BLOB,
    checksum INTEGER
) STRICT;
CREATE TABLE position (
    network INTEGER NOT NULL,
    source TEXT NOT NULL,
    position TEXT NOT NULL,
    tick INTEGER NOT NULL,
    checksum INTEGER,
    PRIMARY KEY (network, source)
) STRICT, WITHOUT ROWID;
-- The names of what was removed, for history.
CREATE TABLE gone (
    network INTEGER NOT NULL,
    kind TEXT NOT NULL,
    handle INTEGER NOT NULL,
    path TEXT NOT NULL,
    tick INTEGER,
    PRIMARY KEY (network, kind, handle)
) STRICT, WITHOUT ROWID;

CREATE VIEW contact_path AS
SELECT c.id >> 32 AS network, c.handle, c.id,
    CASE c.kind
        WHEN 'constant' THEN '(' || c.content || ')'
        WHEN 'state' THEN '(state)'
        ELSE CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || c.name
    END AS path
FROM contact c LEFT JOIN group_ g ON g.id = c.group_id;

CREATE VIEW gadget_path AS
SELECT a.id >> 32 AS network, a.handle, a.id,
    CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || coalesce(a.name, a.computation || '(' || (
        SELECT group_concat(port || '=' || replace(coalesce(path, '-'), '/', '.'), ', ') FROM (
            SELECT p.value ->> 0 AS port, CASE WHEN c.group_id = a.group_id THEN c.name ELSE cp.path END AS path
            FROM (SELECT 0 AS side, key, value FROM json_each(a.inputs) UNION ALL SELECT 1, key, value FROM json_each(a.outputs)) p
            LEFT JOIN contact c ON c.id = (a.id >> 32 << 32) | ((p.value ->> 1) & 4294967295)
            LEFT JOIN contact_path cp ON cp.id = c.id
            ORDER BY p.side, p.key)
    ) || ')') AS path
FROM gadget a JOIN group_ g ON g.id = a.group_id;

CREATE VIEW wire_path AS
SELECT w.id >> 32 AS network, w.handle, w.id, f.path || '->' || t.path AS path
FROM wire w
LEFT JOIN contact_path f ON f.id = (w.id >> 32 << 32) | (w.from_handle & 4294967295)
LEFT JOIN contact_path t ON t.id = (w.id >> 32 << 32) | (w.to_handle & 4294967295);

CREATE VIEW networks AS
SELECT name AS id, tick, epoch,
    strftime('%Y-%m-%dT%H:%M:%fZ', created / 1e6, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', updated / 1e6, 'unixepoch') AS updated_at
FROM network;

CREATE VIEW groups AS
SELECT n.name AS network_id, g.path AS group_id, coalesce(g.attributes, '{}') AS attributes,
    json_object(
        'contacts', json((SELECT json_group_array(name) FROM contact WHERE group_id = g.id)),
        'groups', json((SELECT json_group_array(name) FROM group_ WHERE parent = g.id))
    ) AS structure
FROM group_ g JOIN network n ON n.id = g.id >> 32;

CREATE VIEW wires AS
SELECT n.name AS network_id, f.path AS from_path, t.path AS to_path, w.kind
FROM wire w
JOIN network n ON n.id = w.id >> 32
LEFT JOIN contact_path f ON f.id = (n.id << 32) | (w.from_handle & 4294967295)
LEFT JOIN contact_path t ON t.id = (n.id << 32) | (w.to_handle & 4294967295);

CREATE VIEW gadgets AS
SELECT n.name AS network_id, g.path AS group_id, gp.path, a.computation,
    (SELECT json_group_object(p.value ->> 0, cp.path) FROM json_each(a.inputs) p
        LEFT JOIN contact_path cp ON cp.id = (n.id << 32) | ((p.value ->> 1) & 4294967295)) AS inputs,
    (SELECT json_group_object(p.value ->> 0, cp.path) FROM json_each(a.outputs) p
        LEFT JOIN contact_path cp ON cp.id = (n.id << 32) | ((p.value ->> 1) & 4294967295)) AS outputs,
    a.config, CASE a.contain WHEN 1 THEN 'contain' ELSE 'raise' END AS on_error
FROM gadget a
JOIN network n ON n.id = a.id >> 32
JOIN group_ g ON g.id = a.group_id
JOIN gadget_path gp ON gp.id = a.id;

CREATE VIEW history AS
SELECT n.name AS network_id, t.id & 140737488355327 AS tick,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.time / 1e6, 'unixepoch') AS time,
    CASE WHEN c.name IS NULL THEN gone.path ELSE CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || c.name END AS path,
    CASE WHEN e.value ->> 3 IS NULL THEN e.value -> 1
        WHEN e.value ->> 3 < 0 THEN NULL
        ELSE t.changes -> ('$[' || (e.value ->> 3) || '][1]')
    END AS value,
    CASE json_type(e.value, '$[2]')
        WHEN 'text' THEN 'external:' || (e.value ->> 2)
        WHEN 'integer' THEN CASE
            WHEN e.value ->> 2 = 0 THEN 'external:' || t.source
            WHEN e.value ->> 2 > 0 THEN coalesce(
                (SELECT path FROM gadget_path WHERE id = (n.id << 32) | ((e.value ->> 2) - 1 & 4294967295) AND handle = (e.value ->> 2) - 1),
                (SELECT path FROM gone WHERE network = n.id AND kind = 'gadget' AND handle = (e.value ->> 2) - 1))
            ELSE 'wire:' || coalesce(
                (SELECT path FROM wire_path WHERE id = (n.id << 32) | (-(e.value ->> 2) - 1 & 4294967295) AND handle = -(e.value ->> 2) - 1),
                (SELECT path FROM gone WHERE network = n.id AND kind = 'wire' AND handle = -(e.value ->> 2) - 1)) END
    END AS cause
FROM tick t
JOIN network n ON n.id = t.id >> 47
JOIN json_each(t.changes) e
LEFT JOIN contact c ON c.id = (n.id << 32) | ((e.value ->> 0) & 4294967295) AND c.handle = e.value ->> 0
LEFT JOIN group_ g ON g.id = c.group_id
LEFT JOIN gone ON gone.network = n.id AND gone.kind = 'contact' AND gone.handle = e.value ->> 0
WHERE c.name IS NOT NULL OR gone.path IS NOT NULL;

CREATE VIEW positions AS
SELECT n.name AS network_id, p.source, p.position, p.tick
FROM position p JOIN network n ON n.id = p.network;
",
    links!(),
    past!(),
    letters!(),
    "ALTER TABLE link ADD COLUMN checksum INTEGER; ALTER TABLE mark ADD COLUMN checksum INTEGER; ALTER TABLE network ADD COLUMN died TEXT NOT NULL DEFAULT ''; ALTER TABLE network ADD COLUMN checksum INTEGER;"
);

/// What a file of version 1 lacks to be one of version 2.
pub(crate) const FROM_1: &str = concat!(
    r"
ALTER TABLE group_ ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN boundary TEXT;
",
    links!(),
);

/// What a file of version 2 lacks. What it holds of the past does not say what was added and removed, so that its past begins now.
pub(crate) const FROM_2: &str = concat!(
    r"
ALTER TABLE group_ ADD COLUMN checksum INTEGER;
ALTER TABLE contact ADD COLUMN checksum INTEGER;
ALTER TABLE wire ADD COLUMN checksum INTEGER;
ALTER TABLE gadget ADD COLUMN checksum INTEGER;
ALTER TABLE link ADD COLUMN checksum INTEGER;
ALTER TABLE mark ADD COLUMN checksum INTEGER;
ALTER TABLE network ADD COLUMN died TEXT NOT NULL DEFAULT '';
ALTER TABLE network ADD COLUMN checksum INTEGER;
ALTER TABLE tick ADD COLUMN structure BLOB;
ALTER TABLE tick ADD COLUMN checksum INTEGER;
ALTER TABLE position ADD COLUMN checksum INTEGER;
ALTER TABLE gone ADD COLUMN tick INTEGER;
UPDATE gone SET tick = (SELECT tick FROM network WHERE id = network);
DROP VIEW contacts;
",
    past!(),
    r"
INSERT INTO content (id, version, cause, content)
SELECT id, version, cause, CASE kind WHEN 'constant' THEN NULL ELSE content END FROM contact;
UPDATE contact SET content = NULL WHERE kind <> 'constant';
ALTER TABLE contact DROP COLUMN version;
ALTER TABLE contact DROP COLUMN cause;
"
);

/// What a file of version 3 lacks.
pub(crate) const FROM_3: &str = letters!();
