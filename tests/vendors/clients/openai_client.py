"""OpenAI's own client: a chat whole, as a stream, with a tool; transcription and speech; errors."""

import io
import sys
import wave

import openai

from emulator import HTTPS, tone

MODEL = "gpt-4.1-mini"
USER = {"role": "user", "content": "Hello"}
TOOL = {"type": "function", "function": {"name": "book", "parameters": {"type": "object", "properties": {}}}}
client = openai.OpenAI(api_key="openai-test-key", base_url=f"{HTTPS}/v1")


def answers():
    completion = client.chat.completions.create(model=MODEL, messages=[USER])
    assert completion.choices[0].message.content == "Good day, what can I do?", completion
    assert completion._request_id.startswith("req_"), completion
    asked = dict(model=MODEL, messages=[USER], stream=True, stream_options={"include_usage": True})
    chunks = list(client.chat.completions.create(**asked))
    tokens = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert tokens == ["We", " are", " open."], tokens
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 3, chunks[-1]
    assert chunks[-2].choices[0].finish_reason == "stop", chunks[-2]


def uses_a_tool():
    asked = dict(model=MODEL, messages=[USER], tools=[TOOL])
    with client.chat.completions.stream(**asked) as stream:
        final = stream.get_final_completion()
    choice = final.choices[0]
    call = choice.message.tool_calls[0]
    assert choice.finish_reason == "tool_calls" and call.function.name == "book", final
    assert call.function.arguments == '{"seats":4}', call
    said = {"role": "assistant", "tool_calls": [{"id": call.id, "type": "function", "function": call.function.model_dump(include={"name", "arguments"})}]}
    history = [USER, said, {"role": "tool", "tool_call_id": call.id, "content": "booked"}]
    completion = client.chat.completions.create(**{**asked, "messages": history})
    assert completion.choices[0].message.content == "Booked.", completion


def is_refused():
    try:
        client.chat.completions.create(model=MODEL, messages=[USER, {"role": "tool", "tool_call_id": "a", "content": ""}])
        raise AssertionError("an error was expected")
    except openai.BadRequestError as error:
        assert "must be a response" in str(error), error
    try:
        openai.OpenAI(api_key="wrong", base_url=f"{HTTPS}/v1").chat.completions.create(model=MODEL, messages=[USER])
        raise AssertionError("an error was expected")
    except openai.AuthenticationError as error:
        assert error.code == "invalid_api_key", error


def hears_and_speaks():
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(tone(1000))
    file.name = "turn.wav"
    file.seek(0)
    heard = client.audio.transcriptions.create(model="gpt-4o-mini-transcribe", file=file, language="en")
    assert heard.text == "I need a table.", heard
    said = dict(model="gpt-4o-mini-tts", voice="alloy", input="Good day", response_format="pcm")
    with client.audio.speech.with_streaming_response.create(**said) as response:
        audio = b"".join(response.iter_bytes())
    assert len(audio) == 8 * 60 * 24 * 2, len(audio)


def breaks_off():
    """The test has armed an error in the middle of the next stream."""
    try:
        list(client.chat.completions.create(model=MODEL, messages=[USER], stream=True))
        raise AssertionError("an error was expected")
    except openai.APIError as error:
        assert error.type == "server_error", error


for part in sys.argv[1:]:
    globals()[part]()
