-- A store of version 3 with two networks, as .dump of sqlite3 writes it.
PRAGMA application_id = 1112755278;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE base (
    id INTEGER PRIMARY KEY,
    image BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
INSERT INTO "base" VALUES(140737488355328,X'0100000000000000000000',1592318577);
INSERT INTO "base" VALUES(281474976710656,X'0100000000000000000000',-272598026);
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
INSERT INTO "contact" VALUES(4294967296,0,'named',4294967297,'price','accept-last',NULL,NULL,NULL,-1643584888);
INSERT INTO "contact" VALUES(4294967297,1,'named',4294967297,'qty','accept-last',NULL,NULL,NULL,-1573735519);
INSERT INTO "contact" VALUES(4294967298,2,'named',4294967297,'total','accept-last',NULL,NULL,NULL,-557036064);
INSERT INTO "contact" VALUES(4294967299,3,'named',4294967296,'peak','max',NULL,NULL,NULL,-350970751);
INSERT INTO "contact" VALUES(8589934592,0,'named',8589934592,'x','accept-last',NULL,NULL,NULL,-992696088);
CREATE TABLE content (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    cause ANY,
    content TEXT,
    checksum INTEGER
) STRICT;
INSERT INTO "content" VALUES(4294967296,2,'','9.5',1538168199);
INSERT INTO "content" VALUES(4294967297,9,'','6',-220302668);
INSERT INTO "content" VALUES(4294967298,9,1,'57.0',1120246271);
INSERT INTO "content" VALUES(4294967299,9,-1,'57.0',1285795714);
INSERT INTO "content" VALUES(8589934592,1,'','{"a":[1,2.0]}',-2053798170);
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
INSERT INTO "gadget" VALUES(4294967296,0,0,4294967296,NULL,'math.multiply',0,0,'[["a",0],["b",1]]','[["product",2]]','[]','[]',NULL,-195909550);
CREATE TABLE gone (
    network INTEGER NOT NULL,
    kind TEXT NOT NULL,
    handle INTEGER NOT NULL,
    path TEXT NOT NULL,
    tick INTEGER,
    PRIMARY KEY (network, kind, handle)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "group_" VALUES(4294967296,0,NULL,'','',NULL,0,NULL);
INSERT INTO "group_" VALUES(4294967297,1,4294967296,'shop','shop','{"author":"ann"}',0,-604362721);
INSERT INTO "group_" VALUES(8589934592,0,NULL,'','',NULL,0,NULL);
CREATE TABLE link (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    from_handle INTEGER NOT NULL,
    to_handle INTEGER NOT NULL,
    relation TEXT NOT NULL,
    attributes TEXT
, checksum INTEGER) STRICT;
INSERT INTO "link" VALUES(4294967296,0,3,2,'of','{}',-427332061);
CREATE TABLE mark (
    id INTEGER PRIMARY KEY,
    contradiction TEXT,
    fault TEXT,
    fault_gadget INTEGER
, checksum INTEGER) STRICT;
CREATE TABLE network (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    tick_epoch INTEGER NOT NULL,
    creation INTEGER NOT NULL
, died TEXT NOT NULL DEFAULT '', checksum INTEGER) STRICT;
INSERT INTO "network" VALUES(1,'main',1795247659112633,1795247659131253,1,10,1,2,'0 0 0',-1289654369);
INSERT INTO "network" VALUES(2,'other',1795247659138180,1795247659148838,1,1,1,0,'0 0 0',-932638336);
CREATE TABLE position (
    network INTEGER NOT NULL,
    source TEXT NOT NULL,
    position TEXT NOT NULL,
    tick INTEGER NOT NULL,
    checksum INTEGER,
    PRIMARY KEY (network, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    network INTEGER NOT NULL,
    label TEXT NOT NULL,
    tick INTEGER NOT NULL,
    time INTEGER NOT NULL,
    image BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
INSERT INTO "snapshot" VALUES(1,1,'kept',9,1795247659117768,X'0109020000000101000473686F70090106617574686F720603616E6E00040000010570726963650B6163636570742D6C61737401000500000000000023400201000000010001037174790B6163636570742D6C6173740100040C090100000002000105746F74616C0B6163636570742D6C6173740100050000000000804C400902000000030000047065616B036D61780100050000000000804C400903000000010001020308646972656374656401000000000D6D6174682E6D756C7469706C790002016100016201010770726F64756374020000010000',-381259850);
CREATE TABLE tick (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    time INTEGER NOT NULL,
    source TEXT NOT NULL,
    changes TEXT NOT NULL,
    structure BLOB,
    checksum INTEGER
) STRICT;
INSERT INTO "tick" VALUES(140737488355329,1,1795247659117205,'','[]',X'01010101000473686F70090106617574686F720603616E6E00',759182363);
INSERT INTO "tick" VALUES(140737488355330,1,1795247659117294,'','[[0,9.5,0]]',X'0101020000010570726963650B6163636570742D6C6173740100',973173778);
INSERT INTO "tick" VALUES(140737488355331,1,1795247659117348,'','[[1,3,0]]',X'010102010001037174790B6163636570742D6C6173740100',-1919434355);
INSERT INTO "tick" VALUES(140737488355332,1,1795247659117514,'','[[2,28.5,1]]',X'01020202000105746F74616C0B6163636570742D6C617374010004000000000D6D6174682E6D756C7469706C790002016100016201010770726F647563740200000100',467496621);
INSERT INTO "tick" VALUES(140737488355333,1,1795247659117572,'','[]',X'010102030000047065616B036D61780100',-1452329487);
INSERT INTO "tick" VALUES(140737488355334,1,1795247659117644,'','[[3,28.5,-1]]',X'01010300010203086469726563746564',69310711);
INSERT INTO "tick" VALUES(140737488355335,1,1795247659117695,'','[[1,4,0],[2,38.0,1],[3,38.0,-1]]',NULL,-844590318);
INSERT INTO "tick" VALUES(140737488355336,1,1795247659117714,'','[[1,5,0],[2,47.5,1],[3,47.5,-1]]',NULL,1043393852);
INSERT INTO "tick" VALUES(140737488355337,1,1795247659117730,'','[[1,6,0],[2,57.0,1],[3,57.0,-1]]',NULL,1035667732);
INSERT INTO "tick" VALUES(140737488355338,1,1795247659131253,'','[]',X'010105000302026F660900',-100363846);
INSERT INTO "tick" VALUES(281474976710657,1,1795247659148838,'','[[0,{"a":[1,2.0]},0]]',X'01010200000001780B6163636570742D6C6173740100',1939867228);
CREATE TABLE wire (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    creation INTEGER NOT NULL,
    from_handle INTEGER NOT NULL,
    to_handle INTEGER NOT NULL,
    kind TEXT NOT NULL,
    checksum INTEGER
) STRICT;
INSERT INTO "wire" VALUES(4294967296,0,1,2,3,'directed',-1351806277);
CREATE VIEW contradictions AS
SELECT n.name AS network_id, p.path,
    m.contradiction -> '$.current' AS current, m.contradiction ->> '$.current_source' AS current_source,
    m.contradiction ->> '$.current_tick' AS current_tick,
    m.contradiction -> '$.incoming' AS incoming, m.contradiction ->> '$.incoming_source' AS incoming_source,
    m.contradiction ->> '$.incoming_tick' AS incoming_tick
FROM mark m
JOIN network n ON n.id = m.id >> 32
JOIN contact_path p ON p.id = m.id
WHERE m.contradiction IS NOT NULL;
CREATE VIEW faults AS
SELECT n.name AS network_id, p.path, m.fault
FROM mark m
JOIN network n ON n.id = m.id >> 32
JOIN contact_path p ON p.id = m.id
WHERE m.fault IS NOT NULL;
CREATE UNIQUE INDEX contact_name ON contact (group_id, name) WHERE name IS NOT NULL;
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
CREATE VIEW links AS
SELECT n.name AS network_id, f.path AS from_path, t.path AS to_path, l.relation, coalesce(l.attributes, '{}') AS attributes
FROM link l
JOIN network n ON n.id = l.id >> 32
LEFT JOIN contact_path f ON f.id = (n.id << 32) | (l.from_handle & 4294967295)
LEFT JOIN contact_path t ON t.id = (n.id << 32) | (l.to_handle & 4294967295);
CREATE INDEX snapshot_network ON snapshot (network, id);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('snapshot',1);
COMMIT;
