//! What the agent says: piece by piece to the voice, and what of it the caller has heard.

mod due;
mod heard;
mod lost;

pub use due::stall_max;

use crate::context::Context;
use crate::effect::Effect;
use crate::event::Utterance;
use crate::gate::Want;
use crate::timers::Reason;
use crate::wording::Wording;
use closare_terms::{Held, Kind, Language, Millis};
use closare_workflow::{BargeIn, Phrase, Piece};
use serde::{Deserialize, Serialize};

/// A character of speech in ms, where no voice has told better.
const CHAR_USUAL: u64 = 65;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Disclosure,
    Question,
    Plain,
    /// A model's answer.
    Answer,
    LastExit,
    Beep,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Speech {
    pub utterance: Utterance,
    pub purpose: Purpose,
    pub barge_in: BargeIn,
    pieces: Vec<Words>,
    /// Holds a value of the caller's, so a voice needs a permit for that.
    personal: bool,
    closed: bool,
    voice: usize,
    /// How many pieces are with the voice.
    handed: usize,
    /// Since when its voice owes a sound; a voice that failed in the meantime is none of the next one's fault.
    since: Millis,
    pub playing: Option<Millis>,
    first_audio: Option<Millis>,
    /// A voice took over in the middle of it, and nothing of its own has come.
    #[serde(default)]
    taken_over: bool,
    /// Characters spoken by a time in the utterance.
    marks: Vec<(u32, Millis)>,
    length: Option<Millis>,
    stopped: bool,
    model: Option<usize>,
    language: Option<Language>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Words {
    text: String,
    slow: bool,
    pause_after: Millis,
}

impl Speech {
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ").trim().to_owned()
    }

    fn chars(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.text.chars().count() as u64 + 1).sum()
    }

    /// The text split into what was heard when this much was played, and the rest. Cut between words.
    fn split(&self, played: Millis, complete: bool) -> (String, String) {
        let text = self.text();
        if complete {
            return (text, String::new());
        }
        let marked =
            self.marks.iter().filter(|(_, ends)| *ends <= played).map(|(chars, _)| *chars as usize).max();
        let count = match (marked, self.marks.is_empty(), self.length) {
            (Some(chars), _, _) => chars,
            (None, false, _) => 0,
            (None, true, Some(length)) if length.0 > 0 => (self.chars() * played.0 / length.0) as usize,
            (None, true, _) => (played.0 / CHAR_USUAL) as usize,
        };
        let at = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
        let at = word_end(&text, at);
        (text[..at].trim().to_owned(), text[at..].trim().to_owned())
    }
}

/// The end of the last whole word that ends at or before this byte.
fn word_end(text: &str, at: usize) -> usize {
    let boundary = |at: usize| {
        at == 0
            || at == text.len()
            || !text[..at].ends_with(char::is_alphanumeric)
            || !text[at..].starts_with(char::is_alphanumeric)
    };
    (0..=at).rev().find(|&at| text.is_char_boundary(at) && boundary(at)).unwrap_or(0)
}

impl Context {
    /// Says a phrase of the workflow. A phrase that can't be put together is left out, and the fault is the step's outcome.
    pub fn say(&mut self, phrase: &Phrase, barge_in: BargeIn, purpose: Purpose) -> Option<Utterance> {
        let language = self.language();
        let pick = self.draw() as usize;
        let personal = phrase.fixed(&language).is_none();
        let pieces = phrase.render(&language, pick, self).ok()?;
        let utterance = self.say_pieces(pieces, barge_in, purpose, personal);
        if purpose == Purpose::Plain {
            let text = self.speech(utterance).map(Speech::text).unwrap_or_default();
            self.state.memory.may_repeat(text, personal);
        }
        Some(utterance)
    }

    pub fn say_wording(&mut self, wording: Wording, purpose: Purpose) -> Utterance {
        let text = wording.text(&self.language());
        let barge_in = if purpose == Purpose::LastExit { BargeIn::No } else { BargeIn::Yes };
        self.say_text(text, barge_in, purpose, false)
    }

    pub fn say_text(&mut self, text: &str, barge_in: BargeIn, purpose: Purpose, personal: bool) -> Utterance {
        let piece = Piece { text: text.to_owned(), slow: false, pause_after: Millis::ZERO };
        self.say_pieces(vec![piece], barge_in, purpose, personal)
    }

