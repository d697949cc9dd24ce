//! What a word of YAML without quotes means: what YAML 1.1 says, as most of its readers do, but for what would surprise, which is
//! refused: dates, and numbers to the base 60.

use bassline_core::Value;

/// The value of a plain scalar, or why it is refused.
pub(crate) fn value(word: &str) -> Result<Value, String> {
    Ok(match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        "<<" | "=" => {
            return Err(format!(
                "{word} means something to YAML, and is no value here; put it in quotes"
            ));
        }
        _ if is_infinity(word) => Value::Float(if word.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }),
        _ if !word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => Value::text(word),
        _ if is_base_60(word) => {
            return Err(format!(
                "YAML reads {word} as a number to the base 60; put it in quotes"
            ));
        }
        _ if is_date(word) => return Err(format!("YAML reads {word} as a date; put it in quotes")),
        _ if is_float(word) => match word.replace('_', "").parse::<f64>() {
            Ok(float) if float.is_finite() => Value::Float(float),
            _ => return Err(format!("{word} does not fit a 64-bit float")),
        },
        _ => match int(word) {
            Some(Ok(int)) => Value::Int(int),
            Some(Err(())) => {
                return Err(format!(
                    "{word} does not fit a 64-bit integer; write it with a decimal point, or in quotes"
                ));
            }
            None => Value::text(word),
        },
    })
}

fn unsigned(word: &str) -> &str {
    word.strip_prefix(['-', '+']).unwrap_or(word)
}

fn is_infinity(word: &str) -> bool {
    matches!(unsigned(word), ".inf" | ".Inf" | ".INF")
}

/// The number of a word that is an int, if it has 64 bits.
fn int(word: &str) -> Option<Result<i64, ()>> {
    let of = |digits: &str, base: u32| {
        let is_digit = |c: char| c == '_' || c.is_digit(base);
        (!digits.is_empty() && digits.chars().all(is_digit)).then_some(base)
    };
    let body = unsigned(word);
    let (digits, base) = if let Some(digits) = body.strip_prefix("0b") {
        (digits, of(digits, 2)?)
    } else if let Some(digits) = body.strip_prefix("0x") {
        (digits, of(digits, 16)?)
    } else if body.len() > 1 && body.starts_with('0') {
        (body, of(&body[1..], 8)?)
    } else if body.starts_with('_') {
        return None;
    } else {
        (body, of(body, 10)?)
    };
    let sign = if word.starts_with('-') { "-" } else { "" };
    let digits = format!("{sign}{}", digits.replace('_', ""));
    Some(i64::from_str_radix(&digits, base).map_err(|_| ()))
}

/// Digits and underscores, a digit first, a point, digits and underscores; or a point first, without a sign.
fn is_float(word: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || c == '_';
    let (body, exponent) = match word.split_once(['e', 'E']) {
        Some((body, exponent)) => (body, Some(exponent)),
        None => (word, None),
    };
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let Some((whole, fraction)) = body.split_once('.') else {
        return false;
    };
    let begins = |digits: &str| digits.starts_with(|c: char| c.is_ascii_digit());
    is_exponent
        && fraction.chars().all(is_digit)
        && match whole {
            "" => begins(fraction),
            whole => begins(unsigned(whole)) && unsigned(whole).chars().all(is_digit),
        }
}

/// Minutes and seconds: digits, and from 0 to 59 behind each colon, perhaps with a fraction.
fn is_base_60(word: &str) -> bool {
    let (whole, fraction) = unsigned(word).split_once('.').unwrap_or((unsigned(word), ""));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let is_first = first.starts_with(|c: char| c.is_ascii_digit())
        && first.chars().all(|c| c.is_ascii_digit() || c == '_')
        && (word.contains('.') || !first.starts_with('0'));
    let is_part = |part: &str| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        digits && (part.len() == 1 || (part.len() == 2 && part.as_bytes()[0] < b'6'))
    };
    let mut parts = parts.peekable();
    parts.peek().is_some() && is_first && parts.all(is_part) && fraction.chars().all(|c| c.is_ascii_digit() || c == '_')
}

/// A date, perhaps with a time.
fn is_date(word: &str) -> bool {
    let mut rest = word;
    let mut digits = |least: usize, most: usize, behind: &str| -> Option<usize> {
        let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        rest = rest[count..].strip_prefix(behind)?;
        (count >= least).then_some(count)
    };
    let day = (|| Some((digits(4, 4, "-")?, digits(1, 2, "-")?, digits(1, 2, "")?)))();
    let Some((_, month, day)) = day else { return false };
    if rest.is_empty() {
        return month == 2 && day == 2;
    }
    let time = rest
        .strip_prefix(['T', 't'])
        .unwrap_or_else(|| rest.trim_start_matches([' ', '\t']));
    if time.len() == rest.len() {
        return false;
    }
    rest = time;
    let mut digits = |least: usize, most: usize, behind: &str| -> Option<usize> {
        let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        rest = rest[count..].strip_prefix(behind)?;
        (count >= least).then_some(count)
    };
    if (|| Some((digits(1, 2, ":")?, digits(2, 2, ":")?, digits(2, 2, "")?)))().is_none() {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let zone = rest.trim_start_matches([' ', '\t']);
    if rest.is_empty() || zone == "Z" {
        return true;
    }
    let Some(zone) = zone.strip_prefix(['-', '+']) else {
        return false;
    };
    let (hours, minutes) = zone
        .split_once(':')
        .map_or((zone, "00"), |(hours, minutes)| (hours, minutes));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (1..=2).contains(&hours.len()) && minutes.len() == 2 && are_digits(hours) && are_digits(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_yaml_says() {
        for (word, expected) in [
            ("0x1F", Value::Int(31)),
            ("010", Value::Int(8)),
            ("1_000", Value::Int(1000)),
            ("-0b11", Value::Int(-3)),
            ("0", Value::Int(0)),
            ("08", Value::text("08")),
            ("1e3", Value::text("1e3")),
            ("1.0e+3", Value::Float(1000.0)),
            ("1.", Value::Float(1.0)),
            (".5", Value::Float(0.5)),
            ("-.5", Value::text("-.5")),
            ("-", Value::text("-")),
            (".", Value::text(".")),
            ("1.2.3", Value::text("1.2.3")),
            ("on", Value::Bool(true)),
            ("y", Value::text("y")),
            ("2001-1-1", Value::text("2001-1-1")),
            ("-.inf", Value::Float(f64::NEG_INFINITY)),
        ] {
            assert_eq!(value(word), Ok(expected), "{word}");
        }
        for word in [
            "1:30",
            "1:30.5",
            "2001-01-01",
            "2001-1-1 1:00:00 +2",
            "9223372036854775808",
            "1.0e+999",
            "=",
        ] {
            assert!(value(word).is_err(), "{word}");
        }
    }
}
