"""Starts `poolhouse dev` for a test run and speaks its test controls.

The program is taken from POOLHOUSE_BIN. With POOLHOUSE_URL set, a server that already runs is used instead.
"""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

REGION = "us-east-1"
_LISTENING = re.compile(r"listening on (https?://[\w.\[\]:-]+)")
_START_SECONDS = 30


class Poolhouse:
    """A running server: its `url`, and the controls that only `dev` has."""

    def __init__(self, url: str, process: subprocess.Popen[str] | None = None) -> None:
        self.url = url.rstrip("/")
        self._process = process

    @classmethod
    def start(cls, *arguments: str) -> Poolhouse:
        """Runs `poolhouse dev` on a free port of 127.0.0.1 and waits until it listens."""
        log = tempfile.TemporaryFile("w+")
        process = subprocess.Popen(
            [os.environ["POOLHOUSE_BIN"], "dev", "--listen", "127.0.0.1:0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_forward, args=(process, lines), daemon=True).start()
        seen = []
        try:
            while (line := lines.get(timeout=_START_SECONDS)) is not None:
                seen.append(line)
                if match := _LISTENING.search(line):
                    return cls(match[1], process)
        except queue.Empty:
            process.kill()
        process.wait()
        log.seek(0)
        raise RuntimeError(f"poolhouse did not start:\n{''.join(seen)}{log.read()}")

    @classmethod
    def running_or_started(cls) -> Poolhouse:
        """The server of POOLHOUSE_URL, or a new one."""
        url = os.environ.get("POOLHOUSE_URL")
        return cls(url) if url else cls.start()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Calls `/_poolhouse/<path>` and returns the JSON answer, or None for an empty one."""
        request = urllib.request.Request(
            f"{self.url}/_poolhouse/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None

    def inbox(self, to: str) -> list[dict[str, Any]]:
        """Messages sent to an address, newest first."""
        return self.control("GET", f"inbox?to={urllib.parse.quote(to, safe='')}")

    def code(self, to: str, purpose: str | None = None) -> str:
        """The code (or temporary password) in the newest message to an address, of one purpose if given."""
        messages = self.inbox(to)
        for message in messages:
            if purpose in (None, message["purpose"]):
                return message["code"]
        raise AssertionError(f"no message of purpose {purpose} to {to}: {messages}")

    def clock(self) -> dict[str, Any]:
        return self.control("GET", "clock")

    def set_clock(self, offset_seconds: int) -> None:
        self.control("PUT", "clock", {"offset_seconds": offset_seconds})

    def advance(self, seconds: int) -> None:
        self.control("POST", "clock/advance", {"seconds": seconds})

    def reset(self) -> None:
        self.control("POST", "reset")

    def snapshot(self) -> str:
        return self.control("POST", "snapshot")["id"]

    def restore(self, snapshot: str) -> None:
        self.control("POST", "restore", {"id": snapshot})


def _forward(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    """Keeps reading, so that the server never blocks on a full pipe."""
    for line in process.stdout or ():
        lines.put(line)
    lines.put(None)