    fn say_pieces(
        &mut self,
        pieces: Vec<Piece>,
        barge_in: BargeIn,
        purpose: Purpose,
        personal: bool,
    ) -> Utterance {
        let utterance = self.begin_speech(barge_in, purpose, personal, None);
        for piece in pieces {
            self.add_piece(
                utterance,
                Words { text: piece.text, slow: piece.slow, pause_after: piece.pause_after },
            );
        }
        self.close_speech(utterance);
        utterance
    }

    /// Opens an utterance whose words come one by one.
    pub fn begin_answer(&mut self, barge_in: BargeIn, model: Option<usize>) -> Utterance {
        self.begin_speech(barge_in, Purpose::Answer, true, model)
    }

    pub fn add_clause(&mut self, utterance: Utterance, clause: &str) {
        if let Some(draft) = &mut self.state.latency {
            draft.first_clause.get_or_insert(self.now);
        }
        self.add_piece(
            utterance,
            Words { text: clause.trim().to_owned(), slow: false, pause_after: Millis::ZERO },
        );
        self.hand_over();
    }

    pub fn close_speech(&mut self, utterance: Utterance) {
        if let Some(speech) = self.speech_mut(utterance) {
            speech.closed = true;
            if speech.purpose == Purpose::Answer {
                let text = speech.text();
                self.state.memory.repeat_only(text);
            }
        }
        self.hand_over();
    }

    pub fn beep(&mut self) -> Utterance {
        let utterance = self.begin_speech(BargeIn::No, Purpose::Beep, false, None);
        if let Some(speech) = self.speech_mut(utterance) {
            speech.closed = true;
        }
        self.emit(Effect::Beep { utterance });
        utterance
    }

    fn begin_speech(
        &mut self,
        barge_in: BargeIn,
        purpose: Purpose,
        personal: bool,
        model: Option<usize>,
    ) -> Utterance {
        let utterance = self.state.floor.next_utterance();
        let language = Some(self.language());
        self.state.floor.queue.push_back(Speech {
            utterance,
            purpose,
            barge_in,
            pieces: Vec::new(),
            personal,
            closed: false,
            voice: 0,
            handed: 0,
            since: self.now,
            playing: None,
            first_audio: None,
            taken_over: false,
            marks: Vec::new(),
            length: None,
            stopped: false,
            model,
            language,
        });
        self.clear(Reason::Silence);
        self.set_speech_timer();
        utterance
    }

    fn add_piece(&mut self, utterance: Utterance, mut piece: Words) {
        piece.slow |= self.state.slow;
        if let Some(speech) = self.speech_mut(utterance).filter(|speech| !speech.stopped) {
            speech.pieces.push(piece);
        }
    }

    /// Hands the voice what it may have by now.
    pub fn hand_over(&mut self) {
        let utterances: Vec<Utterance> =
            self.state.floor.queue.iter().map(|speech| speech.utterance).collect();
        for utterance in utterances {
            self.hand_over_one(utterance);
        }
        self.set_speech_timer();
    }

    fn hand_over_one(&mut self, utterance: Utterance) {
        let Some(speech) = self.speech(utterance) else { return };
        let (handed, count, closed, personal) =
            (speech.handed, speech.pieces.len(), speech.closed, speech.personal);
        let all_handed = handed > count || (handed == count && !closed);
        if speech.stopped || speech.purpose == Purpose::Beep || all_handed {
            return;
        }
        let voice = if handed > 0 { Some(speech.voice) } else { self.voice_for(personal, speech.purpose) };
        let Some(voice) = voice else { return };
        let want = if personal { Want::PersonalVoice(voice) } else { Want::Voice(voice) };
        let Some(permit) = self.state.gate.permit(&want) else { return };
        // A piece is handed over as soon as it is there; an utterance that turns out to be over is closed by an empty one.
        let pieces: Vec<Words> =
            self.speech(utterance).map(|speech| speech.pieces[handed..].to_vec()).unwrap_or_default();
        let language =
            self.speech(utterance).and_then(|s| s.language.clone()).unwrap_or_else(|| self.language());
        let kind = if personal { Kind::Field } else { Kind::Transcript };
        let total = pieces.len();
        for (index, piece) in pieces.into_iter().enumerate() {
            let last = closed && index + 1 == total;
            self.emit(Effect::Say {
                permit: permit.clone(),
                voice,
                utterance,
                text: Held::new(kind, piece.text),
                language: language.clone(),
                slow: piece.slow,
                pause_after: piece.pause_after,
                last,
            });
        }
        if closed && total == 0 {
            let text = Held::new(kind, "");
            self.emit(Effect::Say {
                permit,
                voice,
                utterance,
                text,
                language,
                slow: false,
                pause_after: Millis::ZERO,
                last: true,
            });
        }
        if let Some(speech) = self.speech_mut(utterance) {
            speech.voice = voice;
            // One more than there are pieces: closed, nothing left to hand over.
            speech.handed = if closed { count + 1 } else { count };
        }
    }

