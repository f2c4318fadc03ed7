use closare_media::{Ended, Playout, Tick};
use proptest::prelude::*;

const FRAME: usize = 160;

fn next(playout: &mut Playout) -> (Vec<i16>, Tick) {
    let mut frame = vec![i16::MAX; FRAME];
    let tick = playout.next(&mut frame);
    (frame, tick)
}

fn ended(utterance: u32, samples_played: u64, complete: bool) -> Ended {
    Ended { utterance, samples_played, complete }
}

#[test]
fn an_utterance_starts_once_and_ends_with_its_last_sample() {
    let mut playout = Playout::new(8000);
    assert_eq!(next(&mut playout), (vec![0; FRAME], Tick::default()));
    playout.begin(1);
    playout.append(1, &[7; FRAME + 40]);
    playout.finish(1);
    let (frame, tick) = next(&mut playout);
    assert_eq!((frame, tick.started, tick.speaking), (vec![7; FRAME], Some(1), Some(1)));
    let (frame, tick) = next(&mut playout);
    assert_eq!(frame, [[7; 40].as_slice(), &[0; FRAME - 40]].concat());
    assert_eq!((tick.started, tick.speaking), (None, Some(1)));
    assert_eq!(tick.ended.as_slice(), [ended(1, 200, true)]);
    assert_eq!(playout.played(1), 200);
    assert!(playout.is_idle());
}

#[test]
fn one_that_waits_for_its_first_audio_is_not_starved_but_one_in_the_middle_is() {
    let mut playout = Playout::new(8000);
    playout.begin(1);
    assert!(!next(&mut playout).1.starved);
    playout.append(1, &[7; FRAME + 100]);
    assert!(!next(&mut playout).1.starved);
    let (frame, tick) = next(&mut playout);
    assert_eq!((frame, tick.starved, tick.speaking), (vec![0; FRAME], true, Some(1)));
    playout.append(1, &[8; 60]);
    let (frame, tick) = next(&mut playout);
    assert_eq!(frame, [[7; 100].as_slice(), &[8; 60]].concat());
    assert!(!tick.starved);
    assert_eq!(playout.starved_frames(), 1);
}

#[test]
fn after_a_stop_only_five_fading_milliseconds_are_heard() {
    let mut playout = Playout::new(8000);
    for utterance in 1..=3 {
        playout.begin(utterance);
        playout.append(utterance, &[1000 * utterance as i16; 10 * FRAME]);
    }
    playout.finish(1);
    next(&mut playout);
    playout.stop(2);
    let (frame, tick) = next(&mut playout);
    assert!(frame[0] > 900 && frame[..40].is_sorted_by(|one, next| one >= next));
    assert_eq!(frame[39..], [0; FRAME - 39]);
    assert_eq!(tick.ended.as_slice(), [ended(1, 160, false), ended(2, 0, false)]);
    let (frame, tick) = next(&mut playout);
    assert_eq!((frame[0], tick.started), (3000, Some(3)));
}

#[test]
fn what_was_stopped_stays_stopped() {
    let mut playout = Playout::new(8000);
    playout.begin(4);
    playout.append(4, &[7; FRAME]);
    playout.stop_all();
    assert!(!playout.append(4, &[7; FRAME]) && !playout.begin(4) && !playout.begin(3));
    next(&mut playout);
    assert_eq!(next(&mut playout).0, [0; FRAME]);
    assert!(playout.begin(5) && playout.append(5, &[9; FRAME]));
    assert_eq!(next(&mut playout).0, [9; FRAME]);
}

#[test]
fn a_stop_can_come_before_its_utterance() {
    let mut playout = Playout::new(8000);
    playout.stop(7);
    assert!(!playout.begin(7) && playout.begin(8));
}

#[test]
fn an_utterance_without_audio_is_complete_at_once() {
    let mut playout = Playout::new(8000);
    playout.begin(1);
    playout.finish(1);
    playout.begin(2);
    playout.append(2, &[5; FRAME]);
    let (_, tick) = next(&mut playout);
    assert_eq!(tick.ended.as_slice(), [ended(1, 0, true)]);
    assert_eq!(tick.started, Some(2));
}

