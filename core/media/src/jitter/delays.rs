//! How late packets come, over the last seconds.

/// Packets remembered: 4 s of 20 ms frames, the length over which the delay is judged.
const WINDOW: usize = 200;
/// The last half second has its own percentile, so that a line that turns bad is believed at the second late packet.
const RECENT: usize = 25;
/// A packet that is later than this beside the fastest one isn't late: its sender's clock jumped.
const JUMP_TICKS: i64 = 8000;
/// The percentile is taken again after so many packets, or when one exceeds it.
const REFRESH: u32 = 10;

/// Transits (arrival less timestamp, in ticks) of the last packets. Only differences of transits mean anything.
pub struct Delays {
    transits: [i64; WINDOW],
    len: usize,
    next: usize,
    base: i64,
    p95: i64,
    until_refresh: u32,
}

impl Delays {
    pub fn new() -> Delays {
        Delays { transits: [0; WINDOW], len: 0, next: 0, base: 0, p95: 0, until_refresh: 0 }
    }

    pub fn note(&mut self, transit: i64) {
        if self.len > 0 && (transit - self.base).abs() > JUMP_TICKS {
            *self = Delays::new();
        }
        self.transits[self.next] = transit;
        self.next = (self.next + 1) % WINDOW;
        self.len = (self.len + 1).min(WINDOW);
        self.until_refresh = self.until_refresh.saturating_sub(1);
        let outside = transit < self.base || transit - self.base > self.p95;
        if outside || self.until_refresh == 0 {
            self.refresh();
        }
    }

    /// The fastest transit.
    pub fn base(&self) -> i64 {
        self.base
    }

    /// 95 of 100 packets come at most so many ticks later than the fastest.
    pub fn p95(&self) -> i64 {
        self.p95
    }

    fn refresh(&mut self) {
        self.until_refresh = REFRESH;
        let mut all = self.transits;
        let all = &mut all[..self.len];
        self.base = all.iter().copied().min().unwrap_or(0);
        let mut recent = [0; RECENT];
        let recent = &mut recent[..self.len.min(RECENT)];
        for (back, transit) in (1..).zip(recent.iter_mut()) {
            *transit = self.transits[(self.next + WINDOW - back) % WINDOW];
        }
        self.p95 = percentile_95(all).max(percentile_95(recent)) - self.base;
    }
}

fn percentile_95(values: &mut [i64]) -> i64 {
    let rank = (values.len() * 95).div_ceil(100).saturating_sub(1);
    let (_, ranked, _) = values.select_nth_unstable(rank);
    *ranked
}
