#!/usr/bin/env python3
"""Takes a SQLite database for itself, as a backup or a repair tool does, says `held`, and keeps it until it is ended.

    python3 hold-database.py FILE
"""
import signal
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
signal.pause()
