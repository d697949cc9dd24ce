//! Patterns of paths: `*` stands for any part of one name, `**` for any number of whole names.

use std::str::Split;

/// A pattern such as `sensors/**` or `*/temperature`.
///
/// ```
/// use bassline_core::Pattern;
/// let pattern = Pattern::new("sensors/**/peak*");
/// assert!(pattern.matches("sensors/peak") && pattern.matches("sensors/home/kitchen/peak-2"));
/// assert!(!pattern.matches("sensors/home/low"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern of that text.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether a path is of this pattern.
    pub fn matches(&self, path: &str) -> bool {
        self.0 == path || self.0 == "**" || names_match(self.0.split('/'), path.split('/'))
    }

    /// The path itself, if the pattern has no wildcard.
    pub fn as_path(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(&self.0)
    }
}

fn names_match(mut pattern: Split<'_, char>, mut path: Split<'_, char>) -> bool {
    loop {
        match pattern.next() {
            None => return path.next().is_none(),
            Some("**") => {
                let rest = pattern;
                return std::iter::once(path.clone())
                    .chain(std::iter::from_fn(|| path.next().map(|_| path.clone())))
                    .any(|path| names_match(rest.clone(), path));
            }
            Some(name) => match path.next() {
                Some(part) if name_matches(name.as_bytes(), part.as_bytes()) => {}
                _ => return false,
            },
        }
    }
}

/// One name against one pattern of a name: backtracks to the last `*` only, so that it is quadratic at worst.
fn name_matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, n));
            p += 1;
        } else if pattern.get(p) == Some(&name[n]) {
            p += 1;
            n += 1;
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            p = at + 1;
            n = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_inside_names_and_double_stars_cross_them() {
        for (pattern, path, expected) in [
            ("a", "a", true),
            ("a", "a/b", false),
            ("*", "a", true),
            ("*", "a/b", false),
            ("a/*", "a/b", true),
            ("a/**", "a/b/c", true),
            ("a/**", "a", true),
            ("**/c", "a/b/c", true),
            ("**/c", "c", true),
            ("a*b*c", "aXbYbc", true),
            ("a*b*c", "aXbY", false),
            ("**", "", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(path), expected, "{pattern} on {path}");
        }
    }
}
