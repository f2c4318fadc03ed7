mod ground;
mod random;
mod takeover;
