//! Moonshine tiny (MIT, Useful Sensors): an encoder over raw audio, and a decoder that writes a piece at a time.

use crate::gate::RATE;
use crate::vocabulary::Vocabulary;
use rten::{Model, NodeId, RunError, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

const FIRST: i32 = 1;
const LAST: i32 = 2;

const LAYERS: usize = 6;
const HEADS: usize = 8;
const HEAD_SIZE: usize = 36;

/// The model's authors stop at this many pieces a second of audio: more is a loop.
const PIECES_PER_SECOND: f32 = 6.5;

/// A short word may still take these many.
const PIECES_MIN: usize = 8;

/// The encoder's three convolutions need 1,407 samples for two steps; a shorter piece is filled up with silence.
const SAMPLES_MIN: usize = RATE / 2;

/// A piece of a word, and how sure the model was of it. A word begins with a space.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub bytes: Vec<u8>,
    /// 0 to 1.
    pub confidence: f32,
}

pub struct Moonshine {
    encoder: Model,
    decoder: Model,
    vocabulary: Vocabulary,
    names: Names,
}

/// What the encoder made of a piece of audio; the mask has a place for each of its samples.
struct Heard {
    hidden: Value,
    mask: Tensor<i32>,
}

/// The decoder's inputs and outputs, looked up once.
struct Names {
    input: NodeId,
    mask: NodeId,
    hidden: NodeId,
    cached: NodeId,
    logits: NodeId,
    /// In the order decoder key, decoder value, encoder key, encoder value of each layer.
    past: Vec<NodeId>,
    present: Vec<NodeId>,
}

impl Moonshine {
    /// Takes about 60 ms and 100 MB.
    ///
    /// # Errors
    /// In words, where the included files don't fit this code.
    pub fn load() -> Result<Moonshine, String> {
        let encoder = load(include_bytes!(env!("MODEL_ENCODER_MODEL_ONNX")))?;
        let decoder = load(include_bytes!(env!("MODEL_DECODER_MODEL_MERGED_ONNX")))?;
        let vocabulary = Vocabulary::read(include_bytes!(env!("MODEL_TOKENIZER_BIN")));
        let names = Names::find(&decoder).map_err(|error| error.to_string())?;
        Ok(Moonshine { encoder, decoder, vocabulary, names })
    }

    /// What was said in `samples` (16 kHz, -1 to 1).
    ///
    /// # Errors
    /// In words, where the model can't run; not expected of any audio.
    pub fn transcribe(&self, samples: &[f32]) -> Result<Vec<Piece>, String> {
        self.run(samples).map_err(|error| format!("the speech model can't run: {error}"))
    }

    fn run(&self, samples: &[f32]) -> Result<Vec<Piece>, RunError> {
        let mut samples = samples.to_vec();
        samples.resize(samples.len().max(SAMPLES_MIN), 0.0);
        let longest = (samples.len() as f32 / RATE as f32 * PIECES_PER_SECOND) as usize;
        let heard = self.encode(samples)?;
        let mut past = no_past();
        let (mut pieces, mut ids) = (Vec::new(), vec![FIRST]);
        for step in 0..longest.max(PIECES_MIN) {
            let (id, confidence) = self.decode(&heard, ids[step], step > 0, &mut past)?;
            if id == LAST || is_loop(&ids, id) {
                break;
            }
            ids.push(id);
            pieces.push(Piece { bytes: self.vocabulary.bytes(id as usize), confidence });
        }
        Ok(pieces)
    }

    fn encode(&self, samples: Vec<f32>) -> Result<Heard, RunError> {
        let count = samples.len();
        let mask = Tensor::<i32>::full(&[1, count], 1);
        let inputs = vec![
            (self.encoder.node_id("input_values")?, Tensor::from_data(&[1, count], samples).into()),
            (self.encoder.node_id("attention_mask")?, mask.view().into()),
        ];
        let [hidden] = self.encoder.run_n(inputs, [self.encoder.node_id("last_hidden_state")?], None)?;
        Ok(Heard { hidden, mask })
    }

