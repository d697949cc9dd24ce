//! Every primitive with its ports and its one-sentence meaning.

use super::arithmetic::{Binary, Unary};
use super::comparison::Compare;
use super::statistic::Statistic;
use super::{Body, Port, Primitive};

const fn port(name: &'static str, takes: &'static str) -> Port {
    Port {
        name,
        required: true,
        takes,
    }
}

const NUMBERS: &[Port] = &[port("a", "number"), port("b", "number")];
const POWER: &[Port] = &[port("base", "number"), port("exponent", "number")];
const NUMBER: &[Port] = &[port("value", "number")];
const OBSERVED: &[Port] = &[port("value", "number, string or bool")];
const ANY_TWO: &[Port] = &[port("a", "any"), port("b", "any")];
const ORDERED: &[Port] = &[port("a", "number or string"), port("b", "number or string")];
const RESULT: &[Port] = &[port("result", "number")];
const TRUTH: &[Port] = &[port("result", "bool")];

const fn math(
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
    }
}

const fn logic(name: &'static str, doc: &'static str, compare: Compare, inputs: &'static [Port]) -> Primitive {
    Primitive {
        name,
        doc,
        inputs,
        outputs: TRUTH,
        config: &[],
        body: Body::Compare(compare),
    }
}

const fn stat(
    name: &'static str,
    doc: &'static str,
    statistic: Statistic,
    takes: &'static [Port],
    gives: &'static [Port],
) -> Primitive {
    Primitive {
        name,
        doc,
        inputs: takes,
        outputs: gives,
        config: &[],
        body: Body::Statistic(statistic),
    }
}

/// All primitives, by name.
pub static CATALOGUE: &[Primitive] = &[
    Primitive {
        name: "control.gate",
        doc: "Passes `value` while `condition` is true; closed, it produces nothing and the output stays as it is.",
        inputs: &[port("value", "any"), port("condition", "bool")],
        outputs: &[port("output", "any")],
        config: &[],
        body: Body::Gate,
    },
    logic(
        "logic.equals",
        "Whether `a` equals `b`: numbers by value, everything else by type and structure.",
        Compare::Equals,
        ANY_TWO,
    ),
    logic(
        "logic.greaterOrEqual",
        "Whether `a` is at least `b`.",
        Compare::GreaterOrEqual,
        ORDERED,
    ),
    logic(
        "logic.greaterThan",
        "Whether `a` is greater than `b`.",
        Compare::Greater,
        ORDERED,
    ),
    logic(
        "logic.lessOrEqual",
        "Whether `a` is at most `b`.",
        Compare::LessOrEqual,
        ORDERED,
    ),
    logic(
        "logic.lessThan",
        "Whether `a` is less than `b`.",
        Compare::Less,
        ORDERED,
    ),
    logic(
        "logic.notEquals",
        "Whether `a` differs from `b`.",
        Compare::NotEquals,
        ANY_TWO,
    ),
    math(
        "math.abs",
        "The absolute value.",
        Body::Unary(Unary::Abs),
        NUMBER,
        RESULT,
    ),
    math(
        "math.add",
        "`a` plus `b`.",
        Body::Binary(Binary::Add),
        NUMBERS,
        &[port("sum", "number")],
    ),
    math(
        "math.divide",
        "`a` divided by `b`, as a float.",
        Body::Binary(Binary::Divide),
        NUMBERS,
        &[port("quotient", "float")],
    ),
    math(
        "math.max",
        "The greater of `a` and `b`.",
        Body::Binary(Binary::Max),
        NUMBERS,
        &[port("max", "number")],
    ),
    math(
        "math.min",
        "The smaller of `a` and `b`.",
        Body::Binary(Binary::Min),
        NUMBERS,
        &[port("min", "number")],
    ),
    math(
        "math.multiply",
        "`a` times `b`.",
        Body::Binary(Binary::Multiply),
        NUMBERS,
        &[port("product", "number")],
    ),
    math(
        "math.power",
        "`base` to the power of `exponent`.",
        Body::Binary(Binary::Power),
        POWER,
        RESULT,
    ),
    math(
        "math.sqrt",
        "The square root, as a float.",
        Body::Unary(Unary::Sqrt),
        NUMBER,
        RESULT,
    ),
    math(
        "math.subtract",
        "`a` minus `b`.",
        Body::Binary(Binary::Subtract),
        NUMBERS,
        &[port("difference", "number")],
    ),
    stat(
        "stat.count",
        "How many observations there have been; null is none.",
        Statistic::Count,
        &[port("value", "any")],
        &[port("count", "int")],
    ),
    stat(
        "stat.max",
        "The greatest observation, as the blend `max` has it.",
        Statistic::Max,
        OBSERVED,
        &[port("max", "number")],
    ),
    stat(
        "stat.mean",
        "The mean of all observations; of booleans, the share that is true.",
        Statistic::Mean,
        &[port("value", "number or bool")],
        &[port("mean", "float")],
    ),
    stat(
        "stat.min",
        "The smallest observation, as the blend `min` has it.",
        Statistic::Min,
        OBSERVED,
        &[port("min", "number")],
    ),
    stat(
        "stat.sum",
        "The sum of all observations.",
        Statistic::Sum,
        &[port("value", "number or bool")],
        &[port("sum", "number")],
    ),
    Primitive {
        name: "stream.field",
        doc: "The value under one key of each record; a record without it, or with null there, gives nothing.",
        inputs: &[port("record", "map")],
        outputs: &[port("value", "any")],
        config: &[("field", true, "the key to take")],
        body: Body::Field,
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
    },
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
