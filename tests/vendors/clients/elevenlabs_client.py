"""ElevenLabs' own client over `stream-input`; it has only the types of `multi-stream-input`, which read what comes."""

import asyncio
import base64
import json

import websockets
from elevenlabs import AudioOutputMulti, FinalOutputMulti
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError

from emulator import HTTPS, WSS

VOICE = "JBFqnCBsd6RMkjVDRZzb"
SAID = dict(voice_id=VOICE, model_id="eleven_flash_v2_5", output_format="pcm_16000")


def streams():
    client = ElevenLabs(api_key="elevenlabs-test-key", base_url=HTTPS)
    audio = b"".join(client.text_to_speech.convert_realtime(text=iter(["Good day, ", "what can I do?"]), **SAID))
    # The client puts a space at the end; 60 ms a character of 16-bit samples at 16 kHz.
    characters = len("Good day, what can I do? ")
    assert len(audio) == characters * 60 * 16 * 2, len(audio)


def is_refused():
    client = ElevenLabs(api_key="wrong", base_url=HTTPS)
    try:
        list(client.text_to_speech.convert_realtime(text=iter(["Hello"]), **SAID))
        raise AssertionError("an error was expected")
    except ApiError as error:
        assert error.status_code == 1008, error


async def streams_many():
    query = "model_id=eleven_flash_v2_5&output_format=pcm_16000&sync_alignment=true"
    url = f"{WSS}/v1/text-to-speech/{VOICE}/multi-stream-input?{query}"
    async with websockets.connect(url, additional_headers={"xi-api-key": "elevenlabs-test-key"}) as socket:
        for name in ["a", "b"]:
            await socket.send(json.dumps({"text": " ", "context_id": name}))
            await socket.send(json.dumps({"text": f"Hello {name} ", "context_id": name, "flush": True}))
        await socket.send(json.dumps({"context_id": "a", "close_context": True}))
        await socket.send(json.dumps({"close_socket": True}))
        messages = [json.loads(message) async for message in socket]
    assert socket.close_code == 1000, socket.close_code
    for name in ["a", "b"]:
        ours = [message for message in messages if message["contextId"] == name]
        assert FinalOutputMulti(**ours.pop()).is_final
        chunks = [AudioOutputMulti(**message) for message in ours]
        assert "".join("".join(chunk.alignment.chars) for chunk in chunks) == f" Hello {name} "
        for chunk in chunks:
            samples = len(base64.b64decode(chunk.audio)) // 2
            assert samples == sum(chunk.alignment.char_durations_ms) * 16


async def opens_too_many():
    url = f"{WSS}/v1/text-to-speech/{VOICE}/multi-stream-input?model_id=eleven_flash_v2_5&output_format=ulaw_8000"
    async with websockets.connect(url, additional_headers={"xi-api-key": "elevenlabs-test-key"}) as socket:
        for name in range(6):
            await socket.send(json.dumps({"text": " ", "context_id": f"c{name}"}))
        try:
            error = json.loads(await socket.recv())
            assert error["code"] == 1008, error
            await socket.recv()
            raise AssertionError("a close was expected")
        except websockets.exceptions.ConnectionClosedError as error:
            assert error.rcvd.code == 1008, error


streams()
is_refused()
asyncio.run(streams_many())
asyncio.run(opens_too_many())
