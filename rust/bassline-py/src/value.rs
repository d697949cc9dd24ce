//! Values across the border: exact types first, copied in both directions, so that neither side can change the other's.

mod codec;
mod constant;
mod from_python;
mod interval;
mod nothing;
mod opaque;
mod to_python;
mod undecoded;

pub(crate) use constant::Const;
pub(crate) use from_python::{to_attributes, to_content, to_value};
pub(crate) use interval::Interval;
pub(crate) use nothing::Nothing;
pub(crate) use to_python::{content_to_python, to_python};
pub(crate) use undecoded::Undecoded;