    /// One step: the next piece's id and probability. Keeps the caches in `past` for the next.
    fn decode(
        &self,
        heard: &Heard,
        id: i32,
        cached: bool,
        past: &mut Vec<Value>,
    ) -> Result<(i32, f32), RunError> {
        let names = &self.names;
        let mut inputs: Vec<(NodeId, ValueOrView)> = vec![
            (names.input, Tensor::from_data(&[1, 1], vec![id]).into()),
            (names.mask, heard.mask.view().into()),
            (names.hidden, (&heard.hidden).into()),
            (names.cached, Tensor::from_data(&[1], vec![i32::from(cached)]).into()),
        ];
        // The encoder's caches stay those of the first step: later steps give empty ones.
        let encoders: Vec<Value> = if cached { kept_encoders(past) } else { Vec::new() };
        inputs.extend(names.past.iter().zip(past.drain(..)).map(|(name, value)| (*name, value.into())));
        let outputs: Vec<NodeId> = [names.logits].iter().chain(&names.present).copied().collect();
        let mut given = self.decoder.run(inputs, &outputs, None)?.into_iter();
        let logits: NdTensor<f32, 3> =
            given.next().and_then(|value| value.try_into().ok()).expect("the decoder gives floats first");
        past.extend(given);
        for (slot, encoder) in encoder_slots().zip(encoders) {
            past[slot] = encoder;
        }
        Ok(most_likely(logits.data().unwrap_or_default()))
    }
}

impl Names {
    fn find(decoder: &Model) -> Result<Names, RunError> {
        let caches = |stem: &str| -> Result<Vec<NodeId>, RunError> {
            let kinds = ["decoder.key", "decoder.value", "encoder.key", "encoder.value"];
            (0..LAYERS)
                .flat_map(|layer| kinds.map(|kind| decoder.node_id(&format!("{stem}.{layer}.{kind}"))))
                .collect()
        };
        Ok(Names {
            input: decoder.node_id("input_ids")?,
            mask: decoder.node_id("encoder_attention_mask")?,
            hidden: decoder.node_id("encoder_hidden_states")?,
            cached: decoder.node_id("use_cache_branch")?,
            logits: decoder.node_id("logits")?,
            past: caches("past_key_values")?,
            present: caches("present")?,
        })
    }
}

fn load(file: &'static [u8]) -> Result<Model, String> {
    Model::load_static_slice(file).map_err(|error| format!("the speech model can't be loaded: {error}"))
}

fn no_past() -> Vec<Value> {
    (0..LAYERS * 4).map(|_| Tensor::<f32>::zeros(&[1, HEADS, 0, HEAD_SIZE]).into()).collect()
}

fn encoder_slots() -> impl Iterator<Item = usize> {
    (0..LAYERS * 4).filter(|slot| slot % 4 >= 2)
}

fn kept_encoders(past: &[Value]) -> Vec<Value> {
    encoder_slots().map(|slot| past[slot].clone()).collect()
}

/// Whether `next` would write the same four pieces a third time.
fn is_loop(ids: &[i32], next: i32) -> bool {
    let mut all = ids.to_vec();
    all.push(next);
    (1..=4).any(|size| {
        let repeats = if size == 1 { 6 } else { 3 };
        let tail = &all[all.len().saturating_sub(size * repeats)..];
        tail.len() == size * repeats && tail.chunks(size).all(|chunk| chunk == &tail[..size])
    })
}

fn most_likely(logits: &[f32]) -> (i32, f32) {
    let (id, best) = logits.iter().enumerate().fold((0, f32::MIN), |(id, best), (index, value)| {
        if *value > best { (index, *value) } else { (id, best) }
    });
    let sum: f32 = logits.iter().map(|value| (value - best).exp()).sum();
    (id as i32, 1.0 / sum.max(1.0))
}
