//! The page as a browser and a stranger meet it: over the wire, with real live events and a real store.

mod door;
mod house;
mod kept;
mod live;
