//! `data.validate-regex`, and patterns in schemas. The engine of the crate `regex` matches in a time that is linear in the text, times
//! the size of the compiled pattern; both are bounded.

use crate::entry::{Answer, given, malformed, outputs, required};
use bassline_core::argument::{out_of_range, text};
use bassline_core::{Content, Fault, Value};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use std::cell::RefCell;
use std::sync::Arc;

/// Characters of a pattern, groups in it, and bytes of what it is compiled to.
const CHARACTERS: usize = 1_000;
const GROUPS: usize = 100;
const COMPILED: usize = 1 << 18;
/// Bytes of a text times bytes of what its pattern is compiled to: some seconds.
const WORK: usize = 1 << 36;
/// A step of a schema, in the same measure: all its steps come to the same.
const STEP: usize = 1 << 16;

/// A pattern that can be matched.
#[derive(Clone)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern, or says what is wrong with it.
    pub(crate) fn new(pattern: &str, flags: &str) -> Result<Self, String> {
        let key = (pattern.to_owned(), flags.to_owned());
        if let Some(known) =
            RECENT.with_borrow(|recent| recent.iter().find(|(of, _)| *of == key).map(|(_, it)| it.clone()))
        {
            return Ok(known);
        }
        let made = Self::compiled(pattern, flags)?;
        RECENT.with_borrow_mut(|recent| {
            recent.truncate(KEPT - 1);
            recent.insert(0, (key, made.clone()));
        });
        Ok(made)
    }

    fn compiled(pattern: &str, flags: &str) -> Result<Self, String> {
        if pattern.chars().count() > CHARACTERS {
            return Err(format!("expected at most {CHARACTERS} characters, found more"));
        }
        let syntax = syntax::Config::new()
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .ignore_whitespace(flags.contains('x'))
            .nest_limit(50);
        let config = Regex::config()
            .nfa_size_limit(Some(COMPILED))
            .onepass_size_limit(Some(COMPILED));
        let regex = Regex::builder()
            .configure(config)
            .syntax(syntax)
            .build(pattern)
            .map_err(|error| {
                let said = error
                    .syntax_error()
                    .map_or_else(|| error.to_string(), ToString::to_string);
                // A syntax error draws the pattern with a caret beneath; its last line says what it is.
                said.lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ")
                    .to_owned()
            })?;
        if regex.captures_len() > GROUPS + 1 {
            return Err(format!("expected at most {GROUPS} groups, found more"));
        }
        Ok(Self(regex))
    }

    fn check(&self, text: &str) -> Result<(), String> {
        if text.len().saturating_mul(self.0.memory_usage()) <= WORK {
            return Ok(());
        }
        Err(format!(
            "it is too large for a text of {} bytes; shorten one of them",
            text.len()
        ))
    }

    /// What matching a text costs beside looking at one value.
    pub(crate) fn steps(&self, text: &str) -> usize {
        text.len().saturating_mul(self.0.memory_usage()) / STEP
    }

    /// Whether it matches somewhere in a text.
    pub(crate) fn is_match(&self, text: &str) -> Result<bool, String> {
        self.check(text)?;
        Ok(self.0.is_match(text))
    }

    /// What its groups caught in its first match, if there is one.
    fn groups(&self, text: &str) -> Result<Option<Vec<Value>>, String> {
        self.check(text)?;
        let mut caught = self.0.create_captures();
        self.0.captures(text, &mut caught);
        Ok(caught.is_match().then(|| {
            let groups = 1..caught.group_len();
            let group = |at| {
                caught
                    .get_group(at)
                    .map_or(Value::Null, |span| Value::text(&text[span.range()]))
            };
            groups.map(group).collect()
        }))
    }
}

/// Compiling takes longer than matching, and the same patterns come again and again.
const KEPT: usize = 16;

type Recent = Vec<((String, String), Pattern)>;

thread_local! {
    static RECENT: RefCell<Recent> = const { RefCell::new(Vec::new()) };
}

/// `data.validate-regex`.
pub(crate) fn validate(inputs: &[Content]) -> Answer {
    let text_of = |port, at| text(port, required(inputs, at));
    let (subject, pattern) = (text_of("text", 0)?, text_of("pattern", 1)?);
    let flags = given(inputs, 2).map_or(Ok(""), flags)?;
    let refused = |problem| malformed("pattern", "a regular expression", problem);
    let pattern = Pattern::new(pattern, flags).map_err(refused)?;
    let groups = pattern.groups(subject).map_err(refused)?;
    outputs([
        Value::Bool(groups.is_some()),
        Value::List(Arc::new(groups.unwrap_or_default())),
    ])
}

fn flags(value: &Value) -> Result<&str, Fault> {
    let flags = text("flags", value)?;
    if flags.chars().all(|flag| "imsx".contains(flag)) && flags.len() <= 4 {
        return Ok(flags);
    }
    Err(out_of_range("flags", "letters out of 'imsx'", value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn what_makes_others_backtrack_for_ever_is_matched_at_once() {
        let pattern = Pattern::new("^(a+)+$", "").unwrap();
        assert_eq!(pattern.is_match(&format!("{}!", "a".repeat(100_000))), Ok(false));
        assert!(Pattern::new("((a{100}){100}){100}", "").is_err());
        assert!(Pattern::new(&"(".repeat(900), "").is_err());
        assert!(Pattern::new(&"()".repeat(101), "").is_err());
    }

    #[test]
    fn a_bad_pattern_is_explained_in_one_line() {
        let problem = Pattern::new("a(b", "").map(|_| ()).unwrap_err();
        assert_eq!(problem, "unclosed group");
    }

    #[test]
    fn groups_are_those_of_the_first_match() {
        let inputs = [
            Some(Value::text("x=1, y=22")),
            Some(Value::text(r"([a-z])=(\d\d)|(z)")),
            None,
        ];
        let groups = vec![Value::text("y"), Value::text("22"), Value::Null];
        let found = validate(&inputs).unwrap();
        assert_eq!(found[1], Some(Value::List(Arc::new(groups))));
    }
}
