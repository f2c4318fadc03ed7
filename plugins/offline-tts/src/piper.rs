//! Piper's voice `en_US-joe-medium` (MIT; its recordings CC0): phonemes in, sound out.

use rten::{Model, NodeId, Value};
use rten_tensor::Tensor;
use rten_tensor::prelude::*;
use std::collections::BTreeMap;

/// Samples a second that the voice speaks with.
pub const RATE: usize = 22_050;

/// Samples for each unit of a phoneme's length.
const HOP: usize = 256;

/// Where in the voice's network the phonemes' lengths come out, in units of `HOP` samples.
const LENGTHS: &str = "/Ceil_output_0";

/// Noise of the sound and of the lengths. Piper draws it anew each time; at nothing, a clause always sounds the same.
const NOISE: f32 = 0.0;

pub struct Piper {
    model: Model,
    ids: BTreeMap<char, i32>,
    input: NodeId,
    input_lengths: NodeId,
    scales: NodeId,
    output: NodeId,
    lengths: NodeId,
}

/// A clause as sound.
pub struct Sound {
    pub samples: Vec<i16>,
    /// For each phoneme, the sample behind its last.
    pub ends: Vec<usize>,
}

impl Piper {
    /// # Errors
    /// In words, where the included files don't fit this code.
    pub fn load() -> Result<Piper, String> {
        let wrong = |error: String| format!("the voice can't be loaded: {error}");
        let model = Model::load_static_slice(include_bytes!(env!("MODEL_VOICE_ONNX")));
        let model = model.map_err(|error| wrong(error.to_string()))?;
        let node = |name| model.node_id(name).map_err(|error| wrong(error.to_string()));
        let (input, input_lengths, scales) = (node("input")?, node("input_lengths")?, node("scales")?);
        let (output, lengths) = (node("output")?, node(LENGTHS)?);
        Ok(Piper { ids: ids().map_err(wrong)?, model, input, input_lengths, scales, output, lengths })
    }

    /// Speaks `phonemes`; what the voice doesn't know is left out. `slower` is 1.0 for the voice's own pace, 2.0 for half of it.
    ///
    /// # Errors
    /// In words, where the voice can't run; not expected of any text.
    pub fn speak(&self, phonemes: &[char], slower: f32) -> Result<Sound, String> {
        let ids = self.sequence(phonemes);
        let count = ids.len();
        let inputs = vec![
            (self.input, Tensor::from_data(&[1, count], ids.clone()).into()),
            (self.input_lengths, Tensor::from_data(&[1], vec![count as i32]).into()),
            (self.scales, Tensor::from_data(&[3], vec![NOISE, slower, NOISE]).into()),
        ];
        let given = self.model.run_n(inputs, [self.output, self.lengths], None);
        let [sound, lengths] = given.map_err(|error| format!("the voice can't run: {error}"))?;
        let lengths: Vec<usize> = floats(lengths)?.into_iter().map(|length| length as usize * HOP).collect();
        Ok(Sound { samples: as_pcm(&floats(sound)?), ends: self.ends(phonemes, &lengths) })
    }

    /// `^`, then each phoneme with a `_` before it, then `_` and `$`.
    fn sequence(&self, phonemes: &[char]) -> Vec<i32> {
        let id = |letter| self.ids.get(&letter).copied();
        let between = id('_').unwrap_or_default();
        let known = phonemes.iter().filter_map(|letter| id(*letter));
        let first = id('^').into_iter().chain([between]);
        first.chain(known.flat_map(|id| [id, between])).chain(id('$')).collect()
    }

    fn ends(&self, phonemes: &[char], lengths: &[usize]) -> Vec<usize> {
        let mut sum = lengths.iter().take(2).sum();
        let mut rest = lengths.iter().skip(2);
        phonemes
            .iter()
            .map(|letter| {
                if self.ids.contains_key(letter) {
                    sum += rest.by_ref().take(2).sum::<usize>();
                }
                sum
            })
            .collect()
    }
}

/// The voice's own table of phonemes.
fn ids() -> Result<BTreeMap<char, i32>, String> {
    let config: serde_json::Value = serde_json::from_slice(include_bytes!(env!("MODEL_VOICE_JSON")))
        .map_err(|error| error.to_string())?;
    let table = config["phoneme_id_map"].as_object().ok_or("expected `phoneme_id_map`, found nothing")?;
    let entry = |(letter, ids): (&String, &serde_json::Value)| {
        Some((letter.chars().next()?, ids[0].as_i64()? as i32))
    };
    Ok(table.iter().filter_map(entry).collect())
}

fn floats(value: Value) -> Result<Vec<f32>, String> {
    let tensor: Tensor<f32> =
        value.try_into().map_err(|_| "expected floats of the voice, found another type")?;
    Ok(tensor.to_vec())
}

/// At most full scale; the voice speaks at about half of it.
fn as_pcm(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|sample| (sample.clamp(-1.0, 1.0) * 32767.0) as i16).collect()
}
