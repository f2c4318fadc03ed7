"""Where the vendors stand, and a little audio. A client that hangs says where, and ends."""

import faulthandler
import math
import os
import struct

HANGS_S = 60
faulthandler.dump_traceback_later(HANGS_S, exit=True)

HTTPS = os.environ["EMULATOR_HTTPS"]
WSS = os.environ["EMULATOR_WSS"]


def tone(milliseconds, rate=16000):
    """Loud enough to count as speech: signed 16-bit samples, little endian."""
    count = rate * milliseconds // 1000
    return struct.pack(f"<{count}h", *(int(8000 * math.sin(n * 0.1)) for n in range(count)))


def silence(milliseconds, rate=16000):
    return bytes(rate * milliseconds // 1000 * 2)
