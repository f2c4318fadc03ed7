"""Where the vendors stand, and a little audio. A client that hangs says where, and ends."""

import faulthandler
import math
import os
import ssl
import struct
import sys

HANGS_S = 60
faulthandler.dump_traceback_later(HANGS_S, exit=True)

# Before 3.13 Python's TLS object isn't for two threads, and websockets' client writes in one and reads in another: a request
# that is written while a session ticket comes is lost (4 of 4 runs of 400 upgrades). In TLS 1.2 nothing comes by itself.
if sys.version_info < (3, 13):
    whole = ssl.create_default_context

    def up_to_1_2(*given, **named):
        context = whole(*given, **named)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    ssl.create_default_context = up_to_1_2

HTTPS = os.environ["EMULATOR_HTTPS"]
WSS = os.environ["EMULATOR_WSS"]


def tone(milliseconds, rate=16000):
    """Loud enough to count as speech: signed 16-bit samples, little endian."""
    count = rate * milliseconds // 1000
    return struct.pack(f"<{count}h", *(int(8000 * math.sin(n * 0.1)) for n in range(count)))


def silence(milliseconds, rate=16000):
    return bytes(rate * milliseconds // 1000 * 2)
