//! `data.validate-url`: an absolute URL as RFC 3986 has it, which is ASCII; `http` and `https` need a host.

use crate::entry::{Answer, bounded_text, outputs, required};
use bassline_core::{Content, Map, Value};
use core::net::Ipv6Addr;
use std::sync::Arc;

const UNRESERVED: &str = "-._~";
const SUB_DELIMITERS: &str = "!$&'()*+,;=";

/// Whether it is one, its parts, and what is wrong with it if not.
pub(crate) fn validate(inputs: &[Content]) -> Answer {
    match parts(bounded_text("url", required(inputs, 0))?) {
        Ok(parsed) => outputs([Value::Bool(true), parsed, Value::Null]),
        Err(problem) => outputs([Value::Bool(false), Value::Null, Value::text(&problem)]),
    }
}

fn parts(url: &str) -> Result<Value, String> {
    let (scheme, rest) = url
        .split_once(':')
        .ok_or("expected a scheme such as https: in front, found no :")?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme) {
        return Err(format!(
            "expected a scheme of letters, digits, + - and ., found '{}'",
            short(scheme)
        ));
    }
    let scheme = scheme.to_ascii_lowercase();
    let (rest, hash) = cut(rest, '#');
    let (rest, search) = cut(rest, '?');
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest
            .find('/')
            .map_or((Some(rest), ""), |at| (Some(&rest[..at]), &rest[at..])),
        None => (None, rest),
    };
    let (host, port) = authority.map_or(Ok((String::new(), Value::Null)), host_and_port)?;
    if host.is_empty() && matches!(scheme.as_str(), "http" | "https") {
        return Err(format!("expected a host, as in {scheme}://example.com/, found none"));
    }
    check("path", path, ":@/")?;
    check("query", search, ":@/?")?;
    check("fragment", hash, ":@/?")?;
    let with = |mark: &str, part: &str| match part {
        "" => Value::text(""),
        some => Value::text(&format!("{mark}{some}")),
    };
    Ok(Value::Map(Arc::new(Map::new(vec![
        ("protocol".into(), Value::text(&format!("{scheme}:"))),
        ("hostname".into(), Value::text(&host)),
        ("port".into(), port),
        ("pathname".into(), Value::text(path)),
        ("search".into(), with("?", search)),
        ("hash".into(), with("#", hash)),
    ]))))
}

fn cut(text: &str, mark: char) -> (&str, &str) {
    text.split_once(mark).unwrap_or((text, ""))
}

fn host_and_port(authority: &str) -> Result<(String, Value), String> {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    check("user", user, ":")?;
    let (host, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest
                .split_once(']')
                .ok_or("expected ] behind an address of IPv6, found none")?;
            if address.parse::<Ipv6Addr>().is_err() {
                return Err(format!(
                    "expected an address of IPv6 between [ and ], found '{}'",
                    short(address)
                ));
            }
            let port = match port.strip_prefix(':') {
                Some(port) => port,
                None if port.is_empty() => port,
                None => return Err(format!("expected : and a port behind ], found '{}'", short(port))),
            };
            (format!("[{address}]"), port)
        }
        None => {
            let (host, port) = host.split_once(':').unwrap_or((host, ""));
            check("host", host, "")?;
            (host.to_owned(), port)
        }
    };
    let port = match port {
        "" => Value::Null,
        digits => match digits.parse::<u16>() {
            Ok(port) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Value::Int(i64::from(port)),
            _ => return Err(format!("expected a port from 0 to 65535, found '{}'", short(digits))),
        },
    };
    Ok((host.to_ascii_lowercase(), port))
}

/// Whether a part holds nothing but what it may, and percent signs before two hexadecimal digits.
fn check(name: &str, part: &str, more: &str) -> Result<(), String> {
    let mut characters = part.chars();
    while let Some(character) = characters.next() {
        if character == '%' {
            if !(characters.next().is_some_and(|c| c.is_ascii_hexdigit())
                && characters.next().is_some_and(|c| c.is_ascii_hexdigit()))
            {
                return Err(format!("expected two hexadecimal digits behind each % of the {name}"));
            }
        } else if !character.is_ascii_alphanumeric()
            && !UNRESERVED.contains(character)
            && !SUB_DELIMITERS.contains(character)
            && !more.contains(character)
        {
            return Err(format!(
                "expected ASCII that may stand in the {name}, found {character:?}; write it as % and hexadecimal digits"
            ));
        }
    }
    Ok(())
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
