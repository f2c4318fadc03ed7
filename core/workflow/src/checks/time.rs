//! `time-1`: a silence that is longer than the file's own limit.

use crate::finding::Place;
use crate::reader::Reader;
use closare_terms::Millis;

impl Reader<'_> {
    pub fn silence_within(&mut self, long: Millis, place: Place) {
        let most = self.silence;
        if long > most {
            let sentence = format!(
                "the caller would meet {long} of silence, longer than the {most} of `limits.silence`"
            );
            self.error("time-1", place, sentence, "shorten it, or say something in between");
        }
    }
}
