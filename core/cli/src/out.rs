//! What is printed. A reader who goes away (`closare calls | head -1`) ends the command without a word, and takes nothing
//! from one that goes on (`closare serve`, a call that was placed); std's own macros panic.

/// A line, as `println!` would print it.
macro_rules! say {
    () => { $crate::out::print(format_args!("\n")) };
    ($($text:tt)*) => { $crate::out::print(format_args!("{}\n", format_args!($($text)*))) };
}

/// A line, as `eprintln!` would print it.
macro_rules! complain {
    ($($text:tt)*) => { $crate::out::complain(format_args!("{}\n", format_args!($($text)*))) };
}

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a shell reports of a program that SIGPIPE has ended: 128, and the signal's number.
const NO_READER: i32 = 141;

static GOES_ON: AtomicBool = AtomicBool::new(false);

/// This command has other work than to be read: what can't be printed is left out from here on.
pub fn goes_on_unread() {
    GOES_ON.store(true, Ordering::Relaxed);
}

/// Use [`say!`].
pub fn print(text: Arguments<'_>) {
    let Err(error) = std::io::stdout().write_fmt(text) else { return };
    if GOES_ON.load(Ordering::Relaxed) {
        return;
    }
    if error.kind() == ErrorKind::BrokenPipe {
        exit(NO_READER);
    }
    complain!("can't print: {error}");
    exit(1);
}

/// Use [`complain!`], for what a person is told beside. Where nobody reads it, the exit code tells.
pub fn complain(text: Arguments<'_>) {
    let _ = std::io::stderr().write_fmt(text);
}
