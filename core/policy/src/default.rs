use crate::Policy;

/// The shipped policy, which answers every decision point: `policies/eu-default.rhai`.
pub fn eu_default() -> Policy {
    Policy::compile("eu-default.rhai", include_str!("../policies/eu-default.rhai"))
        .expect("the shipped policy compiles, which a test proves")
}
