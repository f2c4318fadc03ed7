#!/usr/bin/env bash
# Measures one engine with the ten-turn call and prints a line of JSON for each number of calls.
#   ./run-peer.sh floor|echo|closare|pipecat|pipecat-lean|livekit|livekit-lean [calls] [turns]      e.g. ./run-peer.sh pipecat 4,8,12,16 10
# The engine gets core 1 for itself; the callers and the vendors share core 0. With CORES=0,1 WORKERS=2 the engine
# may use both. For another engine: ./run-peer.sh other, with PEER_PID (its root process) and PEER_URL.
set -euo pipefail
cd "$(dirname "$0")"
peer=$1 calls=${2:-4,8,12,16,20} turns=${3:-10}
cores=${CORES:-1} work=${WORK:-${TMPDIR:-/tmp}/callbench}
mkdir -p "$work"

[ -f speech/09.ulaw ] || python3 -W ignore make_speech.py >&2
CARGO_TARGET_DIR=$work/target nice cargo build --quiet --release -j1
bench=$work/target/release/callbench
ours=()
trap 'kill "${ours[@]}" 2>/dev/null || true' EXIT

port_open() { for _ in $(seq 150); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.2; done; echo "nothing listens on port $1" >&2; exit 1; }

taskset -c 0 "$bench" vendors & vendors=$!; ours+=("$vendors"); port_open 7701
extra=()
case $peer in
floor | echo)
    taskset -c "$cores" "$bench" floor & engine=$!; ours+=("$engine"); port_open 7702
    url=ws://127.0.0.1:7702/call
    if [ "$peer" = echo ]; then url=ws://127.0.0.1:7702/echo; extra=(--echo 20); fi ;;
pipecat | pipecat-lean)
    [ -x "$work/pipecat/bin/python" ] || { python3 -m venv "$work/pipecat"; "$work/pipecat/bin/pip" install --quiet -r peers/pipecat/requirements.txt; }
    if [ "$peer" = pipecat-lean ]; then export PEER_TURN=silence PEER_WAIT=0 PEER_TTFS=0.25 PEER_TEXT=token; fi
    (cd peers/pipecat && PEER_WORKERS=${WORKERS:-1} PYTHONDONTWRITEBYTECODE=1 exec taskset -c "$cores" "$work/pipecat/bin/python" bot.py) & engine=$!
    ours+=("$engine"); port_open 7703; url=ws://127.0.0.1:7703/ws ;;
livekit | livekit-lean)
    [ -x "$work/livekit/bin/python" ] || { python3 -m venv "$work/livekit"; "$work/livekit/bin/pip" install --quiet -r peers/livekit/requirements.txt; }
    if [ "$peer" = livekit-lean ]; then export PEER_LEAN=1; fi
    (cd peers/livekit && PYTHONDONTWRITEBYTECODE=1 exec taskset -c "$cores" "$work/livekit/bin/python" -W ignore bot.py) & engine=$!
    ours+=("$engine"); port_open 7704; url=ws://127.0.0.1:7704/ws ;;
closare)
    WORK=$work taskset -c "$cores" peers/closare/start.sh & engine=$!; ours+=("$engine"); port_open 7705
    url=ws://127.0.0.1:7705/twilio/benchbenchbench0; extra=(--sign bench) ;;
other) engine=$PEER_PID url=$PEER_URL ;;
*) sed -n 2,6p "$0" >&2; exit 2 ;;
esac
taskset -c 0 "$bench" load --name "$peer" --url "$url" --calls "$calls" --turns "$turns" --engine-pid "$engine" --vendors-pid "$vendors" "${extra[@]}"
