#!/usr/bin/env bash
# Starts the engine that PEER_BINARY names in a folder of its own, WORK: policies and call log on, recording off. It answers media
# streams at ws://127.0.0.1:7705/twilio/benchbenchbench0, signed with `bench`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
work=${WORK:?}/closare
rm -rf "$work" && mkdir -p "$work/plugins"
for plugin in deepgram openai; do cp -r "$root/target/closare-plugins/$plugin" "$work/plugins/$plugin"; done
cp "$here/agent.yaml" "$work/agent.yaml"
cat > "$work/keys.json" <<KEYS
{"DEEPGRAM_API_KEY": {"value": "none", "for": ["http://127.0.0.1:7701"]}}
KEYS
chmod 600 "$work/keys.json"
cat > "$work/closare.yaml" <<CONFIG
closare: 1
data: data
cache: $work/cache
keys: keys.json
listen: 127.0.0.1:7706
api: 127.0.0.1:7707
plugins: [plugins]
numbers: {"1000": agent.yaml}
allow_private: ["http://127.0.0.1:7701"]
max_calls: 2000
invites_per_second: 1000
streams:
  listen: 127.0.0.1:7705
  public: ws://127.0.0.1:7705
  numbers: {"1000": {token: benchbenchbench0, auth_token: bench}}
CONFIG
cd "$work"
exec "${PEER_BINARY:-$root/target/release/closare}" serve --config closare.yaml > serve.log 2>&1
