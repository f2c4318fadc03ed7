//! The command as a person uses it: the real binary, in a home of its own, its whole output in the test.

mod bench;
mod check;
mod person;
mod plugin_new;
mod plugin_sockets;
mod plugins;
mod store;
mod usage;
