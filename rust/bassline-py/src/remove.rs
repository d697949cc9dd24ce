//! Removing from Python.

use crate::argument::Word;
use crate::error::ValueTypeError;
use crate::handle::{Contact, Gadget, GroupHandle, Wire, read_network};
use crate::link::Link;
use crate::network::Network;
use crate::tick;
use pyo3::prelude::*;
use pyo3::types::PyString;

#[pymethods]
impl Network {
    fn _remove(&self, py: Python<'_>, what: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(contact) = what.cast_exact::<Contact>() {
            self.refuse_foreign(&contact.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_contact(contact.get().id));
        }
        if let Ok(gadget) = what.cast_exact::<Gadget>() {
            self.refuse_foreign(&gadget.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_gadget(gadget.get().id));
        }
        if let Ok(wire) = what.cast_exact::<Wire>() {
            self.refuse_foreign(&wire.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_wire(wire.get().id));
        }
        if let Ok(link) = what.cast_exact::<Link>() {
            self.refuse_foreign(&link.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_link(link.get().id));
        }
        if let Ok(group) = what.cast_exact::<GroupHandle>() {
            self.refuse_foreign(&group.get().shared)?;
            return tick::tick(py, &self.shared, |network| network.remove_group(group.get().id));
        }
        if !what.is_instance_of::<PyString>() {
            let kind = what.get_type().name()?;
            return Err(ValueTypeError::new_err(format!(
                "remove takes a path or the handle of a contact, group, gadget, wire or link; found {kind}"
            )));
        }
        let path: Word<'_> = what.extract()?;
        let known = read_network(py, &self.shared, |network| {
            let root = network.root();
            let found = network.find_contact(root, &path).is_ok() || network.find_group(root, &path).is_ok();
            Ok(!path.is_empty() && (found || network.find_gadget(root, &path).is_ok()))
        })?;
        if !known {
            return Err(Network::unknown(format!(
                "no contact, group or gadget '{}'; net.contacts, net.groups and net.gadgets list what there is",
                &*path
            )));
        }
        tick::tick(py, &self.shared, |network| {
            let root = network.root();
            if let Ok(id) = network.find_contact(root, &path) {
                network.remove_contact(id)
            } else if let Ok(id) = network.find_group(root, &path) {
                network.remove_group(id)
            } else {
                network
                    .find_gadget(root, &path)
                    .and_then(|id| network.remove_gadget(id))
            }
        })
    }
}
