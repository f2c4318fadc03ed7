mod ground;
mod heard;
mod random;
mod shown;
mod takeover;
