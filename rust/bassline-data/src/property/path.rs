//! Paths into maps and lists: `a.b`, `items[0].name`, `a["b.c"]`.

use bassline_core::argument::{out_of_range, text};
use bassline_core::{Fault, Value};

/// How many steps a path may have.
const LONGEST: usize = 100;

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step<'a> {
    /// The key in a map, and in a list the index.
    pub(crate) key: &'a str,
    /// Whether it stands between brackets without quotes.
    pub(crate) is_index: bool,
}

impl Step<'_> {
    /// The place in a list.
    pub(crate) fn index(self) -> Option<usize> {
        let is_number = !self.key.is_empty() && self.key.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| self.key.parse().ok()).flatten()
    }
}

/// The steps of a path.
pub(crate) fn steps<'a>(port: &'static str, value: &'a Value) -> Result<Vec<Step<'a>>, Fault> {
    let refused = || out_of_range(port, "a path such as a.b, items[0].name or a[\"b.c\"]", value);
    let mut rest = text(port, value)?.as_str();
    let mut steps = Vec::new();
    loop {
        let (step, behind) = match rest.strip_prefix('[') {
            Some(inside) => bracketed(inside),
            None => named(rest, steps.is_empty()),
        }
        .ok_or_else(refused)?;
        steps.push(step);
        if steps.len() > LONGEST {
            return Err(out_of_range(port, format!("a path of at most {LONGEST} steps"), value));
        }
        if behind.is_empty() {
            return Ok(steps);
        }
        rest = behind;
    }
}

/// A name, behind a dot unless it is the first.
fn named(rest: &str, is_first: bool) -> Option<(Step<'_>, &str)> {
    let rest = if is_first { rest } else { rest.strip_prefix('.')? };
    let (key, behind) = rest.split_at(rest.find(['.', '[', ']']).unwrap_or(rest.len()));
    (!key.is_empty()).then_some((Step { key, is_index: false }, behind))
}

/// What stands behind an opening bracket: an index, or a key between quotes.
fn bracketed(inside: &str) -> Option<(Step<'_>, &str)> {
    if let Some(quote) = inside.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (key, behind) = inside[1..].split_once(quote)?;
        return Some((Step { key, is_index: false }, behind.strip_prefix(']')?));
    }
    let (key, behind) = inside.split_once(']')?;
    let step = Step { key, is_index: true };
    step.index().map(|_| (step, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_at_dots_and_brackets() {
        let path = Value::text("a.0[12]['b.c'].d");
        let keys: Vec<(&str, bool)> = steps("path", &path)
            .unwrap()
            .iter()
            .map(|step| (step.key, step.is_index))
            .collect();
        assert_eq!(
            keys,
            [("a", false), ("0", false), ("12", true), ("b.c", false), ("d", false)]
        );
        for wrong in [
            "", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a]b", "a['b]", "[0]b", "a[-1]",
        ] {
            assert!(steps("path", &Value::text(wrong)).is_err(), "{wrong}");
        }
    }
}
