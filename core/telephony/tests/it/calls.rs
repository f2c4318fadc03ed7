//! Two of our own ends on loopback, with real sockets and real time.

use closare_media::{dominant_frequency, rms, tone};
use closare_telephony::{Config, Error, Frame, Incoming, Leg, LegEvent, Party, Tap, Telephony};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

/// Keeps what the caller of a leg was heard to say.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<(u32, Vec<i16>)>>);

impl Heard {
    pub fn tap(&self) -> Box<dyn Tap> {
        let kept = Arc::clone(&self.0);
        Box::new(move |frame: &Frame<'_>| {
            let mut kept = kept.lock().unwrap();
            kept.0 = frame.rate;
            kept.1.extend_from_slice(frame.caller);
        })
    }

    /// The loudest half second's frequency.
    pub fn frequency(&self) -> f64 {
        let (rate, samples) = &*self.0.lock().unwrap();
        let loudest = samples.chunks(*rate as usize / 2).max_by(|a, b| rms(a).total_cmp(&rms(b)));
        loudest.map_or(0.0, |piece| dominant_frequency(piece, *rate))
    }
}

pub async fn next(calls: &mut Receiver<Incoming>) -> Incoming {
    timeout(Duration::from_secs(5), calls.recv()).await.expect("a call within 5 s").expect("telephony runs")
}

pub async fn until(leg: &mut Leg, mut wanted: impl FnMut(&LegEvent) -> bool) -> LegEvent {
    let wait = async {
        while let Some(event) = leg.events.recv().await {
            if wanted(&event) {
                return event;
            }
        }
        panic!("the events ended");
    };
    timeout(Duration::from_secs(10), wait).await.expect("the event within 10 s")
}

