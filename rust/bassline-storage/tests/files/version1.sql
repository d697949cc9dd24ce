-- A store of version 1 with two networks, as .dump of sqlite3 writes it.
PRAGMA application_id = 1112755278;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    kind TEXT NOT NULL,
    group_id INTEGER,
    name TEXT,
    blend TEXT NOT NULL,
    attributes TEXT,
    version INTEGER NOT NULL,
    cause ANY,
    content TEXT
) STRICT;
INSERT INTO "contact" VALUES(4294967296,0,'named',4294967296,'records','stream',NULL,7,'a.csv','{"blob":{"$bytes":"AQI="},"carrier":"UA","delay":5}');
INSERT INTO "contact" VALUES(4294967297,1,'named',4294967296,'peak','max',NULL,7,-4,'5');
INSERT INTO "contact" VALUES(4294967298,2,'named',4294967296,'count','accept-last',NULL,7,2,'6');
INSERT INTO "contact" VALUES(4294967299,3,'state',NULL,NULL,'accept-last',NULL,7,2,'6');
INSERT INTO "contact" VALUES(4294967300,4,'constant',NULL,NULL,'accept-last',NULL,0,NULL,'0.5');
INSERT INTO "contact" VALUES(4294967301,5,'named',4294967298,'sum','accept-last',NULL,7,3,'6.5');
INSERT INTO "contact" VALUES(4294967302,6,'named',4294967296,'x','accept-last','{"unit":"m"}',9,'',NULL);
INSERT INTO "contact" VALUES(4294967303,7,'named',4294967296,'y','accept-last',NULL,9,'',NULL);
INSERT INTO "contact" VALUES(4294967304,8,'named',4294967301,'record','stream',NULL,5,1,'{"blob":{"$bytes":"AQI="},"carrier":"AA","delay":3}');
INSERT INTO "contact" VALUES(4294967305,9,'named',4294967301,'delay','stream',NULL,5,4,'3');
INSERT INTO "contact" VALUES(4294967306,10,'named',4294967301,'mean','accept-last',NULL,5,5,'1.5');
INSERT INTO "contact" VALUES(4294967307,11,'state',NULL,NULL,'accept-last',NULL,5,5,'2');
INSERT INTO "contact" VALUES(4294967308,12,'state',NULL,NULL,'accept-last',NULL,5,5,'3');
INSERT INTO "contact" VALUES(4294967309,13,'named',4294967302,'record','stream',NULL,6,1,'{"blob":{"$bytes":"AQI="},"carrier":"B/6","delay":4}');
INSERT INTO "contact" VALUES(4294967310,14,'named',4294967302,'delay','stream',NULL,6,6,'4');
INSERT INTO "contact" VALUES(4294967311,15,'named',4294967302,'mean','accept-last',NULL,6,7,'2.5');
INSERT INTO "contact" VALUES(4294967312,16,'state',NULL,NULL,'accept-last',NULL,6,7,'2');
INSERT INTO "contact" VALUES(4294967313,17,'state',NULL,NULL,'accept-last',NULL,6,7,'5');
INSERT INTO "contact" VALUES(8589934592,0,'named',8589934592,'records','stream',NULL,7,'a.csv','{"blob":{"$bytes":"AQI="},"carrier":"UA","delay":5}');
INSERT INTO "contact" VALUES(8589934593,1,'named',8589934592,'peak','max',NULL,7,-4,'5');
INSERT INTO "contact" VALUES(8589934594,2,'named',8589934592,'count','accept-last',NULL,7,2,'6');
INSERT INTO "contact" VALUES(8589934595,3,'state',NULL,NULL,'accept-last',NULL,7,2,'6');
INSERT INTO "contact" VALUES(8589934596,4,'constant',NULL,NULL,'accept-last',NULL,0,NULL,'0.5');
INSERT INTO "contact" VALUES(8589934597,5,'named',8589934594,'sum','accept-last',NULL,7,3,'6.5');
INSERT INTO "contact" VALUES(8589934598,6,'named',8589934592,'x','accept-last','{"unit":"m"}',9,'',NULL);
INSERT INTO "contact" VALUES(8589934599,7,'named',8589934592,'y','accept-last',NULL,9,'',NULL);
INSERT INTO "contact" VALUES(8589934600,8,'named',8589934597,'record','stream',NULL,5,1,'{"blob":{"$bytes":"AQI="},"carrier":"AA","delay":3}');
INSERT INTO "contact" VALUES(8589934601,9,'named',8589934597,'delay','stream',NULL,5,4,'3');
INSERT INTO "contact" VALUES(8589934602,10,'named',8589934597,'mean','accept-last',NULL,5,5,'1.5');
INSERT INTO "contact" VALUES(8589934603,11,'state',NULL,NULL,'accept-last',NULL,5,5,'2');
INSERT INTO "contact" VALUES(8589934604,12,'state',NULL,NULL,'accept-last',NULL,5,5,'3');
INSERT INTO "contact" VALUES(8589934605,13,'named',8589934598,'record','stream',NULL,6,1,'{"blob":{"$bytes":"AQI="},"carrier":"B/6","delay":4}');
INSERT INTO "contact" VALUES(8589934606,14,'named',8589934598,'delay','stream',NULL,6,6,'4');
INSERT INTO "contact" VALUES(8589934607,15,'named',8589934598,'mean','accept-last',NULL,6,7,'2.5');
INSERT INTO "contact" VALUES(8589934608,16,'state',NULL,NULL,'accept-last',NULL,6,7,'2');
INSERT INTO "contact" VALUES(8589934609,17,'state',NULL,NULL,'accept-last',NULL,6,7,'5');
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
    config TEXT
) STRICT;
INSERT INTO "gadget" VALUES(4294967296,0,0,4294967296,NULL,'stream.route',0,0,'[["record",0]]','[]','[]','[]','{"entry":"record","into":"carriers","key":"carrier","template":{"contacts":[{"blend":"stream","id":"record"},{"blend":"stream","id":"delay"},{"id":"mean"}],"gadgets":[{"config":{"field":"delay"},"inputs":{"record":"record"},"outputs":{"value":"delay"},"primitive":"stream.field"},{"id":"mean","inputs":{"value":"delay"},"on_error":"contain","outputs":{"mean":"mean"},"primitive":"stat.mean"}],"wires":[{"from":"delay","kind":"directed","to":"/peak"}]}}');
INSERT INTO "gadget" VALUES(4294967297,1,1,4294967296,NULL,'stat.count',0,0,'[["value",0]]','[["count",2]]','[]','[3]','{}');
INSERT INTO "gadget" VALUES(4294967298,2,2,4294967296,NULL,'math.add',0,0,'[["a",2],["b",4]]','[["sum",5]]','[]','[]',NULL);
INSERT INTO "gadget" VALUES(4294967299,3,4,4294967301,NULL,'stream.field',0,0,'[["record",8]]','[["value",9]]','[]','[]','{"field":"delay"}');
INSERT INTO "gadget" VALUES(4294967300,4,5,4294967301,'mean','stat.mean',0,1,'[["value",9]]','[["mean",10]]','[]','[11,12]','{}');
INSERT INTO "gadget" VALUES(4294967301,5,7,4294967302,NULL,'stream.field',0,0,'[["record",13]]','[["value",14]]','[]','[]','{"field":"delay"}');
INSERT INTO "gadget" VALUES(4294967302,6,8,4294967302,'mean','stat.mean',0,1,'[["value",14]]','[["mean",15]]','[]','[16,17]','{}');
INSERT INTO "gadget" VALUES(8589934592,0,0,8589934592,NULL,'stream.route',0,0,'[["record",0]]','[]','[]','[]','{"entry":"record","into":"carriers","key":"carrier","template":{"contacts":[{"blend":"stream","id":"record"},{"blend":"stream","id":"delay"},{"id":"mean"}],"gadgets":[{"config":{"field":"delay"},"inputs":{"record":"record"},"outputs":{"value":"delay"},"primitive":"stream.field"},{"id":"mean","inputs":{"value":"delay"},"on_error":"contain","outputs":{"mean":"mean"},"primitive":"stat.mean"}],"wires":[{"from":"delay","kind":"directed","to":"/peak"}]}}');
INSERT INTO "gadget" VALUES(8589934593,1,1,8589934592,NULL,'stat.count',0,0,'[["value",0]]','[["count",2]]','[]','[3]','{}');
INSERT INTO "gadget" VALUES(8589934594,2,2,8589934592,NULL,'math.add',0,0,'[["a",2],["b",4]]','[["sum",5]]','[]','[]',NULL);
INSERT INTO "gadget" VALUES(8589934595,3,4,8589934597,NULL,'stream.field',0,0,'[["record",8]]','[["value",9]]','[]','[]','{"field":"delay"}');
INSERT INTO "gadget" VALUES(8589934596,4,5,8589934597,'mean','stat.mean',0,1,'[["value",9]]','[["mean",10]]','[]','[11,12]','{}');
INSERT INTO "gadget" VALUES(8589934597,5,7,8589934598,NULL,'stream.field',0,0,'[["record",13]]','[["value",14]]','[]','[]','{"field":"delay"}');
INSERT INTO "gadget" VALUES(8589934598,6,8,8589934598,'mean','stat.mean',0,1,'[["value",14]]','[["mean",15]]','[]','[16,17]','{}');
CREATE TABLE gone (
    network INTEGER NOT NULL,
    kind TEXT NOT NULL,
    handle INTEGER NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (network, kind, handle)
) STRICT, WITHOUT ROWID;
INSERT INTO "gone" VALUES(1,'contact',18,'carriers/UA/record');
INSERT INTO "gone" VALUES(1,'contact',19,'carriers/UA/delay');
INSERT INTO "gone" VALUES(1,'contact',20,'carriers/UA/mean');
INSERT INTO "gone" VALUES(1,'gadget',7,'carriers/UA/stream.field(record=record, value=delay)');
INSERT INTO "gone" VALUES(1,'gadget',8,'carriers/UA/mean');
INSERT INTO "gone" VALUES(1,'wire',3,'carriers/UA/delay->peak');
INSERT INTO "gone" VALUES(2,'contact',18,'carriers/UA/record');
INSERT INTO "gone" VALUES(2,'contact',19,'carriers/UA/delay');
INSERT INTO "gone" VALUES(2,'contact',20,'carriers/UA/mean');
INSERT INTO "gone" VALUES(2,'gadget',7,'carriers/UA/stream.field(record=record, value=delay)');
INSERT INTO "gone" VALUES(2,'gadget',8,'carriers/UA/mean');
INSERT INTO "gone" VALUES(2,'wire',3,'carriers/UA/delay->peak');
CREATE TABLE group_ (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    parent INTEGER,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    attributes TEXT
) STRICT;
INSERT INTO "group_" VALUES(4294967296,0,NULL,'','',NULL);
INSERT INTO "group_" VALUES(4294967297,1,4294967296,'deep','deep','{}');
INSERT INTO "group_" VALUES(4294967298,2,4294967297,'er','deep/er','{}');
INSERT INTO "group_" VALUES(4294967299,3,4294967297,'empty','deep/empty','{"author":"ann"}');
INSERT INTO "group_" VALUES(4294967300,4,4294967296,'carriers','carriers','{}');
INSERT INTO "group_" VALUES(4294967301,5,4294967300,'AA','carriers/AA',NULL);
INSERT INTO "group_" VALUES(4294967302,6,4294967300,'B%2F6','carriers/B%2F6',NULL);
INSERT INTO "group_" VALUES(8589934592,0,NULL,'','',NULL);
INSERT INTO "group_" VALUES(8589934593,1,8589934592,'deep','deep','{}');
INSERT INTO "group_" VALUES(8589934594,2,8589934593,'er','deep/er','{}');
INSERT INTO "group_" VALUES(8589934595,3,8589934593,'empty','deep/empty','{"author":"ann"}');
INSERT INTO "group_" VALUES(8589934596,4,8589934592,'carriers','carriers','{}');
INSERT INTO "group_" VALUES(8589934597,5,8589934596,'AA','carriers/AA',NULL);
INSERT INTO "group_" VALUES(8589934598,6,8589934596,'B%2F6','carriers/B%2F6',NULL);
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
INSERT INTO "network" VALUES(1,'main',1795233133902000,10000000,1,10,1,13);
INSERT INTO "network" VALUES(2,'ünï/two',1795233133907696,10000000,1,10,1,13);
CREATE TABLE position (
    network INTEGER NOT NULL,
    source TEXT NOT NULL,
    position TEXT NOT NULL,
    tick INTEGER NOT NULL,
    PRIMARY KEY (network, source)
) STRICT, WITHOUT ROWID;
INSERT INTO "position" VALUES(1,'a.csv','5',7);
INSERT INTO "position" VALUES(2,'a.csv','5',7);
CREATE TABLE tick (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    time INTEGER NOT NULL,
    source TEXT NOT NULL,
    changes TEXT NOT NULL
) STRICT;
INSERT INTO "tick" VALUES(140737488355329,1,1000000,'','[]');
INSERT INTO "tick" VALUES(140737488355330,1,2000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"AA","delay":0},0],[8,null,1,0],[3,1,2],[2,1,2],[5,1.5,3],[9,0,4],[1,0,-2],[11,1,5],[12,0,5],[10,0.0,5]]');
INSERT INTO "tick" VALUES(140737488355331,1,3000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"B/6","delay":1},0],[13,null,1,0],[3,2,2],[2,2,2],[5,2.5,3],[14,1,6],[1,1,-3],[16,1,7],[17,1,7],[15,1.0,7]]');
INSERT INTO "tick" VALUES(140737488355332,1,4000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"UA","delay":2},0],[18,null,1,0],[3,3,2],[2,3,2],[5,3.5,3],[19,2,8],[1,2,-4],[21,1,9],[22,2,9],[20,2.0,9]]');
INSERT INTO "tick" VALUES(140737488355333,1,5000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"AA","delay":3},0],[8,null,1,0],[3,4,2],[2,4,2],[5,4.5,3],[9,3,4],[1,3,-2],[11,2,5],[12,3,5],[10,1.5,5]]');
INSERT INTO "tick" VALUES(140737488355334,1,6000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"B/6","delay":4},0],[13,null,1,0],[3,5,2],[2,5,2],[5,5.5,3],[14,4,6],[1,4,-3],[16,2,7],[17,5,7],[15,2.5,7]]');
INSERT INTO "tick" VALUES(140737488355335,1,7000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"UA","delay":5},0],[18,null,1,0],[3,6,2],[2,6,2],[5,6.5,3],[19,5,8],[1,5,-4],[21,2,9],[22,7,9],[20,3.5,9]]');
INSERT INTO "tick" VALUES(140737488355336,1,8000000,'','[[6,{"$float":"-inf"},0],[7,{"$float":"-inf"},0]]');
INSERT INTO "tick" VALUES(140737488355337,1,9000000,'','[[7,null,0,-1],[6,null,0,-1]]');
INSERT INTO "tick" VALUES(140737488355338,1,10000000,'','[]');
INSERT INTO "tick" VALUES(281474976710657,1,1000000,'','[]');
INSERT INTO "tick" VALUES(281474976710658,1,2000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"AA","delay":0},0],[8,null,1,0],[3,1,2],[2,1,2],[5,1.5,3],[9,0,4],[1,0,-2],[11,1,5],[12,0,5],[10,0.0,5]]');
INSERT INTO "tick" VALUES(281474976710659,1,3000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"B/6","delay":1},0],[13,null,1,0],[3,2,2],[2,2,2],[5,2.5,3],[14,1,6],[1,1,-3],[16,1,7],[17,1,7],[15,1.0,7]]');
INSERT INTO "tick" VALUES(281474976710660,1,4000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"UA","delay":2},0],[18,null,1,0],[3,3,2],[2,3,2],[5,3.5,3],[19,2,8],[1,2,-4],[21,1,9],[22,2,9],[20,2.0,9]]');
INSERT INTO "tick" VALUES(281474976710661,1,5000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"AA","delay":3},0],[8,null,1,0],[3,4,2],[2,4,2],[5,4.5,3],[9,3,4],[1,3,-2],[11,2,5],[12,3,5],[10,1.5,5]]');
INSERT INTO "tick" VALUES(281474976710662,1,6000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"B/6","delay":4},0],[13,null,1,0],[3,5,2],[2,5,2],[5,5.5,3],[14,4,6],[1,4,-3],[16,2,7],[17,5,7],[15,2.5,7]]');
INSERT INTO "tick" VALUES(281474976710663,1,7000000,'a.csv','[[0,{"blob":{"$bytes":"AQI="},"carrier":"UA","delay":5},0],[18,null,1,0],[3,6,2],[2,6,2],[5,6.5,3],[19,5,8],[1,5,-4],[21,2,9],[22,7,9],[20,3.5,9]]');
INSERT INTO "tick" VALUES(281474976710664,1,8000000,'','[[6,{"$float":"-inf"},0],[7,{"$float":"-inf"},0]]');
INSERT INTO "tick" VALUES(281474976710665,1,9000000,'','[[7,null,0,-1],[6,null,0,-1]]');
INSERT INTO "tick" VALUES(281474976710666,1,10000000,'','[]');
CREATE TABLE wire (
    id INTEGER PRIMARY KEY,
    handle INTEGER NOT NULL,
    creation INTEGER NOT NULL,
    from_handle INTEGER NOT NULL,
    to_handle INTEGER NOT NULL,
    kind TEXT NOT NULL
) STRICT;
INSERT INTO "wire" VALUES(4294967296,0,3,6,7,'bidirectional');
INSERT INTO "wire" VALUES(4294967297,1,6,9,1,'directed');
INSERT INTO "wire" VALUES(4294967298,2,9,14,1,'directed');
INSERT INTO "wire" VALUES(8589934592,0,3,6,7,'bidirectional');
INSERT INTO "wire" VALUES(8589934593,1,6,9,1,'directed');
INSERT INTO "wire" VALUES(8589934594,2,9,14,1,'directed');
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
CREATE VIEW contacts AS
SELECT n.name AS network_id, g.path AS group_id, c.name AS contact_id,
    CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || c.name AS path,
    c.content, c.blend AS blend_mode, coalesce(c.attributes, '{}') AS attributes, c.version AS updated,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.time / 1e6, 'unixepoch') AS updated_at
FROM contact c
JOIN network n ON n.id = c.id >> 32
JOIN group_ g ON g.id = c.group_id
LEFT JOIN tick t ON t.id = (n.id << 47) | c.version;
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
COMMIT;
