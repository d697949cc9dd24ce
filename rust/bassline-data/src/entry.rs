//! What goes in and out of these primitives.

use bassline_core::{Content, Fault, Outputs, Text, Value, argument, limit};

pub(crate) type Answer = Result<Outputs, Fault>;

/// The outputs, in the order of their ports.
#[allow(clippy::unnecessary_wraps, reason = "it is the last word of every primitive")]
pub(crate) fn outputs<const N: usize>(values: [Value; N]) -> Answer {
    Ok(values.into_iter().map(Some).collect())
}

/// The content of an input, if there is any.
pub(crate) fn given(inputs: &[Content], port: usize) -> Option<&Value> {
    inputs.get(port).and_then(Option::as_ref)
}

/// The content of a required input; null in place of none, which does not fire a gadget.
pub(crate) fn required(inputs: &[Content], port: usize) -> &Value {
    given(inputs, port).unwrap_or(&Value::Null)
}

/// A text that is no longer than is read.
pub(crate) fn bounded_text<'a>(port: &'static str, value: &'a Value) -> Result<&'a Text, Fault> {
    let text = argument::text(port, value)?;
    if text.len() <= limit::TEXT {
        return Ok(text);
    }
    let found = format!("this one has {}", text.len());
    Err(malformed(port, "a string of at most 16777216 bytes in UTF-8", found))
}

/// A whole number of a range.
pub(crate) fn whole_of(port: &'static str, value: &Value, low: i64, high: i64) -> Result<usize, Fault> {
    let whole = argument::whole(port, value)?;
    if (low..=high).contains(&whole) {
        Ok(whole as usize)
    } else {
        let expected = format!("a whole number from {low} to {high}");
        Err(argument::out_of_range(port, expected, value))
    }
}

/// A bool that may be left out.
pub(crate) fn truth_or(port: &'static str, value: Option<&Value>, default: bool) -> Result<bool, Fault> {
    value.map_or(Ok(default), |value| argument::truth(port, value))
}

/// What is of the right type and is not what it should be.
pub(crate) fn malformed(port: &str, expected: &'static str, found: impl Into<String>) -> Fault {
    Fault::Malformed {
        port: Text::from(port),
        expected,
        found: found.into(),
    }
}

/// Appends to a text that is given away, up to the limit of texts.
pub(crate) fn append(port: &str, text: &mut String, more: &str) -> Result<(), Fault> {
    limit::check_text(port, text.len() + more.len())?;
    text.push_str(more);
    Ok(())
}
