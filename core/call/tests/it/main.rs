mod ground;
mod random;