    /// The first voice of the chain that lives and may say this. The last exit's words are kept as audio with the workflow's
    /// version, so a voice that has died says them still.
    fn voice_for(&self, personal: bool, purpose: Purpose) -> Option<usize> {
        let may = |voice: &usize| {
            self.allowed(&if personal { Want::PersonalVoice(*voice) } else { Want::Voice(*voice) })
        };
        let chain = &self.state.vendors.tts;
        match purpose {
            Purpose::LastExit => (0..chain.vendors.len()).find(may),
            _ => chain.alive().find(may),
        }
    }

    /// Says what an interruption cut off, since the caller said nothing after all.
    pub fn resume_cut(&mut self) {
        let mut cut = std::mem::take(&mut self.state.floor.cut);
        cut.sort_by_key(|speech| speech.utterance);
        for speech in cut {
            self.say_text(&speech.text(), speech.barge_in, Purpose::Plain, speech.personal);
        }
    }

    /// The interruption was one: what it cut off stays unsaid.
    pub fn drop_cut(&mut self) {
        self.state.floor.cut.clear();
    }

    /// The line is dead: what was being said was heard as far as its time goes, and the rest stays unsaid.
    pub fn tell_unsaid(&mut self) {
        while let Some(speech) = self.state.floor.queue.pop_front() {
            if let Some(playing) = speech.playing.filter(|_| speech.purpose != Purpose::Beep) {
                let (heard, unheard) = speech.split(self.now.since(playing), false);
                self.tell_turn(&speech, &heard, &unheard);
            }
        }
        self.state.floor.cut.clear();
        self.clear(Reason::SpeechDue);
    }

    /// A model takes its time and nobody speaks: a moment is asked for.
    pub fn fill_silence(&mut self) {
        if self.jobs_running()
            && !self.state.floor.agent_speaks()
            && self.state.floor.caller.speaking.is_none()
        {
            self.say_wording(Wording::OneMoment, Purpose::Plain);
        }
    }

    /// The first disclosure of the file, once more.
    pub fn say_disclosure_again(&mut self) {
        let workflow = self.workflow.clone();
        let disclose = workflow.steps().find_map(|step| match &step.does {
            closare_workflow::Do::Disclose(disclose) => Some(disclose),
            _ => None,
        });
        if let Some(disclose) = disclose {
            self.say(&disclose.say, BargeIn::No, Purpose::Disclosure);
        }
    }

    pub fn stop_speaking(&mut self) {
        if let Some(last) = self.state.floor.queue.back().map(|speech| speech.utterance) {
            self.stop_up_to(last);
        }
    }

    pub fn stop_up_to(&mut self, up_to: Utterance) {
        // What never reached the voice has no audio whose end anyone could tell.
        let (gone, left): (Vec<Speech>, Vec<Speech>) =
            std::mem::take(&mut self.state.floor.queue).into_iter().partition(|speech| {
                speech.utterance <= up_to && speech.handed == 0 && speech.purpose != Purpose::Beep
            });
        self.state.floor.queue = left.into();
        for speech in gone {
            self.state.floor.dropped = true;
            self.keep_cut(&speech, &speech.text());
        }
        for speech in self.state.floor.queue.iter_mut().filter(|speech| speech.utterance <= up_to) {
            speech.stopped = true;
            speech.closed = true;
        }
        self.emit(Effect::StopSpeaking { up_to });
        self.set_speech_timer();
    }

    pub fn speech(&self, utterance: Utterance) -> Option<&Speech> {
        self.state.floor.queue.iter().find(|speech| speech.utterance == utterance)
    }

    fn speech_mut(&mut self, utterance: Utterance) -> Option<&mut Speech> {
        self.state.floor.queue.iter_mut().find(|speech| speech.utterance == utterance)
    }
}
