//! A cassette is one exchange of a plugin with its vendor, kept in a file that people read: what was handed in, what the plugin
//! asked of the network and what came of it, and what it told. A plugin does no I/O, so the list is the whole of it:
//! [`play`] hands the same things to the component and finds the first difference, without a network.
//!
//! [`record`] makes one against the real vendor. It has a text or a sound file to hand in and no other source: nothing of a
//! live call can get into a cassette. Secrets are put into requests behind what is kept here (in `closare-egress`), and are
//! cut out of answers that repeat them.

mod came;
mod diff;
mod effect;
mod error;
mod file;
pub mod given;
mod place;
mod play;
mod record;
mod secrets;
mod session;
mod sound;
mod task;
mod told;
mod yaml;

pub use error::Error;
pub use file::{Cassette, in_folder};
pub use play::{Difference as Differs, Played, play};
pub use record::{Recording, record};
pub use secrets::Secrets;
pub use sound::{in_frames, sound_beside};
