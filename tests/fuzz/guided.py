#!/usr/bin/env python3
"""Long runs of tests/fuzz, guided by coverage: libFuzzer looks for input that reaches new code. `make fuzz` runs this.

    TARGET=sdp TIME=600 python3 tests/fuzz/guided.py       one target, for so many seconds; without them, each target for 60

What it finds is kept in target/fuzz: the corpus that grew, and inputs that break something. Where no guided run is possible, the
random tests run for that long instead.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FUZZ = ROOT / "tests" / "fuzz"
BUILT = ROOT / "target" / "fuzz"
TOOLS = ROOT / "target" / "tools"
CARGO_FUZZ = "0.13.1"

# What needs the crate that runs plugins is in a program of its own, which takes longer to build.
HEAVY = ("manifest",)
# Seconds and MiB for one input: no input of a stranger may take as much.
INPUT_SECONDS, INPUT_MIB = 10, 1024

sys.path.insert(0, str(ROOT / "tests" / "prepare"))
from steps import environment, say, step  # noqa: E402


def main() -> int:
    names = sorted(folder.name for folder in (FUZZ / "corpus").iterdir() if folder.is_dir())
    wanted = os.environ.get("TARGET", "")
    if wanted and wanted not in names:
        print(f"expected TARGET to be one of {', '.join(names)}, found {wanted}", file=sys.stderr)
        return 2
    seconds = os.environ.get("TIME") or "60"
    if not seconds.isdigit():
        print(f"expected TIME in seconds, found {seconds}", file=sys.stderr)
        return 2
    targets = [wanted] if wanted else names
    why = unguided()
    if why:
        say(f"No guided run: {why}. The random tests run instead, {seconds} s a target.")
        return at_random(targets, seconds)
    broken = 0
    for program in ("light", "heavy"):
        mine = [target for target in targets if (target in HEAVY) == (program == "heavy")]
        if not mine:
            continue
        if build(program) != 0:
            return 1
        broken += sum(not guided(program, target, seconds) for target in mine)
    return 1 if broken else 0


def unguided() -> str:
    """Why there can be no guided run; nothing where there can."""
    if not any(shutil.which(name) for name in (os.environ.get("CXX", "c++"), "g++", "clang++")):
        return "libFuzzer needs a C++ compiler (Debian: g++)"
    if not (TOOLS / "bin" / "cargo-fuzz").exists():
        install = ["cargo", "install", "cargo-fuzz", "--version", f"={CARGO_FUZZ}", "--locked", "--root", TOOLS]
        if step(f"Installing cargo-fuzz {CARGO_FUZZ} (a minute)", install) != 0:
            return f"cargo-fuzz {CARGO_FUZZ} can't be installed"
    return ""


def build(program: str) -> int:
    """Without a sanitizer: our crates have no unsafe code, and so a stable compiler will do."""
    features = ["--features", "host"] if program == "heavy" else []
    command = [TOOLS / "bin" / "cargo-fuzz", "fuzz", "build", "--fuzz-dir", FUZZ / "guided", "--sanitizer", "none"]
    command += ["--codegen-units", "16", "--target-dir", BUILT / "build", *features, program]
    return step(f"Building the {program} targets for a guided run (10 to 15 minutes on two cores, the first time)", command)


def guided(program: str, target: str, seconds: str) -> bool:
    """False where an input broke something."""
    corpus, found, log = BUILT / "corpus" / target, BUILT / "found" / target, BUILT / f"{target}.log"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(found.iterdir())
    seeds(target, corpus)
    say(f"{target}: {seconds} s …")
    command = [program_of(program), corpus, f"-max_total_time={seconds}", f"-artifact_prefix={found}/", "-print_final_stats=1"]
    command += [f"-timeout={INPUT_SECONDS}", f"-rss_limit_mb={INPUT_MIB}", "-max_len=16384", "-len_control=200", "-reload=0"]
    with log.open("wb") as output:
        status = subprocess.run(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, env={**environment(), "FUZZ_TARGET": target}
        ).returncode
    text = log.read_text(errors="replace")
    say(f"  {summary(text)}")
    for path in sorted(set(found.iterdir()) - before):
        tell(target, path, text)
    if status != 0 and not set(found.iterdir()) - before:
        say(f"  it ended with status {status}; all of its output is in {log.relative_to(ROOT)}")
    return status == 0


def program_of(program: str) -> Path:
    places = list((BUILT / "build").glob(f"*/release/{program}"))
    return max(places, key=lambda path: path.stat().st_mtime)


def seeds(target: str, corpus: Path) -> None:
    """The examples in the repository begin the corpus that grows."""
    files = list((FUZZ / "corpus" / target).iterdir())
    for line in (FUZZ / "examples.txt").read_text().splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == target:
            files += [path for path in (ROOT / words[1]).iterdir() if path.is_file() and path.name.endswith(words[2])]
    for path in files:
        shutil.copyfile(path, corpus / f"{path.parent.name}-{path.name}")


def summary(text: str) -> str:
    def last(pattern: str) -> str:
        found = re.findall(pattern, text)
        return found[-1] if found else "?"

    runs, speed = last(r"stat::number_of_executed_units:\s*(\d+)"), last(r"stat::average_exec_per_sec:\s*(\d+)")
    branches, new = last(r"cov: (\d+)"), last(r"stat::new_units_added:\s*(\d+)")
    return f"{runs} inputs, {speed} a second, {branches} branches, {new} new examples"


def tell(target: str, path: Path, text: str) -> None:
    why = re.search(r"panicked at .*\n.*|ERROR: libFuzzer: .*", text)
    place = path.relative_to(ROOT)
    say(f"  BROKEN: {why.group(0) if why else 'see the log'}")
    say(f"  its input: {place}")
    say(f"  once it is mended: cp {place} tests/fuzz/corpus/{target}/WHAT-IT-BROKE")


def at_random(targets: list, seconds: str) -> int:
    status = 0
    for target in targets:
        command = ["cargo", "test", "--quiet", "--package", "closare-test-fuzz", "--test", "it", target, "--", "--exact", "--show-output"]
        extra = {"FUZZ_SECONDS": seconds, "FUZZ_TARGET": target}
        status |= subprocess.run(command, stdin=subprocess.DEVNULL, cwd=ROOT, env={**environment(), **extra}).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
