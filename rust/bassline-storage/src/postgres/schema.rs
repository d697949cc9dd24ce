//! The schema: tables with integer keys for the hot path, and views with the names of document 001 for people.
//!
//! `handle`, `from_handle`, … are handles as numbers. An `id` is a network's number and a slot, or a tick. Contents, attributes and
//! configuration are typed JSON; a content of NULL is Nothing, as is one that has no row. A `cause` is NULL for nobody, 0 for the source
//! beside it, positive for a gadget (its handle plus one), negative for a wire. Changes are told as in the SQLite store. Bytes are
//! bytes and not text where much is written: the server looks at every character of a text.
//!
//! Ticks have no foreign key: looking each one up takes three times as long as writing it. Whoever writes them has locked the row of
//! their network, and they go with it.

/// The version of the schema, in `store`: so many of these steps were taken.
pub(crate) const VERSION: i32 = STEPS.len() as i32;

/// Each takes a schema to its next version, the first one an empty one.
pub(crate) const STEPS: &[&str] = &[TABLES, ASKING];

const TABLES: &str = r"
CREATE TABLE store (version integer NOT NULL);
INSERT INTO store VALUES (0);

CREATE TABLE network (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    epoch bigint NOT NULL,
    tick bigint NOT NULL,
    tick_epoch bigint NOT NULL,
    creation bigint NOT NULL,
    died text NOT NULL,
    checksum integer NOT NULL
) WITH (fillfactor = 50);
-- Of its hash, as a name may be longer than an index takes.
CREATE INDEX network_name ON network (hashtextextended(name, 0));

CREATE TABLE group_ (
    id bigint PRIMARY KEY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    handle bigint NOT NULL,
    parent bigint REFERENCES group_ DEFERRABLE INITIALLY DEFERRED,
    name text NOT NULL,
    path text NOT NULL,
    attributes text,
    sealed boolean NOT NULL,
    checksum integer
);
CREATE INDEX group_path ON group_ (network, hashtextextended(path, 0));
CREATE INDEX group_parent ON group_ (parent);

CREATE TABLE contact (
    id bigint PRIMARY KEY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    handle bigint NOT NULL,
    kind text NOT NULL,
    group_id bigint REFERENCES group_ DEFERRABLE INITIALLY DEFERRED,
    name text,
    blend text NOT NULL,
    attributes text,
    boundary text,
    content bytea,
    checksum integer NOT NULL
);
CREATE INDEX contact_name ON contact (group_id, hashtextextended(name, 0));

