//! What a leg and a speech-to-text session tell, as the call machine knows it.

use crate::failure::{cause_word, failure_word};
use closare_call::{Event, Listening};
use closare_host::words::Usage;
use closare_host::{Event as Told, SttOutput};
use closare_telephony::LegEvent;
use closare_terms::{Held, Kind, Millis, Role};

/// A leg's event as the machine knows it.
pub fn leg_event(event: LegEvent, rate: u32) -> (Millis, Option<Event>) {
    use closare_call::{Party, TransferOutcome};
    use closare_telephony as leg;
    match event {
        LegEvent::VoiceStarted { at } => (Millis::NEVER, Some(Event::VoiceStarted { at })),
        LegEvent::VoiceEnded { at, noticed } => (noticed, Some(Event::VoiceEnded { at })),
        LegEvent::Key { at, key } => (at, Some(Event::Key { key: Held::new(Kind::Digits, key.to_string()) })),
        LegEvent::Playing { utterance, at } => (at, Some(Event::Playing { utterance })),
        LegEvent::Played { utterance, samples, complete, at } => {
            let played = Millis(samples * 1_000 / u64::from(rate.max(1)));
            (at, Some(Event::Played { utterance, played, complete }))
        }
        LegEvent::Hold { on, at } => (at, Some(Event::Hold { on })),
        LegEvent::Transfer { at, outcome } => {
            let outcome = match outcome {
                leg::TransferOutcome::Trying => TransferOutcome::Trying,
                leg::TransferOutcome::Ringing => TransferOutcome::Ringing,
                leg::TransferOutcome::Done => TransferOutcome::Done,
                // RFC 3261: 486 and 600 busy; 408, 480 and 487 nobody; 603 will not.
                leg::TransferOutcome::Failed { status: 486 | 600 } => TransferOutcome::Busy,
                leg::TransferOutcome::Failed { status: 408 | 480 | 487 } => TransferOutcome::NoAnswer,
                leg::TransferOutcome::Failed { status: 603 } => TransferOutcome::Declined,
                leg::TransferOutcome::Failed { .. } => TransferOutcome::Failed,
            };
            (at, Some(Event::Transfer { outcome }))
        }
        LegEvent::Ended { at, by, .. } => {
            let by = match by {
                leg::Party::Caller => Party::Caller,
                leg::Party::Us => Party::Us,
                leg::Party::Network => Party::Network,
            };
            (at, Some(Event::LegEnded { by }))
        }
    }
}

/// `None` for what concerns the engine alone.
pub fn heard(index: usize, event: Told<SttOutput>) -> Option<Event> {
    let words = |text: String| Held::new(Kind::Transcript, text);
    let failed = |reason: String| Event::VendorFailed { role: Role::SpeechToText, index, reason };
    Some(match event {
        Told::Opened(_) | Told::Ended(Ok(())) => return None,
        Told::Ended(Err(error)) => failed(cause_word(&error.cause)),
        Told::Output(output) => match output {
            SttOutput::Interim(transcript) => Event::Interim { text: words(transcript.text) },
            SttOutput::Final(transcript) => Event::Final {
                text: words(transcript.text),
                starts: transcript.starts,
                ends: transcript.ends,
                confidence: transcript.confidence,
            },
            SttOutput::TurnEnded(sure) => Event::TurnEnded { sure },
            SttOutput::Used(usage) => used(Role::SpeechToText, index, usage),
            SttOutput::RequestId(id) => requested(Role::SpeechToText, index, id),
            SttOutput::Failed(failure) => failed(failure_word(&failure).to_owned()),
            SttOutput::Net(_)
            | SttOutput::SpeechStarted(_)
            | SttOutput::TurnMayEnd(_)
            | SttOutput::TurnResumed
            | SttOutput::Note(_) => return None,
        },
    })
}

pub fn used(role: Role, index: usize, usage: Usage) -> Event {
    Event::Used { role, index, unit: usage.unit, amount: usage.amount }
}

/// By such an id the vendor finds what it has of the caller's words: it goes when they go.
pub fn requested(role: Role, index: usize, id: String) -> Event {
    Event::Requested { role, index, id: Held::new(Kind::Transcript, id) }
}

pub fn host_listening(listening: &Listening) -> closare_host::words::Listening {
    closare_host::words::Listening {
        languages: listening.languages.clone(),
        hints: listening.hints.clone(),
        end_after: listening.end_after,
    }
}
