//! Examples, broken.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Random bytes now and then; else one of the examples with some changes. Fewer and smaller changes are tried on a failure.
pub fn changed(seeds: &[Vec<u8>], length_max: usize) -> impl Strategy<Value = Vec<u8>> + use<> {
    let examples = seeds.to_vec();
    let broken = (any::<Index>(), vec(change(), 0..6)).prop_map(move |(which, changes)| {
        let mut bytes = which.get(&examples).clone();
        for change in &changes {
            change.apply(&mut bytes, &examples);
            bytes.truncate(length_max);
        }
        bytes
    });
    prop_oneof![1 => vec(any::<u8>(), 0..200), 9 => broken]
}

#[derive(Clone, Debug)]
enum Change {
    Flip {
        at: Index,
        bit: u8,
    },
    Set {
        at: Index,
        byte: u8,
    },
    Cut {
        at: Index,
        length: usize,
    },
    End {
        at: Index,
    },
    Repeat {
        at: Index,
        length: usize,
        times: usize,
    },
    /// A piece of another example.
    Splice {
        at: Index,
        other: Index,
        from: Index,
        length: usize,
    },
    Insert {
        at: Index,
        scrap: Index,
    },
}

fn change() -> impl Strategy<Value = Change> {
    let (at, length) = (any::<Index>, || 0usize..64);
    prop_oneof![
        3 => (at(), 0u8..8).prop_map(|(at, bit)| Change::Flip { at, bit }),
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set { at, byte }),
        2 => (at(), length()).prop_map(|(at, length)| Change::Cut { at, length }),
        1 => at().prop_map(|at| Change::End { at }),
        2 => (at(), length(), 1usize..40).prop_map(|(at, length, times)| Change::Repeat { at, length, times }),
        2 => (at(), any::<Index>(), any::<Index>(), length())
            .prop_map(|(at, other, from, length)| Change::Splice { at, other, from, length }),
        4 => (at(), any::<Index>()).prop_map(|(at, scrap)| Change::Insert { at, scrap }),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, examples: &[Vec<u8>]) {
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        let piece =
            |from: usize, length: usize, bytes: &[u8]| bytes[from..(from + length).min(bytes.len())].to_vec();
        match self {
            Change::Flip { at, bit } => {
                let at = place(at, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Change::Set { at, byte } => {
                let at = place(at, bytes);
                if let Some(there) = bytes.get_mut(at) {
                    *there = *byte;
                }
            }
            Change::Cut { at, length } => {
                let from = place(at, bytes);
                bytes.drain(from..(from + length).min(bytes.len()));
            }
            Change::End { at } => bytes.truncate(place(at, bytes)),
            Change::Repeat { at, length, times } => {
                let from = place(at, bytes);
                let repeated = piece(from, *length, bytes).repeat(*times);
                bytes.splice(from..from, repeated);
            }
            Change::Splice { at, other, from, length } => {
                let other = other.get(examples);
                let inserted = piece(place(from, other), *length, other);
                let from = place(at, bytes);
                bytes.splice(from..from, inserted);
            }
            Change::Insert { at, scrap } => {
                let from = place(at, bytes);
                bytes.splice(from..from, scrap.get(&SCRAPS).bytes());
            }
        }
    }
}

/// What readers of text and of numbers trip over.
const SCRAPS: [&str; 44] = [
    "\0",
    "\r\n",
    "\n",
    "\r\n\r\n",
    "\t",
    "  ",
    ":",
    ",",
    ";",
    "=",
    "\"",
    "\\",
    "'",
    "<",
    ">",
    "@",
    "/",
    "%",
    "%00",
    "%zz",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!!x ",
    "|",
    "- ",
    ": ",
    "#",
    "{name}",
    "0",
    "-1",
    "65536",
    "4294967296",
    "18446744073709551616",
    "1e999",
    "NaN",
    "null",
    "ß",
    "🦀",
    "\u{202e}",
    "\u{feff}",
];