-- What a contact holds, apart from how it is declared: a row that is written often is short, and has room beside it.
CREATE TABLE content (
    id bigint PRIMARY KEY REFERENCES contact ON DELETE CASCADE,
    version bigint NOT NULL,
    cause bigint,
    source text,
    content bytea,
    checksum integer NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE mark (
    id bigint PRIMARY KEY REFERENCES contact ON DELETE CASCADE,
    contradiction text,
    fault text,
    fault_gadget bigint,
    checksum integer NOT NULL
);

CREATE TABLE wire (
    id bigint PRIMARY KEY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    handle bigint NOT NULL,
    creation bigint NOT NULL,
    from_handle bigint NOT NULL,
    to_handle bigint NOT NULL,
    from_id bigint NOT NULL REFERENCES contact DEFERRABLE INITIALLY DEFERRED,
    to_id bigint NOT NULL REFERENCES contact DEFERRABLE INITIALLY DEFERRED,
    kind text NOT NULL,
    checksum integer NOT NULL
);
CREATE INDEX wire_from ON wire (from_id);
CREATE INDEX wire_to ON wire (to_id);

CREATE TABLE link (
    id bigint PRIMARY KEY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    handle bigint NOT NULL,
    from_handle bigint NOT NULL,
    to_handle bigint NOT NULL,
    from_id bigint NOT NULL REFERENCES contact DEFERRABLE INITIALLY DEFERRED,
    to_id bigint NOT NULL REFERENCES contact DEFERRABLE INITIALLY DEFERRED,
    relation text NOT NULL,
    attributes text,
    checksum integer NOT NULL
);
CREATE INDEX link_from ON link (from_id);
CREATE INDEX link_to ON link (to_id);

CREATE TABLE gadget (
    id bigint PRIMARY KEY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    handle bigint NOT NULL,
    creation bigint NOT NULL,
    group_id bigint NOT NULL REFERENCES group_ DEFERRABLE INITIALLY DEFERRED,
    name text,
    computation text NOT NULL,
    is_function boolean NOT NULL,
    contain boolean NOT NULL,
    inputs text NOT NULL,
    outputs text NOT NULL,
    optional text NOT NULL,
    state text NOT NULL,
    config text,
    checksum integer NOT NULL
);
CREATE INDEX gadget_group ON gadget (group_id);

CREATE TABLE tick (
    id bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    time bigint NOT NULL,
    source text NOT NULL,
    changes bytea NOT NULL,
    structure bytea,
    checksum integer NOT NULL
);
ALTER TABLE tick ALTER changes SET STORAGE EXTERNAL;

CREATE TABLE base (
    id bigint PRIMARY KEY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    image bytea NOT NULL,
    checksum integer NOT NULL
);

CREATE TABLE position (
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    source text NOT NULL,
    position text NOT NULL,
    tick bigint NOT NULL,
    checksum integer NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX position_network ON position (network);

CREATE TABLE snapshot (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    label text NOT NULL,
    tick bigint NOT NULL,
    time bigint NOT NULL,
    image bytea NOT NULL,
    checksum integer NOT NULL
);
CREATE INDEX snapshot_network ON snapshot (network, id);

CREATE TABLE letter (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    driver text NOT NULL,
    time bigint NOT NULL,
    error text NOT NULL,
    tries bigint NOT NULL,
    epoch bigint NOT NULL,
    tick bigint NOT NULL,
    record bytea NOT NULL,
    names bytea NOT NULL,
    checksum integer NOT NULL,
    again boolean NOT NULL DEFAULT false
);
CREATE INDEX letter_network ON letter (network, id);

-- The names of what was removed, for history.
CREATE TABLE gone (
    network bigint NOT NULL REFERENCES network ON DELETE CASCADE,
    kind text NOT NULL,
    handle bigint NOT NULL,
    path text NOT NULL,
    tick bigint NOT NULL,
    PRIMARY KEY (network, kind, handle)
);

CREATE FUNCTION ticks_go() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM tick WHERE id BETWEEN old.id << 47 AND (old.id << 47) | 140737488355327;
    RETURN old;
END $$;
CREATE TRIGGER ticks_go BEFORE DELETE ON network FOR EACH ROW EXECUTE FUNCTION ticks_go();

-- JSON of the server has no NUL: one stands as U+FFFD there.
CREATE FUNCTION json_of(bytes bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT replace(convert_from(bytes, 'UTF8'), '\u0000', '\ufffd')::jsonb $$;
CREATE FUNCTION json_of(told text) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT replace(told, '\u0000', '\ufffd')::jsonb $$;
CREATE FUNCTION slot_of(handle jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT (handle::numeric % 4294967296)::bigint $$;

CREATE VIEW contact_path AS
SELECT c.network, c.handle, c.id,
    CASE c.kind
        WHEN 'constant' THEN '(' || convert_from(c.content, 'UTF8') || ')'
        WHEN 'state' THEN '(state)'
        ELSE CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || c.name
    END AS path
FROM contact c LEFT JOIN group_ g ON g.id = c.group_id;

CREATE VIEW gadget_path AS
SELECT a.network, a.handle, a.id,
    CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || coalesce(a.name, a.computation || '(' || coalesce((
        SELECT string_agg(port || '=' || replace(coalesce(path, '-'), '/', '.'), ', ' ORDER BY side, at) FROM (
            SELECT p.side, p.at, p.value ->> 0 AS port, CASE WHEN c.group_id = a.group_id THEN c.name ELSE cp.path END AS path
            FROM (
                SELECT 0 AS side, value, at FROM jsonb_array_elements(json_of(a.inputs)) WITH ORDINALITY AS i (value, at)
                UNION ALL
                SELECT 1, value, at FROM jsonb_array_elements(json_of(a.outputs)) WITH ORDINALITY AS o (value, at)
            ) p
            LEFT JOIN contact c ON c.id = (a.network << 32) | slot_of(p.value -> 1)
            LEFT JOIN contact_path cp ON cp.id = c.id
        ) ports
    ), '') || ')') AS path
FROM gadget a JOIN group_ g ON g.id = a.group_id;

CREATE VIEW wire_path AS
SELECT w.network, w.handle, w.id, f.path || '->' || t.path AS path
FROM wire w
LEFT JOIN contact_path f ON f.id = w.from_id
LEFT JOIN contact_path t ON t.id = w.to_id;

CREATE VIEW networks AS
SELECT name AS id, tick, epoch, to_timestamp(created / 1e6) AS created_at, to_timestamp(updated / 1e6) AS updated_at
FROM network;

CREATE VIEW groups AS
SELECT n.name AS network_id, g.path AS group_id, coalesce(json_of(g.attributes), '{}') AS attributes,
    jsonb_build_object(
        'contacts', (SELECT coalesce(jsonb_agg(c.name ORDER BY c.id), '[]') FROM contact c WHERE c.group_id = g.id AND c.name IS NOT NULL),
        'groups', (SELECT coalesce(jsonb_agg(i.name ORDER BY i.id), '[]') FROM group_ i WHERE i.parent = g.id)
    ) AS structure
FROM group_ g JOIN network n ON n.id = g.network;

CREATE VIEW contacts AS
SELECT n.name AS network_id, g.path AS group_id, c.name AS contact_id,
    CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || c.name AS path,
    json_of(v.content) AS content, c.blend AS blend_mode, coalesce(json_of(c.attributes), '{}') AS attributes,
    coalesce(v.version, 0) AS updated, to_timestamp(t.time / 1e6) AS updated_at
FROM contact c
JOIN network n ON n.id = c.network
JOIN group_ g ON g.id = c.group_id
LEFT JOIN content v ON v.id = c.id
LEFT JOIN tick t ON t.id = (n.id << 47) | v.version
WHERE c.name IS NOT NULL;

CREATE VIEW wires AS
SELECT n.name AS network_id, f.path AS from_path, t.path AS to_path, w.kind
FROM wire w
JOIN network n ON n.id = w.network
JOIN contact_path f ON f.id = w.from_id
JOIN contact_path t ON t.id = w.to_id;

CREATE VIEW links AS
SELECT n.name AS network_id, f.path AS from_path, t.path AS to_path, l.relation, coalesce(json_of(l.attributes), '{}') AS attributes
FROM link l
JOIN network n ON n.id = l.network
JOIN contact_path f ON f.id = l.from_id
JOIN contact_path t ON t.id = l.to_id;

CREATE VIEW gadgets AS
SELECT n.name AS network_id, g.path AS group_id, gp.path, a.computation,
    (SELECT coalesce(jsonb_object_agg(p.value ->> 0, cp.path), '{}') FROM jsonb_array_elements(json_of(a.inputs)) AS p (value)
        LEFT JOIN contact_path cp ON cp.id = (n.id << 32) | slot_of(p.value -> 1)) AS inputs,
    (SELECT coalesce(jsonb_object_agg(p.value ->> 0, cp.path), '{}') FROM jsonb_array_elements(json_of(a.outputs)) AS p (value)
        LEFT JOIN contact_path cp ON cp.id = (n.id << 32) | slot_of(p.value -> 1)) AS outputs,
    json_of(a.config) AS config, CASE WHEN a.contain THEN 'contain' ELSE 'raise' END AS on_error
FROM gadget a
JOIN network n ON n.id = a.network
JOIN group_ g ON g.id = a.group_id
JOIN gadget_path gp ON gp.id = a.id;

CREATE VIEW history AS
SELECT n.name AS network_id, t.id & 140737488355327 AS tick, to_timestamp(t.time / 1e6) AS time,
    CASE WHEN c.name IS NULL THEN gone.path ELSE CASE g.path WHEN '' THEN '' ELSE g.path || '/' END || c.name END AS path,
    CASE WHEN e.value -> 3 IS NULL THEN e.value -> 1
        WHEN (e.value ->> 3)::integer < 0 THEN NULL
        ELSE told.changes -> (e.value ->> 3)::integer -> 1
    END AS value,
    CASE jsonb_typeof(e.value -> 2)
        WHEN 'string' THEN 'external:' || (e.value ->> 2)
        WHEN 'number' THEN CASE
            WHEN (e.value ->> 2)::numeric = 0 THEN 'external:' || t.source
            WHEN (e.value ->> 2)::numeric > 0 THEN coalesce(
                (SELECT path FROM gadget_path p WHERE p.network = n.id AND p.handle = (e.value ->> 2)::numeric::bigint - 1),
                (SELECT path FROM gone o WHERE o.network = n.id AND o.kind = 'gadget' AND o.handle = (e.value ->> 2)::numeric::bigint - 1))
            ELSE 'wire:' || coalesce(
                (SELECT path FROM wire_path p WHERE p.network = n.id AND p.handle = -(e.value ->> 2)::numeric::bigint - 1),
                (SELECT path FROM gone o WHERE o.network = n.id AND o.kind = 'wire' AND o.handle = -(e.value ->> 2)::numeric::bigint - 1)) END
    END AS cause
FROM tick t
JOIN network n ON n.id = t.id >> 47
CROSS JOIN LATERAL (SELECT json_of(t.changes) AS changes) told
CROSS JOIN LATERAL jsonb_array_elements(told.changes) AS e (value)
LEFT JOIN contact c ON c.id = (n.id << 32) | slot_of(e.value -> 0) AND c.handle = (e.value ->> 0)::numeric::bigint
LEFT JOIN group_ g ON g.id = c.group_id
LEFT JOIN gone ON gone.network = n.id AND gone.kind = 'contact' AND gone.handle = (e.value ->> 0)::numeric::bigint
WHERE c.name IS NOT NULL OR gone.path IS NOT NULL;

CREATE VIEW snapshots AS
SELECT s.id, n.name AS network_id, s.label, s.tick, to_timestamp(s.time / 1e6) AS created_at
FROM snapshot s JOIN network n ON n.id = s.network;

CREATE VIEW dead_letters AS
SELECT l.id, n.name AS network_id, l.driver, l.tick, l.error, l.tries, l.again, to_timestamp(l.time / 1e6) AS created_at
FROM letter l JOIN network n ON n.id = l.network;

CREATE VIEW positions AS
SELECT n.name AS network_id, p.source, json_of(p.position) AS position, p.tick
FROM position p JOIN network n ON n.id = p.network;

CREATE VIEW cursors AS
SELECT name AS network_id, 'store' AS driver, tick_epoch AS epoch, tick FROM network;

CREATE VIEW contradictions AS
SELECT n.name AS network_id, p.path,
    json_of(m.contradiction) -> 'current' AS current, json_of(m.contradiction) ->> 'current_source' AS current_source,
    (json_of(m.contradiction) ->> 'current_tick')::bigint AS current_tick,
    json_of(m.contradiction) -> 'incoming' AS incoming, json_of(m.contradiction) ->> 'incoming_source' AS incoming_source,
    (json_of(m.contradiction) ->> 'incoming_tick')::bigint AS incoming_tick
FROM mark m
JOIN contact_path p ON p.id = m.id
JOIN network n ON n.id = p.network
WHERE m.contradiction IS NOT NULL;

CREATE VIEW faults AS
SELECT n.name AS network_id, p.path, m.fault
FROM mark m
JOIN contact_path p ON p.id = m.id
JOIN network n ON n.id = p.network
WHERE m.fault IS NOT NULL;
";

/// What version 2 added: groups are found by their attributes.
const ASKING: &str = r"
CREATE INDEX group_attributes ON group_ USING gin (json_of(attributes) jsonb_path_ops);
";
