//! all-MiniLM-L6-v2 (Apache-2.0), int8: a sentence becomes 384 numbers; sentences of one meaning point the same way.

use crate::tokens::Tokens;
use rten::{Model, NodeId, RunError};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

/// A sentence's meaning, of length 1.
pub type Meaning = Vec<f32>;

pub struct MiniLm {
    model: Model,
    tokens: Tokens,
    ids: NodeId,
    mask: NodeId,
    kinds: NodeId,
    hidden: NodeId,
}

impl MiniLm {
    /// # Errors
    /// In words, where the included files don't fit this code.
    pub fn load() -> Result<MiniLm, String> {
        let wrong = |error: String| format!("the model of meanings can't be loaded: {error}");
        let model = Model::load_static_slice(include_bytes!(env!("MODEL_MODEL_ONNX")));
        let model = model.map_err(|error| wrong(error.to_string()))?;
        let node = |name| model.node_id(name).map_err(|error| wrong(error.to_string()));
        Ok(MiniLm {
            ids: node("input_ids")?,
            mask: node("attention_mask")?,
            kinds: node("token_type_ids")?,
            hidden: node("last_hidden_state")?,
            tokens: Tokens::read(include_str!(env!("MODEL_VOCAB_TXT"))),
            model,
        })
    }

    /// # Errors
    /// In words; not expected of any text.
    pub fn meaning(&self, text: &str) -> Result<Meaning, String> {
        self.run(text).map_err(|error| format!("the model of meanings can't run: {error}"))
    }

    fn run(&self, text: &str) -> Result<Meaning, RunError> {
        let ids = self.tokens.of(text);
        let shape = [1, ids.len()];
        let inputs = vec![
            (self.ids, Tensor::from_data(&shape, ids).into()),
            (self.mask, Tensor::<i32>::full(&shape, 1).into()),
            (self.kinds, Tensor::<i32>::zeros(&shape).into()),
        ];
        let [hidden] = self.model.run_n(inputs, [self.hidden], None)?;
        let hidden: NdTensor<f32, 3> = hidden.try_into().expect("the model gives floats for each token");
        Ok(unit(mean(&hidden)))
    }
}

/// The mean over the tokens, as the model was trained.
fn mean(hidden: &NdTensor<f32, 3>) -> Meaning {
    let [_, tokens, size] = hidden.shape();
    let sum = |column: usize| (0..tokens).map(|token| hidden[[0, token, column]]).sum::<f32>();
    (0..size).map(|column| sum(column) / tokens as f32).collect()
}

fn unit(meaning: Meaning) -> Meaning {
    let length = meaning.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-9);
    meaning.into_iter().map(|value| value / length).collect()
}
