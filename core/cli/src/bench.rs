//! What `closare bench` measures with: a vendor and callers of this process's own, and figures held against their limits.

pub mod engine;
pub mod figures;
pub mod machine;
pub mod phone;
pub mod round;
pub mod vendor;
