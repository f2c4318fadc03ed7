//! Attacks on what lies outside, by way of the engine.

use crate::{Options, sandbox};
use closare_plugin::Failure;
use closare_plugin::language_model::Output;
use closare_plugin::network::{Effect, Event, Request};

const ASK: u32 = 1;
const AGAIN: u32 = 2;
const WAKE: u32 = 3;

/// Notes at every wake-up, and the next wake-up at once.
pub fn wakes() -> Vec<Output> {
    let mut outputs = sandbox::notes(32);
    outputs.extend((WAKE..WAKE + 32).map(|ticket| net(Effect::Wake((ticket, 0)))));
    outputs
}

pub fn ask(url: &str) -> Vec<Output> {
    vec![net(Effect::Ask(Request::get(url).ticket(ASK)))]
}

/// More at once than the host carries.
pub fn freight(home: &str) -> Vec<Output> {
    let request = Request::post(home).ticket(ASK);
    vec![net(Effect::Ask(request.body("application/octet-stream", vec![0; 20 << 20])))]
}

/// Writes to what it has closed, to what was never open, and closes it again.
pub fn closed(home: &str) -> Vec<Output> {
    let request = Request::post(format!("{home}/slow")).ticket(ASK).streamed();
    vec![
        net(Effect::Ask(request)),
        net(Effect::Close((ASK, 0))),
        net(Effect::More((ASK, vec![0; 1_000]))),
        net(Effect::End(ASK)),
        net(Effect::Text((ASK, "text".to_owned()))),
        net(Effect::Binary((AGAIN, vec![0; 1_000]))),
        net(Effect::Close((ASK, 1_000))),
        net(Effect::Wake((WAKE, 200))),
    ]
}

pub fn redirect(home: &str) -> Vec<Output> {
    vec![net(Effect::Ask(Request::get(format!("{home}/redirect")).ticket(ASK).credential("key")))]
}

/// Where it belongs, and in a body, where it doesn't.
pub fn secret(home: &str) -> Vec<Output> {
    let request = Request::post(format!("{home}/secret")).ticket(ASK).credential("key");
    vec![net(Effect::Ask(request.body("text/plain", TEMPLATE.into())))]
}

const TEMPLATE: &str = "{{secret:HOSTILE_KEY}}";

pub fn told(options: &Options, what: &Event) -> Vec<Output> {
    match (options.does.as_str(), what) {
        ("notes on and on", Event::Woke(ticket)) => {
            let mut outputs = sandbox::notes(32);
            outputs.push(net(Effect::Wake((*ticket, 0))));
            outputs
        }
        ("redirect", Event::Answered(head)) if head.ticket == ASK => {
            let place = head.header("location").unwrap_or_default();
            vec![net(Effect::Ask(Request::get(place).ticket(AGAIN).credential("key")))]
        }
        ("secret", Event::Ended((ASK, _))) => {
            let url = format!("{}/{TEMPLATE}", options.other);
            vec![net(Effect::Ask(Request::get(url).ticket(AGAIN).header("x-key", TEMPLATE)))]
        }
        (_, Event::Woke(_) | Event::Failed(_)) => {
            vec![Output::Failed((None, Failure::Broken("caught".to_owned())))]
        }
        _ => Vec::new(),
    }
}

fn net(effect: Effect) -> Output {
    Output::Net(effect)
}
