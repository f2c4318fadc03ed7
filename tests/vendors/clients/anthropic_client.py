"""Anthropic's own client: whole, as a stream, with a tool; errors, and what it does about them."""

import sys

import anthropic

from emulator import HTTPS

MODEL = "claude-haiku-5-5"
USER = {"role": "user", "content": "Hello"}
TOOL = {
    "name": "book",
    "description": "Books a table.",
    "input_schema": {"type": "object", "properties": {"seats": {"type": "integer"}}},
}
client = anthropic.Anthropic(api_key="anthropic-test-key", base_url=HTTPS)


def answers():
    message = client.messages.create(model=MODEL, max_tokens=100, messages=[USER])
    assert message.content[0].text == "Good day, what can I do?", message
    assert message.stop_reason == "end_turn" and message._request_id.startswith("req_"), message
    with client.messages.stream(model=MODEL, max_tokens=100, messages=[USER]) as stream:
        tokens = list(stream.text_stream)
        final = stream.get_final_message()
    assert tokens == ["We", " are", " open."], tokens
    assert final.content[0].text == "We are open." and final.usage.output_tokens == 3, final


def uses_a_tool():
    asked = dict(model=MODEL, max_tokens=100, tools=[TOOL], messages=[USER])
    with client.messages.stream(**asked) as stream:
        final = stream.get_final_message()
    use = final.content[-1]
    assert final.stop_reason == "tool_use" and use.name == "book" and use.input == {"seats": 4}, final
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "booked"}
    history = [USER, {"role": "assistant", "content": final.content}, {"role": "user", "content": [result]}]
    message = client.messages.create(**{**asked, "messages": history})
    assert message.content[0].text == "Booked.", message


def is_refused():
    def expect(kind, why, **asked):
        try:
            client.messages.create(**{"model": MODEL, "max_tokens": 100, "messages": [USER], **asked})
        except kind as error:
            assert why in str(error), error
        else:
            raise AssertionError(f"{kind} was expected")

    agent = {"role": "assistant", "content": "Hi"}
    use = {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "book", "input": {}}]}
    expect(anthropic.BadRequestError, "first message must use", messages=[agent])
    expect(anthropic.BadRequestError, "without `tool_result`", messages=[USER, use, USER], tools=[TOOL])
    expect(anthropic.NotFoundError, "model: gpt", model="gpt")
    other = anthropic.Anthropic(api_key="wrong", base_url=HTTPS)
    try:
        other.messages.create(model=MODEL, max_tokens=100, messages=[USER])
        raise AssertionError("an error was expected")
    except anthropic.AuthenticationError:
        pass


def breaks_off():
    """The test has armed an error in the middle of the next stream."""
    try:
        with client.messages.stream(model=MODEL, max_tokens=100, messages=[USER]) as stream:
            list(stream.text_stream)
        raise AssertionError("an error was expected")
    except anthropic.APIStatusError as error:
        assert error.body["error"]["type"] == "overloaded_error", error.body


for part in sys.argv[1:]:
    globals()[part]()
