//! Every primitive of data with its ports and its one-sentence meaning. Names are those of the original's catalogue.

use crate::{base64, csv, email, json, merge, pattern, phone, property, range, schema, url, yaml};
use bassline_core::{Port, Primitive, PureFunction};

const fn port(name: &'static str, takes: &'static str) -> Port {
    Port::required(name, takes)
}

const fn optional(name: &'static str, takes: &'static str) -> Port {
    Port::optional(name, takes)
}

const fn primitive(
    name: &'static str,
    doc: &'static str,
    function: PureFunction,
    inputs: &'static [Port],
    outputs: &'static [Port],
) -> Primitive {
    Primitive::pure(name, doc, inputs, outputs, function)
}

const TEXT_PORT: Port = port("text", "string");
const ERROR: Port = optional("error", "string or null");
const VALID: Port = port("valid", "bool");
const OBJECT: Port = port("object", "map or list");
const PATH: Port = port("path", "path");
const DELIMITER: Port = optional("delimiter", "string of one character");
const HEADERS: Port = optional("headers", "bool");
const DATA: &[Port] = &[port("data", "any"), ERROR];
const TEXT: &[Port] = &[TEXT_PORT, ERROR];
const RESULT_MAP: &[Port] = &[port("result", "map")];
const MAP_AND_KEYS: &[Port] = &[port("object", "map"), port("keys", "list of strings")];

/// All primitives of data, by name.
pub static CATALOGUE: &[Primitive] = &[
    primitive(
        "data.base64-decode",
        "What a Base64 text stands for: as `outputType` says, a string, unless given, bytes (`buffer`), or what JSON in it says.",
        base64::decode,
        &[
            port("encoded", "string"),
            optional("outputType", "'string', 'buffer' or 'json'"),
        ],
        DATA,
    ),
    primitive(
        "data.base64-encode",
        "Bytes as Base64, with padding; of a string its UTF-8.",
        base64::encode,
        &[port("data", "string or bytes")],
        &[port("encoded", "string")],
    ),
    primitive(
        "data.csv-parse",
        "The rows of a CSV text: maps under its header, or lists if `headers` is false; numbers and truth values as JSON writes them are that.",
        csv::parse,
        &[TEXT_PORT, DELIMITER, HEADERS],
        &[port("data", "list"), ERROR],
    ),
    primitive(
        "data.csv-stringify",
        "Rows as CSV: maps under a header of all their keys, without it if `headers` is false, or lists; null is an empty cell.",
        csv::stringify,
        &[port("data", "list of maps or of lists"), DELIMITER, HEADERS],
        TEXT,
    ),
    primitive(
        "data.delete-property",
        "The object without what is at `path`, and whether there was something.",
        property::delete,
        &[OBJECT, PATH],
        &[port("result", "map or list"), optional("deleted", "bool")],
    ),
    primitive(
        "data.get-property",
        "What is at `path` in the object, null if nothing is, and whether something is.",
        property::get,
        &[OBJECT, PATH],
        &[port("value", "any"), optional("exists", "bool")],
    ),
    primitive(
        "data.json-parse",
        "What a JSON text says; ints stay ints.",
        json::parse,
        &[TEXT_PORT],
        DATA,
    ),
    primitive(
        "data.json-stringify",
        "The value as JSON, keys in order: in one line, or in lines, each level indented by `indent` spaces.",
        json::stringify,
        &[port("data", "any"), optional("indent", "int, 0 to 10")],
        TEXT,
    ),
    primitive(
        "data.merge-objects",
        "The pairs of both maps, where `object2` has the last word; with `deep`, maps in both are merged likewise, lists never.",
        merge::merge,
        &[port("object1", "map"), port("object2", "map"), optional("deep", "bool")],
        RESULT_MAP,
    ),
    primitive(
        "data.omit-properties",
        "The map without these keys.",
        merge::omit,
        MAP_AND_KEYS,
        RESULT_MAP,
    ),
    primitive(
        "data.pick-properties",
        "The map with these of its keys only.",
        merge::pick,
        MAP_AND_KEYS,
        RESULT_MAP,
    ),
    primitive(
        "data.set-property",
        "The object with `value` at `path`; maps on the way are made, and lists for `[0]`.",
        property::set,
        &[OBJECT, PATH, port("value", "any")],
        &[port("result", "map or list"), ERROR],
    ),
    primitive(
        "data.validate-email",
        "Whether it is an e-mail address as the HTML standard has it, and what is wrong if not.",
        email::validate,
        &[port("email", "string")],
        &[VALID, ERROR],
    ),
    primitive(
        "data.validate-phone",
        "Whether it is a telephone number, national of `country`, `US` unless given, or international behind a `+`; its international form (E.164).",
        phone::validate,
        &[port("phone", "string"), optional("country", "'US', 'UK', 'DE' or 'FR'")],
        &[VALID, optional("formatted", "string or null"), ERROR],
    ),
    primitive(
        "data.validate-range",
        "Whether the number lies from `min` to `max`, both included, and the nearest that does.",
        range::validate,
        &[
            port("value", "number"),
            optional("min", "number"),
            optional("max", "number"),
        ],
        &[VALID, optional("clamped", "number")],
    ),
    primitive(
        "data.validate-regex",
        "Whether the pattern matches somewhere in the text, and what its groups caught there; flags are `i`, `m`, `s` and `x`.",
        pattern::validate,
        &[TEXT_PORT, port("pattern", "string"), optional("flags", "string")],
        &[
            port("matches", "bool"),
            optional("groups", "list of strings and nulls"),
            ERROR,
        ],
    ),
    primitive(
        "data.validate-schema",
        "Whether the value is as a JSON Schema says, and of all that is not the `path`, the `keyword` and a `message`.",
        schema::validate,
        &[port("data", "any"), port("schema", "map or bool")],
        &[VALID, optional("errors", "list of maps")],
    ),
    primitive(
        "data.validate-url",
        "Whether it is an absolute URL (RFC 3986), its parts, and what is wrong if not.",
        url::validate,
        &[port("url", "string")],
        &[VALID, optional("parsed", "map or null"), ERROR],
    ),
    primitive(
        "data.yaml-parse",
        "What a YAML text says, read as manifests are.",
        yaml::parse,
        &[TEXT_PORT],
        DATA,
    ),
    primitive(
        "data.yaml-stringify",
        "The value as YAML in blocks, keys in order, each level indented by `indent` spaces, 2 unless given.",
        yaml::stringify,
        &[port("data", "any"), optional("indent", "int, 2 to 10")],
        TEXT,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_has_the_20_of_the_original() {
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert_eq!(CATALOGUE.len(), 20);
    }
}
