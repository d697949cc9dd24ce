//! Every primitive with its ports and its one-sentence meaning.

use super::arithmetic::{Binary, Unary};
use super::array::ListFunction;
use super::comparison::Compare;
use super::control::Control;
use super::logic::Logic;
use super::memory::Memory;
use super::statistic::Statistic;
use super::text::TextFunction;
use super::{Body, Port, Primitive};

const fn port(name: &'static str, takes: &'static str) -> Port {
    Port::required(name, takes)
}

const fn optional(name: &'static str, takes: &'static str) -> Port {
    Port::optional(name, takes)
}

const NUMBERS: &[Port] = &[port("a", "number"), port("b", "number")];
const NUMBER: &[Port] = &[port("value", "number")];
const BOOLS: &[Port] = &[port("a", "bool"), port("b", "bool")];
const ANY_TWO: &[Port] = &[port("a", "any"), port("b", "any")];
const ORDERED: &[Port] = &[port("a", "number or string"), port("b", "number or string")];
const STRING: &[Port] = &[port("value", "string")];
const ARRAY: &[Port] = &[port("array", "list")];
const ARRAY_AND_VALUE: &[Port] = &[port("array", "list"), port("value", "any")];
const OBSERVED: &[Port] = &[port("value", "number, string or bool")];
const SUMMED: &[Port] = &[port("value", "number or bool")];

const ANY: &[Port] = &[port("result", "any")];
const OUTPUT: &[Port] = &[port("output", "any")];
const RESULT: &[Port] = &[port("result", "number")];
const TRUTH: &[Port] = &[port("result", "bool")];
const TEXT: &[Port] = &[port("result", "string")];
const LIST: &[Port] = &[port("result", "list")];

const fn primitive(
    name: &'static str,
    doc: &'static str,
    body: Body,
    inputs: &'static [Port],
    outputs: &'static [Port],
) -> Primitive {
    Primitive {
        name,
        doc,
        inputs,
        outputs,
        config: &[],
        body,
        function: None,
    }
}

