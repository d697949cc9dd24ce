//! Patterns of paths: `*` stands for any part of one name, `**` for any number of whole names.

mod index;

pub use index::PatternIndex;

/// A pattern such as `sensors/**` or `*/temperature`.
///
/// ```
/// use bassline_core::Pattern;
/// let pattern = Pattern::new("sensors/**/peak*");
/// assert!(pattern.matches("sensors/peak") && pattern.matches("sensors/home/kitchen/peak-2"));
/// assert!(!pattern.matches("sensors/home/low"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// Backtracks to the last `**` only, so that it is quadratic at worst, and a step however many there are.
fn names_match<'a>(
    mut pattern: impl Iterator<Item = &'a str> + Clone,
    mut path: impl Iterator<Item = &'a str> + Clone,
) -> bool {
    let mut star = None;
    loop {
        let mut rest = pattern.clone();
        match rest.next() {
            Some("**") => {
                star = Some((rest.clone(), path.clone()));
                pattern = rest;
                continue;
            }
            Some(name) => {
                let mut left = path.clone();
                if let Some(part) = left.next()
                    && name_matches(name.as_bytes(), part.as_bytes())
                {
                    (pattern, path) = (rest, left);
                    continue;
                }
            }
            None if path.clone().next().is_none() => return true,
            None => {}
        }
        let Some((after, taken)) = &mut star else { return false };
        if taken.next().is_none() {
            return false;
        }
        (pattern, path) = (after.clone(), taken.clone());
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
            ("**/a/**/b", "a/x/a/c/b", true),
            ("**/a/**/b", "b/a/c", false),
            ("**/a/*", "a/a/a/b", true),
            ("a/**/**", "a", true),
            ("a/**/**/b", "a", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn any_number_of_double_stars_neither_overflows_the_stack_nor_takes_for_ever() {
        let many = Pattern::new(&format!("{}x", "**/".repeat(100_000)));
        assert!(many.matches("a/b/x") && !many.matches("a/b/y"));
        let between = Pattern::new(&format!("{}x", "**/a/".repeat(20)));
        assert!(!between.matches(&["a"; 200].join("/")));
    }
}
