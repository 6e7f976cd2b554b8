"""Choice-based sign-in in steps."""

from __future__ import annotations

from typing import Any

from kit import Pool, attributes

UNAVAILABLE = ("InvalidParameterException", "The selected challenge is not available for this user.")
PARAMETERS = {"EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"}


def begin(pool: Pool, username: str, session: str | None = None, **parameters: str) -> dict[str, Any]:
    """InitiateAuth with USER_AUTH; `session` is one of ConfirmSignUp."""
    return pool.idp.initiate_auth(
        AuthFlow="USER_AUTH",
        ClientId=pool.client_id,
        AuthParameters={"USERNAME": username, **pool.hash_parameter(username), **parameters},
        **({"Session": session} if session else {}),
    )


def select(
    pool: Pool, username: str, challenge: dict[str, Any], way: str, **responses: str
) -> dict[str, Any]:
    """Answers SELECT_CHALLENGE."""
    answer = {"USERNAME": username, "ANSWER": way, **responses}
    return pool.respond("SELECT_CHALLENGE", answer, challenge["Session"])


def answer(pool: Pool, username: str, challenge: dict[str, Any], code: str) -> dict[str, Any]:
    """Answers EMAIL_OTP or SMS_OTP."""
    name = challenge["ChallengeName"]
    return pool.respond(name, {"USERNAME": username, PARAMETERS[name]: code}, challenge["Session"])


def sign_up(pool: Pool, username: str, **values: str) -> dict[str, Any]:
    """SignUp without a password."""
    return pool.idp.sign_up(
        ClientId=pool.client_id, Username=username, UserAttributes=attributes(**values)
    )
