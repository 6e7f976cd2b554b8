"""Codes of software tokens: RFC 6238 with SHA-1, six digits and steps of 30 seconds."""

from __future__ import annotations

import base64
import hmac
import itertools
import time


def totp(secret: str, later: int = 0) -> str:
    """The code of the present step, or of as many steps `later`.

    A code works once and no older one after it. As the next step's code is accepted already, a test can use two
    codes of one token: the present one, then that of one step later.
    """
    step = int(time.time()) // 30 + later
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"


def expired_totp(secret: str) -> str:
    """A code of two minutes ago, which is none of the present ones."""
    present = {totp(secret, later) for later in range(-2, 4)}
    return next(code for later in itertools.count(4) if (code := totp(secret, -later)) not in present)


def wrong_totp(secret: str) -> str:
    """Six digits that are no code of about now."""
    present = {totp(secret, later) for later in range(-2, 4)}
    return next(code for number in itertools.count() if (code := f"{number:06}") not in present)


def other_than(code: str) -> str:
    """As many digits, another number."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
