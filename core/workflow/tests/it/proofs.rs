//! What the check proves over paths: each test is a few steps, and the lines where something is found.

use crate::catalog::catalog;
use closare_workflow::{Reading, read};

const HEAD: &str = "closare: 1\nname: example\nlanguages: [en]\n";

/// The findings as `code@line`, lines counted from the first of `text`.
fn found(text: &str) -> Vec<String> {
    let steps = if text.starts_with("- ") { format!("steps:\n{text}") } else { text.to_owned() };
    let above = HEAD.lines().count() + steps.lines().count() - text.lines().count();
    let Reading { findings, .. } = read(&format!("{HEAD}{steps}"), &catalog());
    findings
        .iter()
        .map(|finding| format!("{}@{}", finding.code, finding.place.line as isize - above as isize))
        .collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(found(text), expected, "{text}");
}

#[test]
fn every_way_through_a_branch_must_end() {
    check("- disclose\n- decide:\n  - {when: turns > 1, do: [hangup]}\n", &["flow-1@2"]);
    check("- disclose\n- decide:\n  - {when: turns > 1, do: [hangup]}\n  - else: [{voicemail: {}}]\n", &[]);
    check("- disclose\n- {hangup: \"Bye.\", when: turns > 1}\n", &["flow-1@2"]);
    check("- disclose\n- transfer: {to: 110, no_answer: {say: \"Nobody there.\"}}\n", &["flow-1@2"]);
    check("- disclose\n- transfer: 110\n", &[]);
    check("steps:\n- disclose\n- goto: end\nflows:\n  end:\n  - say: \"Bye.\"\n", &["flow-1@6"]);
    check("steps:\n- disclose\n- flow: end\n- hangup\nflows:\n  end:\n  - say: \"Bye.\"\n", &[]);
}

#[test]
fn a_step_that_gives_up_sets_nothing() {
    let asks = "- disclose\n- collect:\n    name: {type: name, ask: \"Name?\"}\n    give_up: {say: \"Never mind.\"}\n- hangup: \"Bye, {name}.\"\n";
    check(asks, &["var-1@5"]);
    check(&asks.replace("{say: \"Never mind.\"}", "hangup"), &[]);
    check(
        &format!(
            "anytime: {{help: {{say: \"Let us go on.\"}}}}\nsteps:\n{}",
            asks.replace("    give_up: {say: \"Never mind.\"}\n", "")
        ),
        &["var-1@6"],
    );
}

#[test]
fn a_dialogue_sets_what_it_collects_and_ends_by_its_exits() {
    let steps = "use: {llm: openai}\nsteps:\n- disclose\n- converse:\n    goal: Help.\n    collect: {flat: {type: text}}\n    exits:\n      \
                 done: {about: \"no more\", do: [{hangup: \"Flat {flat}.\"}]}\n";
    check(steps, &[]);
    check(&format!("{steps}- hangup\n"), &["flow-2@9"]);
    check(&steps.replace("[{hangup: \"Flat {flat}.\"}]", "[{say: \"Thanks.\"}]"), &["flow-1@8"]);
}

#[test]
fn loops_must_listen() {
    check("- disclose\n- id: a\n  say: \"Hm.\"\n- goto: a\n", &["flow-3@4"]);
    check("- disclose\n- id: a\n  wait: 1s\n- goto: a\n", &[]);
    // Both run the same flow, one after the other: no loop.
    check("steps:\n- disclose\n- flow: hm\n- flow: hm\n- hangup\nflows: {hm: [{say: \"Hm.\"}]}\n", &[]);
    let contacts = "contacts:\n  a: {to: 110, no_answer: {transfer: b}}\n  b: {to: 112, no_answer: {transfer: a}}\nsteps: [disclose, {transfer: a}]\n";
    check(contacts, &["flow-5@3"]);
}

#[test]
fn nothing_before_the_disclosure() {
    check("- decide:\n  - {when: turns > 0, do: [disclose]}\n- greet: \"Hi.\"\n- hangup\n", &["law-1@3"]);
    check("- transfer: {to: 110, say: \"One moment.\"}\n", &["law-1@1"]);
    check("- hangup\n", &[]);
    check("steps:\n- flow: begin\n- greet: \"Hi.\"\n- hangup\nflows: {begin: [disclose]}\n", &[]);
}

#[test]
fn consent_comes_first_where_it_is_needed() {
    check("use: {stt: asks-first}\nsteps:\n- disclose\n- ask: \"Who?\"\n- hangup\n", &["law-3@4"]);
    check("use: {stt: asks-first}\nsteps:\n- disclose\n- consent: vendor\n- ask: \"Who?\"\n- hangup\n", &[]);
    check("use: {stt: [asks-first, offline]}\nsteps:\n- disclose\n- ask: \"Who?\"\n- hangup\n", &[]);
    check("data: {recording: always}\nsteps: [disclose, hangup]\n", &["law-3@1"]);
    check("data: {recording: always}\nsteps: [disclose, {consent: recording}, hangup]\n", &[]);
}

#[test]
fn values_of_a_route() {
    let steps = "- disclose\n- collect:\n    jaw: {type: choice, of: [upper, lower], ask: \"Which?\"}\n    hurt: {type: yes_no, ask: \"Hurt?\"}\n";
    check(&format!("{steps}- route: {{on: jaw, to: {{upper: hangup, lower: hangup}}}}\n"), &[]);
    check(
        &format!("{steps}- route: {{on: jaw, to: {{upper: hangup, lowr: hangup}}}}\n"),
        &["flow-6@5", "flow-2@5"],
    );
    check(&format!("{steps}- route: {{on: hurt, to: {{yes: hangup, no: hangup}}}}\n"), &[]);
    check(&format!("{steps}- route: {{on: turns, to: {{1: hangup}}}}\n"), &["flow-6@5"]);
}

#[test]
fn many_branches_are_checked_soon() {
    let names = |at: usize| (format!("a{at}"), format!("b{at}"));
    let mut text = "- disclose\n".to_owned();
    for at in 0..60 {
        let (a, b) = names(at);
        text += &format!(
            "- decide: [{{when: turns > {at}, do: [{{set: {{{a}: 1}}}}]}}, {{else: [{{set: {{{b}: 1}}}}]}}]\n"
        );
    }
    let said: Vec<String> = (0..60).map(|at| format!("{{{}}} {{{}}}", names(at).0, names(at).1)).collect();
    text += &format!("- hangup: \"{}\"\n", said.join(" "));
    let codes: Vec<String> = found(&text).into_iter().filter(|code| !code.starts_with("say-4")).collect();
    assert_eq!(codes, vec!["var-1@62".to_owned(); 120]);
}

#[test]
fn all_findings_are_shown() {
    let text = "closare: 2\nname: Front Desk\nlanguages: [en]\nlimits: {silence: six}\nsteps:\n- disclos\n- say: \"{\"\n- goto: nowhere\n";
    let codes: Vec<&str> = read(text, &catalog()).findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["read-5", "read-5", "read-5", "read-6", "say-3", "flow-4"]);
}

#[test]
fn what_the_language_has_and_this_engine_not_yet() {
    let text = include_str!("claim-intake.yaml");
    let findings = read(text, &catalog()).findings;
    let codes: std::collections::BTreeSet<&str> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["ask-2", "read-9"], "{findings:#?}");
}
