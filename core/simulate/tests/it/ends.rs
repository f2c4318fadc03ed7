//! A call may be cut at any moment, by anybody: it always closes once, and tells what it knows.

use crate::kit::{policies, workflow};
use closare_call::{Effect, Ended, Event, Party};
use closare_simulate::{Act, Logged, Match, Scenario, Talk, Words, World, setup};
use closare_terms::Millis;

const BOOKS: &str = r#"
closare: 1
name: books
languages: [en]
data: {recording: with_consent}
contacts: {desk: "+442079460000"}
steps:
  - disclose
  - consent: {for: recording}
  - summarize
  - collect:
      name: {type: name, ask: "What is your name?"}
      day: {type: date, ask: "Which day would you like to come?", confirm: always}
  - say: "Thank you, {name}."
  - transfer: {to: desk, say: "I'm connecting you."}
"#;

fn world() -> World {
    let workflow = workflow(BOOKS);
    let policies = policies();
    let say = |text: &str| Act::Say(Words { text: text.to_owned(), means: None });
    let hear = |text: &str| Act::Hear(Match::Contains(text.to_owned()));
    let talk = vec![
        Act::Hear(Match::Disclosure),
        Act::Press("1".to_owned()),
        hear("your name"),
        say("Ann Reed."),
        hear("Which day"),
        say("Next Friday."),
        hear("Is that right"),
        say("Yes."),
    ];
    let judge = Box::new(move |point, facts: &_| policies.ask(point, facts).verdict);
    World::new(workflow.clone(), setup(&Scenario::default(), &workflow), judge).with_talk(Talk::from(talk))
}

fn effects(world: &World) -> impl Iterator<Item = (Millis, &Effect)> {
    world.log.iter().filter_map(|moment| match &moment.what {
        Logged::Effect(effect) => Some((moment.at, effect)),
        Logged::Event(_) => None,
    })
}

fn ended(world: &World) -> Option<(Millis, Ended)> {
    effects(world).find_map(|(at, effect)| match effect {
        Effect::Closed { ended, .. } => Some((at, *ended)),
        _ => None,
    })
}

/// Plays the call with this event at every quarter of a second of it.
fn at_every_moment(event: Event, check: impl Fn(Millis, &World)) {
    let mut whole = world();
    assert!(whole.run(Millis(120_000)));
    let end = whole.now;
    assert_eq!(ended(&whole).map(|(_, ended)| ended), Some(Ended::Transferred));
    for at in (0..end.0).step_by(250).map(Millis) {
        let mut world = world();
        world.tell_at(at, event.clone());
        assert!(world.run(Millis(240_000)), "cut at {at}, the call has not ended");
        check(at, &world);
    }
}

#[test]
fn the_caller_hangs_up() {
    at_every_moment(Event::LegEnded { by: Party::Caller }, |at, world| {
        let (closed, _) = ended(world).expect("an end");
        assert!(closed.since(at) < Millis(3_000), "hung up at {at}, closed at {closed}");
        let said = effects(world).any(|(_, effect)| matches!(effect, Effect::Turn(_)));
        let asked = effects(world).any(|(_, effect)| matches!(effect, Effect::Consented(_)));
        let summed = effects(world).any(|(_, effect)| matches!(effect, Effect::Summary { .. }));
        assert_eq!(summed, said && asked, "hung up at {at}");
        let after =
            effects(world).filter(|(_, effect)| matches!(effect, Effect::Say { .. })).map(|(said, _)| said);
        assert!(after.max().is_none_or(|last| last <= at), "something is said to nobody");
    });
}

#[test]
fn the_operator_stops_the_agent() {
    at_every_moment(Event::Stop, |at, world| {
        let over = effects(world)
            .find(|(_, effect)| matches!(effect, Effect::Hangup { .. } | Effect::Refuse { .. }))
            .map(|(over, _)| over)
            .expect("a hang-up");
        assert!(over.since(at) <= Millis(2_000), "stopped at {at}, over at {over}");
    });
}

#[test]
fn the_line_is_lost() {
    at_every_moment(Event::LegEnded { by: Party::Network }, |at, world| {
        assert!(ended(world).is_some(), "lost at {at}");
    });
}

/// A disclosure that was not played to its last sample counts for nothing, and plays again.
#[test]
fn a_lost_disclosure_plays_again() {
    for at in (100..4_900).step_by(400).map(Millis) {
        let mut world = world();
        world.lose_at(at);
        assert!(world.run(Millis(120_000)));
        let disclosed: Vec<Millis> = effects(&world)
            .filter(|(_, e)| matches!(e, Effect::Disclosed { .. }))
            .map(|(at, _)| at)
            .collect();
        assert_eq!(disclosed.len(), 1);
        assert!(disclosed[0] > at + Millis(4_800), "lost at {at}, disclosed at {}", disclosed[0]);
        assert_eq!(ended(&world).map(|(_, ended)| ended), Some(Ended::Transferred));
    }
    let mut dead = world();
    for at in (0..20).map(|second| Millis(100 + second * 1_000)) {
        dead.lose_at(at);
    }
    assert!(dead.run(Millis(120_000)));
    assert_eq!(ended(&dead).map(|(_, ended)| ended), Some(Ended::Failed), "no line to talk on");
}
