//! Test calls in virtual time: a world around the call machine that answers its effects the way the runtime would.
//!
//! [`Scenarios::read`] reads a `NAME.test.yaml`, [`run`] plays one of its calls on a workflow and gives a [`Report`]. Below them,
//! a [`World`] joins one `Call` with a simulated caller, ears, a voice, a model and a person to transfer to, on one clock
//! that jumps from event to event. The same seed gives the same call.
//!
//! A [`Talk`] is what a caller does, as data; it knows nothing of the world, so that a real call can play one, too.

mod caller;
mod ear;
mod expect;
mod faults;
mod line;
mod model;
mod mouth;
mod report;
mod run;
mod scenario;
mod silence;
mod speed;
mod talk;
mod transcript;
mod world;

pub use caller::Missed;
pub use expect::Expect;
pub use faults::{Fault, Faults, How, Often};
pub use report::{Failure, Report};
pub use run::{run, setup};
pub use scenario::{Scenario, ScenarioError, Scenarios};
pub use silence::longest_silence;
pub use speed::{Speed, speed};
pub use talk::{Act, Match, Means, Talk, Words};
pub use transcript::transcript;
pub use world::{Judge, Logged, Moment, World};
