//! Attacks on the machine that the plugin runs on.

use closare_plugin::Note;
use closare_plugin::language_model::{Job, Output};
use std::hint::black_box;

pub fn forever() -> Vec<Output> {
    let mut number = 1u32;
    loop {
        number = black_box(number.wrapping_mul(3));
    }
}

pub fn recursion() -> Vec<Output> {
    notes(deeper(black_box(1)) as usize)
}

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let below = if black_box(depth) == 0 { depth } else { deeper(depth + 1) };
    black_box(below).wrapping_add(depth)
}

pub fn memory() -> Vec<Output> {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(Vec::with_capacity(1 << 20));
        black_box(&kept);
    }
}

pub fn outputs(job: Job) -> Vec<Output> {
    (0..1_000).map(|number| Output::Token((job, number.to_string()))).collect()
}

/// One word of eight megabytes.
pub fn giant(job: Job) -> Vec<Output> {
    vec![Output::Token((job, "A".repeat(8 << 20)))]
}

pub fn notes(count: usize) -> Vec<Output> {
    (0..count).map(|number| Output::Note(Note::warn(format!("note {number}")))).collect()
}
