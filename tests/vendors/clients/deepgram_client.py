"""Deepgram's own client: hears a sentence over a socket, speaks over a socket and over HTTP."""

import time

from deepgram import DeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from deepgram.listen.v1.types import ListenV1Configure
from deepgram.speak.v1.types import SpeakV1Text
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from emulator import HTTPS, WSS, silence, tone

PLACE = DeepgramClientEnvironment(base=HTTPS, production=WSS, agent=WSS, agent_rest=HTTPS)
client = DeepgramClient(api_key="deepgram-test-key", environment=PLACE)


def hears():
    asked = dict(
        model="nova-3", language="en", encoding="linear16", sample_rate=16000, endpointing=300,
        interim_results=True, utterance_end_ms=1000, vad_events=True, punctuate=True,
    )
    with client.listen.v1.connect(**asked) as socket:
        socket.send_keep_alive()
        socket.send_configure(ListenV1Configure(keyterms=["Anna"]))
        audio = tone(1000) + silence(1500) + tone(500)
        for start in range(0, len(audio), 640):
            socket.send_media(audio[start : start + 640])
        socket.send_finalize()
        socket.send_close_stream()
        messages = list(socket)
    kinds = [message.type for message in messages]
    results = [message for message in messages if message.type == "Results"]
    said = lambda result: result.channel.alternatives[0].transcript
    assert kinds[0] == "ConfigureSuccess" and messages[0].keyterms == ["Anna"], messages[0]
    assert kinds.count("SpeechStarted") == 2, kinds
    assert kinds.count("UtteranceEnd") == 1, kinds
    assert kinds[-1] == "Metadata" and messages[-1].duration == 3.0, messages[-1]
    assert [said(result) for result in results if not result.is_final][:3] == ["I", "I need", "I need a"], results
    final = next(result for result in results if result.speech_final)
    assert said(final) == "I need a table.", final
    assert (final.start, final.duration) == (0.0, 1.0), final
    words = final.channel.alternatives[0].words
    assert [word.punctuated_word for word in words] == ["I", "need", "a", "table."], words
    assert final.metadata.request_id and final.metadata.model_info.name == "nova-3"
    finalized = [result for result in results if result.from_finalize]
    assert [said(result) for result in finalized] == ["For two."], finalized


def is_refused():
    for key, model, status in [("wrong", "nova-3", 401), ("deepgram-test-key", "nova-0", 400)]:
        other = DeepgramClient(api_key=key, environment=PLACE)
        try:
            with other.listen.v1.connect(model=model, encoding="linear16", sample_rate=16000):
                raise AssertionError(f"{status} was expected")
        except InvalidStatus as error:
            assert error.response.status_code == status, error
            assert b"err_code" in error.response.body, error.response


def is_left_alone():
    """Longer than the test's idle time, which stands for the vendor's 10 s."""
    with client.listen.v1.connect(model="nova-3", encoding="linear16", sample_rate=16000) as socket:
        started = time.monotonic()
        while time.monotonic() - started < 2.0:
            socket.send_keep_alive()
            time.sleep(0.1)
        try:
            socket.recv()
            raise AssertionError("a close was expected")
        except ConnectionClosedError as error:
            assert (error.rcvd.code, error.rcvd.reason) == (1011, "NET-0001"), error


def speaks():
    with client.speak.v1.connect(model="aura-2-thalia-en", encoding="linear16", sample_rate=16000) as socket:
        socket.send_text(SpeakV1Text(type="Speak", text="Good day"))
        socket.send_flush()
        audio = b""
        kinds = []
        for message in socket:
            if isinstance(message, bytes):
                audio += message
                continue
            kinds.append(message.type)
            if message.type == "Flushed":
                socket.send_clear()
            if message.type == "Cleared":
                socket.send_close()
    assert kinds == ["Metadata", "Flushed", "Cleared"], kinds
    assert len(audio) == 8 * 60 * 16 * 2, len(audio)
    said = dict(text="Good day", model="aura-2-thalia-en", encoding="linear16", sample_rate=16000, container="none")
    whole = b"".join(client.speak.v1.audio.generate(**said))
    assert whole == audio, (len(whole), len(audio))

    # 20 flushes in a minute are allowed.
    with client.speak.v1.connect(model="aura-2-thalia-en", encoding="mulaw", sample_rate=8000) as socket:
        for _ in range(21):
            socket.send_flush()
        kinds = [socket.recv().type for _ in range(22)]
        socket.send_close()
    assert sorted(kinds) == ["Flushed"] * 20 + ["Metadata", "Warning"], kinds


hears()
is_refused()
is_left_alone()
speaks()
