//! The ready-made workflows pass the check without a word.

use crate::catalog::catalog;
use closare_workflow::{BlockId, Do, read};

const FRONT_DESK: &str = include_str!("../../../../workflows/front-desk.yaml");
const NIGHT_LINE: &str = include_str!("../../../../workflows/night-line.yaml");
const BOOKING: &str = include_str!("../../../../workflows/booking.yaml");

#[test]
fn ready_made_workflows_are_clean() {
    for text in [FRONT_DESK, NIGHT_LINE, BOOKING] {
        let reading = read(text, &catalog());
        assert_eq!(reading.findings, [], "{:#?}", reading.findings);
        assert!(reading.workflow.is_some());
    }
}

#[test]
fn front_desk_is_what_it_says() {
    let workflow = read(FRONT_DESK, &catalog()).workflow.expect("no errors");
    assert_eq!(workflow.name, "front-desk");
    assert_eq!(workflow.uses.stt[0].plugin, "offline-stt");
    assert_eq!(workflow.contacts["reception"].to, "+442079460000");
    let main: Vec<&str> =
        workflow.blocks[BlockId::MAIN.0 as usize].iter().map(|step| step.id.as_str()).collect();
    assert_eq!(main, ["steps.1", "steps.2", "steps.3", "steps.4", "steps.5"]);
    let Do::Route(route) = &workflow.blocks[0][4].does else { panic!("expected a route") };
    assert_eq!(route.to.keys().collect::<Vec<_>>(), ["book", "cancel", "emergency"]);
    assert!(route.otherwise.is_some());
    let names: Vec<&str> = workflow.anytime.branches.iter().map(|branch| branch.name.as_str()).collect();
    assert_eq!(names, ["human", "are_you_a_machine", "stop_recording", "repeat", "slower", "goodbye"]);
    assert!(workflow.anytime.branches.iter().all(|branch| branch.examples.len() >= 8));
    assert!(workflow.anytime.help.is_some() && workflow.anytime.keys.contains_key(&'0'));
}
