//! What the machine is, and what this process uses of it. Linux tells the latter; elsewhere those figures are left out.

use std::time::Duration;

/// Cores, system, and whether this is a release build: what stands beside every figure.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let build =
        if cfg!(debug_assertions) { "a DEBUG build, whose figures say little" } else { "release build" };
    format!("{cores} cores, {} {}, {build}", std::env::consts::OS, std::env::consts::ARCH)
}

/// Bytes of memory that this process takes up, a page that is mapped in many places counted once (proc_pid_smaps(5), `Pss`).
pub fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Processor time of all threads of this process (kernel, Documentation/scheduler/sched-stats.rst).
pub fn processor_time() -> Option<Duration> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let of = |thread: std::fs::DirEntry| -> Option<u64> {
        std::fs::read_to_string(thread.path().join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
    };
    Some(Duration::from_nanos(threads.filter_map(Result::ok).filter_map(of).sum()))
}
