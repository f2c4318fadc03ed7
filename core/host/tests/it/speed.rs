//! Prints what the host costs. Not a limit: the machine may be busy. `cargo test -p closare-host speed -- --nocapture`

use crate::guests::{self, format, listening, opening};
use closare_host::SttInput;
use closare_terms::Millis;
use std::time::{Duration, Instant};

#[test]
fn speed() {
    let Some(folder) = guests::folder("echo") else { return };
    let began = Instant::now();
    let plugin = guests::host().load(&folder).unwrap();
    let load = began.elapsed();
    let instantiate = each(200, || drop(plugin.stt_sync(opening(), format(), listening("x")).unwrap()));
    let (mut ear, _, _) = plugin.stt_sync(opening(), format(), listening("x")).unwrap();
    let mut at = 0;
    let frame = each(5_000, || {
        at += 20;
        drop(ear.call(SttInput::Audio { at: Millis(at), bytes: vec![0; 640] }).unwrap());
    });
    println!("load {load:?}, instantiate and open {instantiate:?}, a frame of 20 ms at 16 kHz {frame:?}");
}

fn each(times: u32, mut what: impl FnMut()) -> Duration {
    let began = Instant::now();
    (0..times).for_each(|_| what());
    began.elapsed() / times
}
