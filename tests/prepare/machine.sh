#!/bin/sh
# Brings what this project needs on a machine, and says nothing where it is there already.
#
#   machine.sh wasm      a Rust compiler that can build for WASM
#   machine.sh python    pip and venv, with which the models are fetched
#   machine.sh bench     what speaks the callers' lines of the bench
#   machine.sh tests     the programs that tests talk to; where one is missing, its tests are skipped
#   machine.sh -n ...    says what would be done, and does nothing
#
# Packages are installed as root on Debian and its kin only. Everywhere else it says what to install; exit 1.
set -eu

target=wasm32-unknown-unknown

main() {
    dry_run=no
    if [ "${1:-}" = -n ]; then dry_run=yes; shift; fi
    case ${1:-} in
        wasm) wasm ;;
        python) python ;;
        bench) bench ;;
        tests) tests ;;
        *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
}

wasm() {
    if can_build_wasm; then return; fi
    if command -v rustup >/dev/null; then
        say "Adding the target $target to Rust (a minute)"
        # Where the server can't be reached, rustup tries for long.
        run timeout 300 rustup target add "$target" || true
        if can_build_wasm; then return; fi
    fi
    packages="rustc-web cargo-web rust-web-src"
    if ! has_rust_lld; then packages="$packages rust-web-llvm"; fi
    # shellcheck disable=SC2086
    install "a compiler for WASM" $packages || true
    if can_build_wasm || [ $dry_run = yes ]; then return; fi
    say "Plugins need a Rust compiler for WASM: \`rustup target add $target\`, or Debian's packages $packages."
    exit 1
}

# The target's library is there, or its source, from which it is built: in the search path's compiler, or the distribution's.
can_build_wasm() {
    for rustc in rustc /usr/bin/rustc; do
        root=$("$rustc" --print sysroot 2>/dev/null) || continue
        if [ -d "$root/lib/rustlib/$target/lib" ]; then return 0; fi
        if [ -d "$root/lib/rustlib/src/rust/library/std" ] && has_rust_lld; then return 0; fi
    done
    return 1
}

has_rust_lld() {
    if command -v rust-lld >/dev/null; then return 0; fi
    for rustc in rustc /usr/bin/rustc; do
        root=$("$rustc" --print sysroot 2>/dev/null) || continue
        for lld in "$root"/lib/rustlib/*/bin/rust-lld; do
            if [ -x "$lld" ]; then return 0; fi
        done
    done
    return 1
}

python() {
    if ! command -v python3 >/dev/null; then
        install "Python" python3 python3-pip python3-venv || true
    elif ! python3 -c 'import pip, ensurepip, venv' 2>/dev/null; then
        install "pip and venv" python3-pip python3-venv || true
    fi
    if python3 -c 'import pip, ensurepip, venv' 2>/dev/null || [ $dry_run = yes ]; then return; fi
    say "Fetching the models needs Python 3 with pip and venv (Debian: python3-pip python3-venv)."
    exit 1
}

bench() {
    if command -v espeak-ng >/dev/null || install "what speaks the callers' lines" espeak-ng; then return; fi
    say "The bench needs espeak-ng (Debian: espeak-ng)."
    exit 1
}

tests() {
    packages=
    while read -r program package; do
        PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || packages="$packages $package"
    done <<END
sipp sip-tester
baresip baresip-core
tshark tshark
sox sox
espeak-ng espeak-ng
debootstrap debootstrap
chromium chromium
END
    if [ -z "$packages" ]; then return; fi
    # shellcheck disable=SC2086
    if install "the programs that tests talk to" $packages; then return; fi
    say "Some tests will be skipped. They need these of Debian's packages:$packages."
    exit 1
}

# install WHAT PACKAGE...: false where it can't be done.
install() {
    what=$1; shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return 1; fi
    say "Installing $what: $* (a minute or two)"
    export DEBIAN_FRONTEND=noninteractive
    run apt-get update -q && run apt-get install -y -q --no-install-recommends "$@"
}

# Its output is shown only where it fails.
run() {
    if [ $dry_run = yes ]; then echo "  would run: $*"; return; fi
    log=$(mktemp)
    if "$@" >"$log" 2>&1 </dev/null; then rm -f "$log"; return; fi
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
}

say() { echo "$*"; }

main "$@"
