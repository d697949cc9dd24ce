//! `data.validate-email`: an address as a form of the web takes it, which is the definition of the HTML standard ("valid e-mail
//! address"), with the lengths that mail itself allows (RFC 5321: 64 bytes before the `@`, 254 in all).

use crate::entry::{Answer, bounded_text, outputs, required};
use bassline_core::{Content, Value};

/// Whether it is one, and what is wrong with it if not.
pub(crate) fn validate(inputs: &[Content]) -> Answer {
    let problem = problem(bounded_text("email", required(inputs, 0))?);
    let said = problem.as_deref().map_or(Value::Null, Value::text);
    outputs([Value::Bool(problem.is_none()), said])
}

fn problem(email: &str) -> Option<String> {
    let Some((local, domain)) = email.split_once('@') else {
        return Some("expected an address such as name@example.com, found no @".to_owned());
    };
    let is_local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    if local.is_empty() {
        return Some("expected a name before the @, found none".to_owned());
    }
    if let Some(found) = local.chars().find(|&c| !is_local(c)) {
        return Some(format!(
            "expected letters, digits and .!#$%&'*+/=?^_`{{|}}~- before the @, found {found:?}"
        ));
    }
    if email.len() > 254 || local.len() > 64 {
        return Some(format!(
            "expected at most 64 characters before the @ and 254 in all, found {} and {}",
            local.len(),
            email.chars().count()
        ));
    }
    domain.split('.').find_map(label_problem)
}

/// What is wrong with a part of a domain between dots.
fn label_problem(label: &str) -> Option<String> {
    if label.is_empty() {
        return Some("expected a domain of parts between single dots, found an empty part".to_owned());
    }
    if let Some(found) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        return Some(format!("expected letters, digits and - in the domain, found {found:?}"));
    }
    if label.len() > 63 {
        return Some(format!(
            "expected at most 63 characters between the dots of the domain, found {}",
            label.len()
        ));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Some(format!(
            "expected a part of the domain that neither begins nor ends with -, found '{label}'"
        ));
    }
    None
}