/// The primitives of the engine itself, by name.
pub(super) static CATALOGUE: &[Primitive] = &[
    primitive(
        "array.append",
        "The list with `value` behind its last item.",
        Body::List(ListFunction::Append),
        ARRAY_AND_VALUE,
        LIST,
    ),
    primitive(
        "array.arraySize",
        "How many items the list has.",
        Body::List(ListFunction::Size),
        ARRAY,
        &[port("size", "int")],
    ),
    primitive(
        "array.filterEmpty",
        "The list without its nulls and its empty strings.",
        Body::List(ListFunction::FilterEmpty),
        ARRAY,
        LIST,
    ),
    primitive(
        "array.first",
        "The first item; an empty list has none, and is an error.",
        Body::List(ListFunction::First),
        ARRAY,
        ANY,
    ),
    primitive(
        "array.last",
        "The last item; an empty list has none, and is an error.",
        Body::List(ListFunction::Last),
        ARRAY,
        ANY,
    ),
    primitive(
        "array.nth",
        "The item at `index`, counted from 0; an index without an item is an error, a negative one too.",
        Body::List(ListFunction::Nth),
        &[port("array", "list"), port("index", "int")],
        ANY,
    ),
    primitive(
        "array.prepend",
        "The list with `value` before its first item.",
        Body::List(ListFunction::Prepend),
        ARRAY_AND_VALUE,
        LIST,
    ),
    primitive(
        "array.reverse",
        "The list from its last item to its first.",
        Body::List(ListFunction::Reverse),
        ARRAY,
        LIST,
    ),
    primitive(
        "array.slice",
        "The items from `start` up to, not including, `end`, or to the end of the list, as Python slices: below zero counts from the end.",
        Body::List(ListFunction::Slice),
        &[port("array", "list"), port("start", "int"), optional("end", "int")],
        LIST,
    ),
    primitive(
        "control.delay",
        "The value that came `delay` values before this one, 1 unless given; until there were so many it produces nothing.",
        Body::Memory(Memory::Delay),
        &[port("value", "any"), optional("delay", "int, 0 to 1000")],
        OUTPUT,
    ),
    primitive(
        "control.demux",
        "Passes `value` to `out0` or `out1`, as `selector` says; the other output stays as it is.",
        Body::Control(Control::Demux),
        &[port("value", "any"), port("selector", "bool, 0 or 1")],
        &[port("out0", "any"), port("out1", "any")],
    ),
    primitive(
        "control.gate",
        "Passes `value` while `condition` is true; closed, it produces nothing and the output stays as it is.",
        Body::Gate,
        &[port("value", "any"), port("condition", "bool")],
        OUTPUT,
    ),
    primitive(
        "control.latch",
        "Passes `value` while `enable` is true; closed, it holds the last value it passed, whatever becomes of `value`.",
        Body::Memory(Memory::Latch),
        &[optional("value", "any"), port("enable", "bool")],
        OUTPUT,
    ),
    primitive(
        "control.mux",
        "Passes `in0` or `in1`, as `selector` says; if that one is empty, so is the result.",
        Body::Control(Control::Mux),
        &[
            optional("in0", "any"),
            optional("in1", "any"),
            port("selector", "bool, 0 or 1"),
        ],
        ANY,
    ),
    primitive(
        "control.switch",
        "Passes `true` while `condition` is true, else `false`; if that one is empty, so is the result.",
        Body::Control(Control::Switch),
        &[
            port("condition", "bool"),
            optional("true", "any"),
            optional("false", "any"),
        ],
        ANY,
    ),
    primitive(
        "logic.and",
        "Whether both `a` and `b` are true.",
        Body::Logic(Logic::And),
        BOOLS,
        TRUTH,
    ),
    primitive(
        "logic.equals",
        "Whether `a` equals `b`: numbers by value, everything else by type and structure.",
        Body::Compare(Compare::Equals),
        ANY_TWO,
        TRUTH,
    ),
    primitive(
        "logic.greaterOrEqual",
        "Whether `a` is at least `b`.",
        Body::Compare(Compare::GreaterOrEqual),
        ORDERED,
        TRUTH,
    ),
    primitive(
        "logic.greaterThan",
        "Whether `a` is greater than `b`.",
        Body::Compare(Compare::Greater),
        ORDERED,
        TRUTH,
    ),
    primitive(
        "logic.lessOrEqual",
        "Whether `a` is at most `b`.",
        Body::Compare(Compare::LessOrEqual),
        ORDERED,
        TRUTH,
    ),
    primitive(
        "logic.lessThan",
        "Whether `a` is less than `b`.",
        Body::Compare(Compare::Less),
        ORDERED,
        TRUTH,
    ),
    primitive(
        "logic.not",
        "Whether `value` is false.",
        Body::Logic(Logic::Not),
        &[port("value", "bool")],
        TRUTH,
    ),
    primitive(
        "logic.notEquals",
        "Whether `a` differs from `b`.",
        Body::Compare(Compare::NotEquals),
        ANY_TWO,
        TRUTH,
    ),
    primitive(
        "logic.or",
        "Whether `a` or `b` or both are true.",
        Body::Logic(Logic::Or),
        BOOLS,
        TRUTH,
    ),
    primitive(
        "logic.xor",
        "Whether one of `a` and `b` is true and the other is not.",
        Body::Logic(Logic::Xor),
        BOOLS,
        TRUTH,
    ),
    primitive(
        "math.abs",
        "The absolute value.",
        Body::Unary(Unary::Abs),
        NUMBER,
        RESULT,
    ),
    primitive(
        "math.add",
        "`a` plus `b`.",
        Body::Binary(Binary::Add),
        NUMBERS,
        &[port("sum", "number")],
    ),
    primitive(
        "math.divide",
        "`a` divided by `b`, as a float.",
        Body::Binary(Binary::Divide),
        NUMBERS,
        &[port("quotient", "float")],
    ),
    primitive(
        "math.max",
        "The greater of `a` and `b`.",
        Body::Binary(Binary::Max),
        NUMBERS,
        &[port("max", "number")],
    ),
    primitive(
        "math.min",
        "The smaller of `a` and `b`.",
        Body::Binary(Binary::Min),
        NUMBERS,
        &[port("min", "number")],
    ),
    primitive(
        "math.multiply",
        "`a` times `b`.",
        Body::Binary(Binary::Multiply),
        NUMBERS,
        &[port("product", "number")],
    ),
    primitive(
        "math.power",
        "`base` to the power of `exponent`.",
        Body::Binary(Binary::Power),
        &[port("base", "number"), port("exponent", "number")],
        RESULT,
    ),
    primitive(
        "math.sqrt",
        "The square root, as a float.",
        Body::Unary(Unary::Sqrt),
        NUMBER,
        &[port("result", "float")],
    ),
    primitive(
        "math.subtract",
        "`a` minus `b`.",
        Body::Binary(Binary::Subtract),
        NUMBERS,
        &[port("difference", "number")],
    ),
    primitive(
        "stat.count",
        "How many observations there have been; null is none.",
        Body::Statistic(Statistic::Count),
        &[port("value", "any")],
        &[port("count", "int")],
    ),
    primitive(
        "stat.max",
        "The greatest observation, as the blend `max` has it.",
        Body::Statistic(Statistic::Max),
        OBSERVED,
        &[port("max", "number, string or bool")],
    ),
    primitive(
        "stat.mean",
        "The mean of all observations; of booleans, the share that is true.",
        Body::Statistic(Statistic::Mean),
        SUMMED,
        &[port("mean", "float")],
    ),
    primitive(
        "stat.min",
        "The smallest observation, as the blend `min` has it.",
        Body::Statistic(Statistic::Min),
        OBSERVED,
        &[port("min", "number, string or bool")],
    ),
    primitive(
        "stat.sum",
        "The sum of all observations.",
        Body::Statistic(Statistic::Sum),
        SUMMED,
        &[port("sum", "number")],
    ),
    Primitive {
        name: "stream.field",
        doc: "The value under one key of each record; a record without it, or with null there, gives nothing.",
        inputs: &[port("record", "map")],
        outputs: &[port("value", "any")],
        config: &[("field", true, "the key to take")],
        body: Body::Field,
        function: None,
    },
    Primitive {
        name: "stream.route",
        doc: "Hands each record to the group of its key, in constant time; a new key gets a group made from the template.",
        inputs: &[port("record", "map")],
        outputs: &[Port {
            name: "other",
            required: false,
            takes: "map",
        }],
        config: &[
            ("key", true, "the key of the record that names the group"),
            ("into", true, "the group that holds the groups"),
            ("entry", true, "the contact inside each group that takes the record"),
            (
                "template",
                true,
                "what a new group contains: `contacts`, `gadgets`, `wires`, `groups`, as in a manifest's `build`",
            ),
        ],
        body: Body::Route,
        function: None,
    },
    primitive(
        "string.concat",
        "`a` and `b` as one string; a number is written as Python writes it.",
        Body::Text(TextFunction::Concat),
        &[port("a", "string or number"), port("b", "string or number")],
        TEXT,
    ),
    primitive(
        "string.join",
        "The items of the list as one string, with `separator` between them, a comma unless given.",
        Body::Text(TextFunction::Join),
        &[
            port("array", "list of strings and numbers"),
            optional("separator", "string"),
        ],
        TEXT,
    ),
    primitive(
        "string.length",
        "How many characters the string has.",
        Body::Text(TextFunction::Length),
        STRING,
        &[port("length", "int")],
    ),
    primitive(
        "string.split",
        "The parts of the string between the separators; an empty separator gives its characters.",
        Body::Text(TextFunction::Split),
        &[port("string", "string"), port("separator", "string")],
        &[port("result", "list of strings")],
    ),
    primitive(
        "string.substring",
        "The characters from `start` up to, not including, `end`, or to the end of the string, as Python slices: below zero counts from the end.",
        Body::Text(TextFunction::Substring),
        &[port("string", "string"), port("start", "int"), optional("end", "int")],
        TEXT,
    ),
    primitive(
        "string.toLower",
        "The string in lower case.",
        Body::Text(TextFunction::ToLower),
        STRING,
        TEXT,
    ),
    primitive(
        "string.toUpper",
        "The string in upper case.",
        Body::Text(TextFunction::ToUpper),
        STRING,
        TEXT,
    ),
    primitive(
        "string.trim",
        "The string without the white space around it.",
        Body::Text(TextFunction::Trim),
        STRING,
        TEXT,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_documented() {
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(
            CATALOGUE
                .iter()
                .all(|primitive| primitive.doc.ends_with('.') && !primitive.outputs.is_empty())
        );
    }
}
