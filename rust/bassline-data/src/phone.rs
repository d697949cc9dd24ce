//! `data.validate-phone`: numbers of the international plan (ITU-T E.164), and national ones of some countries.

use crate::entry::{Answer, bounded_text, given, outputs, required};
use bassline_core::argument::{out_of_range, text};
use bassline_core::{Content, Fault, Value};

/// How a country dials.
struct Country {
    name: &'static str,
    calling: &'static str,
    /// What stands before a national number at home.
    trunk: &'static str,
    /// The lengths of national numbers, and the digits that one may begin with.
    lengths: std::ops::RangeInclusive<usize>,
    first: &'static str,
}

/// Of the North American plan, the exchange is looked at too.
const NORTH_AMERICA: &str = "1";

const COUNTRIES: &[Country] = &[
    country("US", NORTH_AMERICA, "1", 10..=10, "23456789"),
    country("UK", "44", "0", 9..=10, "1235789"),
    country("DE", "49", "0", 5..=13, "123456789"),
    country("FR", "33", "0", 9..=9, "123456789"),
];

const fn country(
    name: &'static str,
    calling: &'static str,
    trunk: &'static str,
    lengths: std::ops::RangeInclusive<usize>,
    first: &'static str,
) -> Country {
    Country {
        name,
        calling,
        trunk,
        lengths,
        first,
    }
}

/// Whether it is one, how it is written internationally, and what is wrong with it if not.
pub(crate) fn validate(inputs: &[Content]) -> Answer {
    let phone = bounded_text("phone", required(inputs, 0))?;
    let country = given(inputs, 1).map_or(Ok(&COUNTRIES[0]), known)?;
    match formatted(phone, country) {
        Ok(number) => outputs([Value::Bool(true), Value::text(&number), Value::Null]),
        Err(problem) => outputs([Value::Bool(false), Value::Null, Value::text(&problem)]),
    }
}

fn known(value: &Value) -> Result<&'static Country, Fault> {
    let name = text("country", value)?;
    let country = COUNTRIES.iter().find(|country| country.name == name.as_str());
    country.ok_or_else(|| out_of_range("country", "'US', 'UK', 'DE' or 'FR'", value))
}

fn formatted(phone: &str, country: &Country) -> Result<String, String> {
    let (is_international, rest) = match phone.trim().strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, phone.trim()),
    };
    if let Some(found) = rest.chars().find(|c| !c.is_ascii_digit() && !" -./()".contains(*c)) {
        return Err(format!(
            "expected digits, and between them spaces and - . / ( ), found {found:?}"
        ));
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    if !is_international {
        let national = digits.strip_prefix(country.trunk).unwrap_or(&digits);
        check(national, country)?;
        return Ok(format!("+{}{national}", country.calling));
    }
    match COUNTRIES.iter().find(|country| digits.starts_with(country.calling)) {
        Some(country) => check(&digits[country.calling.len()..], country)?,
        None if !(7..=15).contains(&digits.len()) => {
            return Err(format!("expected 7 to 15 digits after the +, found {}", digits.len()));
        }
        None if digits.starts_with('0') => {
            return Err("expected the code of a country after the +, found 0".to_owned());
        }
        None => {}
    }
    Ok(format!("+{digits}"))
}

fn check(national: &str, country: &Country) -> Result<(), String> {
    let name = country.name;
    if !country.lengths.contains(&national.len()) {
        let (least, most) = (country.lengths.start(), country.lengths.end());
        let range = if least == most {
            least.to_string()
        } else {
            format!("{least} to {most}")
        };
        return Err(format!(
            "expected {range} digits in a national number of {name}, found {}",
            national.len()
        ));
    }
    let begins = |at: usize| national[at..].starts_with(|c| country.first.contains(c));
    if !begins(0) || (country.calling == NORTH_AMERICA && !begins(3)) {
        return Err(format!(
            "expected a number that is given out in {name}, found {national}, which begins as none does"
        ));
    }
    Ok(())
}
