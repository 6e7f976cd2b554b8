"""Second factors as tests set them up: a pool's MFA configuration, users with addresses, software tokens."""

from __future__ import annotations

import itertools
from typing import Any

from kit import Pool, unique
from totp import totp

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


# By secret, the code that a token was verified by, which is the present one only until its half minute is over.
FIRST_CODES: dict[str, str] = {}


def token_user(pool: Pool) -> tuple[str, str]:
    """A user with a software token that is asked for: name and secret. The code in FIRST_CODES is used up."""
    name = pool.create_user()
    secret = set_up_token(pool, pool.sign_in(name)["AccessToken"])
    prefer(pool, name, TOTP)
    return name, secret


def set_up_token(pool: Pool, access_token: str) -> str:
    """Associates and verifies a software token: its secret."""
    secret = pool.idp.associate_software_token(AccessToken=access_token)["SecretCode"]
    FIRST_CODES[secret] = totp(secret)
    reply = pool.idp.verify_software_token(AccessToken=access_token, UserCode=FIRST_CODES[secret])
    assert reply["Status"] == "SUCCESS"
    return secret