fn say(leg: &Leg, utterance: u32, hz: f64, ms: u64) {
    leg.voice.begin(utterance);
    leg.voice.append(utterance, tone::beep(leg.voice.rate(), hz, ms));
    leg.voice.finish(utterance);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_heard_both_ways_and_ended() {
    let log = crate::quiet::Log::of_this_process();
    let (here, _) = Telephony::start(Config::loopback()).await.unwrap();
    let (there, mut calls) = Telephony::start(Config::loopback()).await.unwrap();
    let (by_caller, by_callee) = (Heard::default(), Heard::default());

    let uri = format!("sip:+493012345@{}", there.local_addr());
    let tap = by_caller.tap();
    let dialing = tokio::spawn(async move {
        let leg = here.dial(&uri, "+4915112345", Instant::now(), tap).await;
        (here, leg)
    });
    let call = next(&mut calls).await;
    assert_eq!(call.to.as_str(), "+493012345");
    assert_eq!(call.from.as_str(), "+4915112345");
    call.ring();
    let mut callee = call.answer(Instant::now(), by_callee.tap()).await.unwrap();
    let (here, caller) = dialing.await.unwrap();
    let mut caller = caller.unwrap();

    say(&caller, 1, 440.0, 1_000);
    say(&callee, 1, 1_000.0, 1_000);
    until(&mut caller, |event| matches!(event, LegEvent::Played { utterance: 1, complete: true, .. })).await;
    until(&mut callee, |event| matches!(event, LegEvent::Played { utterance: 1, complete: true, .. })).await;

    caller.voice.send_keys("5#");
    until(&mut callee, |event| matches!(event, LegEvent::Key { key: '5', .. })).await;
    until(&mut callee, |event| matches!(event, LegEvent::Key { key: '#', .. })).await;

    say(&callee, 2, 700.0, 20_000);
    until(&mut callee, |event| matches!(event, LegEvent::Playing { utterance: 2, .. })).await;
    callee.voice.stop(2);
    let stopped = until(&mut callee, |event| matches!(event, LegEvent::Played { utterance: 2, .. })).await;
    assert!(matches!(stopped, LegEvent::Played { complete: false, .. }));
    assert_eq!(callee.voice.queued(2), 0);

    caller.control.hangup("test is over");
    let end = until(&mut callee, |event| matches!(event, LegEvent::Ended { .. })).await;
    assert!(matches!(end, LegEvent::Ended { by: Party::Caller, .. }), "{end:?}");
    let end = until(&mut caller, |event| matches!(event, LegEvent::Ended { .. })).await;
    assert!(matches!(end, LegEvent::Ended { by: Party::Us, .. }), "{end:?}");

    assert!((by_callee.frequency() - 440.0).abs() < 10.0, "{}", by_callee.frequency());
    assert!((by_caller.frequency() - 1_000.0).abs() < 10.0, "{}", by_caller.frequency());
    let stats = callee.control.stats();
    assert!(stats.packets_in > 50 && stats.packets_out > 50, "{stats:?}");
    here.shutdown().await;
    there.shutdown().await;
    assert_eq!(there.counters().calls, 0);

    let text = log.text();
    assert!(text.contains("call ended"), "the log is kept: {text}");
    for number in ["493012345", "4915112345"] {
        assert!(!text.contains(number), "a number in the log");
    }
}

/// Two ends, and a call between them that is up.
async fn pair() -> (Telephony, Telephony, Leg, Leg) {
    let (here, _) = Telephony::start(Config::loopback()).await.unwrap();
    let (there, mut calls) = Telephony::start(Config::loopback()).await.unwrap();
    let uri = format!("sip:100@{};transport=tcp", there.local_addr());
    let answering =
        async { next(&mut calls).await.answer(Instant::now(), Heard::default().tap()).await.unwrap() };
    let (caller, callee) =
        tokio::join!(here.dial(&uri, "200", Instant::now(), Heard::default().tap()), answering);
    (here, there, caller.unwrap(), callee)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leg_that_is_dropped_hangs_up() {
    let (here, there, mut caller, callee) = pair().await;
    drop(callee);
    let end = until(&mut caller, |event| matches!(event, LegEvent::Ended { .. })).await;
    assert!(matches!(end, LegEvent::Ended { by: Party::Caller, .. }), "{end:?}");
    here.shutdown().await;
    there.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_that_panics_ends_its_own_call_only() {
    let (here, there, mut caller, mut callee) = pair().await;
    let (other, mut calls) = Telephony::start(Config::loopback()).await.unwrap();
    let uri = format!("sip:100@{}", other.local_addr());
    let broken: Box<dyn Tap> = Box::new(|_: &Frame<'_>| panic!("a broken tap"));
    let answering =
        async { next(&mut calls).await.answer(Instant::now(), Heard::default().tap()).await.unwrap() };
    let (dialed, mut answered) = tokio::join!(here.dial(&uri, "200", Instant::now(), broken), answering);
    let mut dialed = dialed.unwrap();
    let end = until(&mut dialed, |event| matches!(event, LegEvent::Ended { .. })).await;
    assert!(matches!(end, LegEvent::Ended { by: Party::Network, .. }), "{end:?}");
    until(&mut answered, |event| matches!(event, LegEvent::Ended { .. })).await;

    say(&caller, 1, 440.0, 100);
    until(&mut caller, |event| matches!(event, LegEvent::Played { complete: true, .. })).await;
    caller.control.hangup("over");
    until(&mut callee, |event| matches!(event, LegEvent::Ended { .. })).await;
    for telephony in [here, there, other] {
        telephony.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialed_call_that_is_given_up() {
    let (here, _) = Telephony::start(Config::loopback()).await.unwrap();
    let (there, mut calls) = Telephony::start(Config::loopback()).await.unwrap();
    let uri = format!("sip:100@{}", there.local_addr());
    let (tap, dialer) = (Heard::default().tap(), here.clone());
    let dialing = tokio::spawn(async move { dialer.dial(&uri, "200", Instant::now(), tap).await.map(drop) });
    let call = next(&mut calls).await;
    call.ring();
    dialing.abort();
    timeout(Duration::from_secs(5), call.cancelled()).await.unwrap();
    let late = call.answer(Instant::now(), Heard::default().tap()).await;
    assert!(matches!(late, Err(Error::Gone)), "{late:?}");
    here.shutdown().await;
    there.shutdown().await;
    assert_eq!((here.counters().calls, there.counters().calls), (0, 0));
}
