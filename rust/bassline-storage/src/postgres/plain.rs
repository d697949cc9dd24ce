//! Texts as `PostgreSQL` takes them. It takes no NUL, and we take any: a NUL stands as U+10FFFE and `0`, and that character, which is none
//! that anybody writes, as itself and `1`. Every other text stands as it is.

use std::borrow::Cow;

const MARK: char = '\u{10fffe}';

/// A text without NULs.
pub(crate) fn to_plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => plain.extend([MARK, '0']),
            MARK => plain.extend([MARK, '1']),
            other => plain.push(other),
        }
    }
    Cow::Owned(plain)
}

/// The text that was made plain.
pub(crate) fn from_plain(plain: &str) -> Cow<'_, str> {
    if !plain.contains(MARK) {
        return Cow::Borrowed(plain);
    }
    let mut text = String::with_capacity(plain.len());
    let mut characters = plain.chars();
    while let Some(character) = characters.next() {
        match (character, (character == MARK).then(|| characters.next()).flatten()) {
            (MARK, Some('0')) => text.push('\0'),
            (MARK, _) => text.push(MARK),
            (other, _) => text.push(other),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_stands_without_nul() {
        for text in [
            "",
            "plain",
            "\0",
            "a\0b\0",
            "\u{10fffe}",
            "\u{10fffe}0",
            "\0\u{10fffe}1\0",
            "日本 𝄞",
        ] {
            let plain = to_plain(text);
            assert!(!plain.contains('\0'));
            assert_eq!(from_plain(&plain), text);
        }
        assert!(matches!(to_plain("shop/price"), Cow::Borrowed(_)));
    }
}
