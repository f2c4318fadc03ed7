//! Bytes as decisions: a target that needs more than bytes draws numbers and words from them. When they run out, every draw is
//! the plainest one.

pub struct Dice<'a> {
    rest: &'a [u8],
}

impl<'a> Dice<'a> {
    pub fn new(bytes: &'a [u8]) -> Dice<'a> {
        Dice { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// As many bytes as are left, `count` at most.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    pub fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[usize::from(self.byte()) % these.len()]
    }

    /// Usual ones, and those at which arithmetic goes wrong.
    pub fn number(&mut self) -> u64 {
        let few = u64::from(self.byte());
        match few {
            0..=199 => few * 25,
            200..=209 => few - 200,
            210..=219 => u64::MAX - (few - 210),
            220..=229 => u64::from(u32::MAX) + few - 225,
            230..=239 => (1 << 53) + few - 235,
            240..=249 => i64::MAX as u64 - 5 + (few - 240),
            _ => self.take(8).iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
        }
    }

    /// How sure a plugin is, as the host lets it through: from 0 to 1.
    pub fn sure(&mut self) -> f32 {
        f32::from(self.byte()) / 255.0
    }

    /// A usual text, an odd one, or whatever the next bytes are.
    pub fn text(&mut self, usual: &[&str]) -> String {
        match self.byte() {
            0..=159 => self.one_of(usual).to_owned(),
            160..=199 => self.one_of(&ODD).to_owned(),
            200..=209 => self.one_of(usual).repeat(500),
            _ => {
                let length = usize::from(self.byte()) % 64;
                String::from_utf8_lossy(self.take(length)).into_owned()
            }
        }
    }
}

const ODD: [&str; 12] = [
    "",
    " ",
    "\0",
    "\r\n\r\n",
    "\u{202e}gnirts",
    "{name}",
    "🦀🦀🦀",
    "ÀÉÎ ﬁ ß İ",
    "99999999999999999999999999999999",
    "null",
    "{\"a\":[[[[[[[[",
    "\u{feff}yes\u{200b}",
];
