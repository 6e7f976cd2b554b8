"""Second factors as tests set them up: a pool's MFA configuration, users with addresses, codes of software tokens."""

from __future__ import annotations

import base64
import hmac
import itertools
import time
from typing import Any

from kit import Pool, unique

SMS = "SMS_MFA"
TOTP = "SOFTWARE_TOKEN_MFA"
EMAIL = "EMAIL_OTP"
ALL = (SMS, TOTP, EMAIL)
SMS_SENDER = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x"}
# E-mail can be a second factor only where it is not sent by Cognito's default sender.
OWN_SENDER = {
    "EmailSendingAccount": "DEVELOPER",
    "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/example.com",
}
WRONG_CODE = ("CodeMismatchException", "Invalid code received for user")
USED_TOKEN = ("ExpiredCodeException", "Your software token has already been used once.")
INVALID = ("NotAuthorizedException", "Invalid session for the user.")
EXPIRED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")
USED = ("NotAuthorizedException", "Invalid session for the user, session can only be used once.")
_BLOCKS = {
    SMS: ("SmsMfaConfiguration", {"SmsConfiguration": SMS_SENDER}),
    TOTP: ("SoftwareTokenMfaConfiguration", {"Enabled": True}),
    EMAIL: ("EmailMfaConfiguration", {"Message": "Code {####}", "Subject": "Code"}),
}
_PREFERENCES = {SMS: "SMSMfaSettings", TOTP: "SoftwareTokenMfaSettings", EMAIL: "EmailMfaSettings"}
_phones = itertools.count(1)


def mfa_configuration(mode: str, factors: tuple[str, ...] = ALL) -> dict[str, Any]:
    """The members of SetUserPoolMfaConfig that offer these factors."""
    return {"MfaConfiguration": mode, **dict(_BLOCKS[factor] for factor in factors)}


def demand(pool: Pool, mode: str, factors: tuple[str, ...] = ALL) -> Pool:
    pool.idp.set_user_pool_mfa_config(UserPoolId=pool.id, **mfa_configuration(mode, factors))
    return pool


def preference(*factors: str, preferred: str | None = None) -> dict[str, Any]:
    """The members of SetUserMFAPreference and AdminSetUserMFAPreference that choose these factors."""
    return {_PREFERENCES[factor]: {"Enabled": True, "PreferredMfa": factor == preferred} for factor in factors}


def prefer(pool: Pool, username: str, *factors: str, preferred: str | None = None) -> None:
    pool.idp.admin_set_user_mfa_preference(
        UserPoolId=pool.id, Username=username, **preference(*factors, preferred=preferred)
    )


def reachable_user(pool: Pool) -> tuple[str, str, str]:
    """A user with a phone and an e-mail address that nobody verified: name, phone, address."""
    name = unique("user")
    phone, email = f"+1206555{next(_phones):04}", f"{name}@example.com"
    pool.create_user(name, phone_number=phone, email=email)
    return name, phone, email


def token_user(pool: Pool) -> tuple[str, str]:
    """A user with a software token that is asked for: name and secret. The token's present code is used up."""
    name = pool.create_user()
    secret = set_up_token(pool, pool.sign_in(name)["AccessToken"])
    prefer(pool, name, TOTP)
    return name, secret


def set_up_token(pool: Pool, access_token: str) -> str:
    """Associates and verifies a software token: its secret."""
    secret = pool.idp.associate_software_token(AccessToken=access_token)["SecretCode"]
    reply = pool.idp.verify_software_token(AccessToken=access_token, UserCode=totp(secret))
    assert reply["Status"] == "SUCCESS"
    return secret


def totp(secret: str, later: int = 0) -> str:
    """RFC 6238: the code of the present step of 30 seconds, or of as many steps `later`.

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