#[test]
fn it_is_eager_between_a_silent_frame_and_one_that_can_be_heard() {
    let mut playout = Playout::new(8_000);
    playout.begin(1);
    playout.append(1, &[5; 100]);
    assert!(!playout.is_eager(), "not a whole frame, and more may come");
    playout.append(1, &[5; 60]);
    assert!(playout.is_eager() && playout.is_silent());
    next(&mut playout);
    playout.append(1, &[5; 160]);
    assert!(!playout.is_eager(), "it speaks already");
    next(&mut playout);
    next(&mut playout);
    playout.append(1, &[5; 10]);
    assert!(!playout.is_eager());
    playout.finish(1);
    assert!(playout.is_eager(), "the rest is all that comes");
}

#[test]
fn many_ends_at_once_are_all_told() {
    let mut playout = Playout::new(8000);
    (1..=9).for_each(|utterance| assert!(playout.begin(utterance)));
    playout.stop_all();
    let told: Vec<u32> = (0..3)
        .flat_map(|_| next(&mut playout).1.ended.iter().map(|ended| ended.utterance).collect::<Vec<_>>())
        .collect();
    assert_eq!(told, (1..=9).collect::<Vec<u32>>());
}

#[derive(Clone, Debug)]
enum Step {
    Begin(u32),
    Append(u32, usize),
    Finish(u32),
    Stop(u32),
    StopAll,
    Tick,
}

fn step() -> impl Strategy<Value = Step> {
    let utterance = 1u32..8;
    prop_oneof![
        2 => utterance.clone().prop_map(Step::Begin),
        4 => (utterance.clone(), 0usize..500).prop_map(|(utterance, length)| Step::Append(utterance, length)),
        2 => utterance.clone().prop_map(Step::Finish),
        1 => utterance.prop_map(Step::Stop),
        1 => Just(Step::StopAll),
        8 => Just(Step::Tick),
    ]
}

/// The same, naively: sums per utterance.
#[derive(Default)]
struct Sums {
    appended: [u64; 8],
    heard: [u64; 8],
    finished: [bool; 8],
    started: [u32; 8],
    ended: [u32; 8],
    stopped: u32,
    newest: u32,
}

proptest! {
    #[test]
    fn every_sample_is_accounted_for(steps in prop::collection::vec(step(), 1..120)) {
        let mut playout = Playout::new(8000);
        let mut sums = Sums::default();
        let mut just_stopped = false;
        for step in steps {
            match step {
                Step::Begin(id) => {
                    let fresh = id > sums.newest.max(sums.stopped);
                    prop_assert_eq!(playout.begin(id), fresh);
                    if fresh { sums.newest = id }
                }
                // Each sample is its utterance's number, so that what is heard can be told apart.
                Step::Append(id, length) => {
                    if playout.append(id, &vec![id as i16 * 100; length]) {
                        prop_assert!(!sums.finished[id as usize] && id > sums.stopped);
                        sums.appended[id as usize] += length as u64;
                    }
                }
                Step::Finish(id) => sums.finished[id as usize] |= playout.finish(id),
                Step::Stop(id) => { playout.stop(id); sums.stopped = sums.stopped.max(id); just_stopped = true }
                Step::StopAll => { playout.stop_all(); sums.stopped = sums.stopped.max(sums.newest); just_stopped = true }
                Step::Tick => { check_tick(&mut playout, &mut sums, just_stopped)?; just_stopped = false }
            }
        }
        for id in 1..8u32 {
            prop_assert!(playout.played(id) <= sums.appended[id as usize]);
        }
    }
}

fn check_tick(playout: &mut Playout, sums: &mut Sums, just_stopped: bool) -> Result<(), TestCaseError> {
    let (frame, tick) = next(playout);
    let fading = just_stopped && tick.speaking.is_none();
    for sample in frame.iter().filter(|sample| **sample != 0 && !fading) {
        let id = (*sample / 100) as usize;
        prop_assert_eq!(Some(id as u32), tick.speaking);
        prop_assert!(id as u32 > sums.stopped, "what was stopped is heard");
        sums.heard[id] += 1;
    }
    prop_assert!(!tick.starved || frame.iter().all(|sample| *sample == 0));
    if let Some(id) = tick.started {
        sums.started[id as usize] += 1;
        prop_assert!(sums.started[id as usize] == 1 && frame[0] != 0);
    }
    for ended in tick.ended.iter() {
        let id = ended.utterance as usize;
        sums.ended[id] += 1;
        prop_assert_eq!(sums.ended[id], 1);
        prop_assert_eq!(ended.samples_played, sums.heard[id]);
        prop_assert_eq!(playout.played(ended.utterance), sums.heard[id]);
        let all = sums.finished[id] && sums.heard[id] == sums.appended[id];
        prop_assert!(!ended.complete || all, "complete without all samples");
    }
    Ok(())
}
