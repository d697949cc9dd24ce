//! The journal against a list kept outside of it: of what was accepted, what was acknowledged, and nothing else.

mod concurrency;
mod crash;
mod damage;
mod faults;
mod model;
mod plain;
mod scenario;
