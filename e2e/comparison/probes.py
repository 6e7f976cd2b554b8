"""What must be refused, asked of any server that speaks Cognito's protocol.

Each probe first does what is allowed, then what is not. It answers True if the second was refused, False if it
was let through, and None if the server could not do the first: then nothing was learned.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Callable

import botocore
from botocore.exceptions import BotoCoreError, ClientError
from kit import OTHER_PASSWORD, PASSWORD, Pool, attributes, idp_client, secret_hash, segment, unique
from poolhouse import Poolhouse

Probe = Callable[[Pool], "bool | None"]
PROBES: dict[str, Probe] = {}
UNSUPPORTED = {
    "UnknownOperationException", "InternalFailure", "InternalError", "Unsupported", "NotImplemented",
    "UnsupportedOperation", "CognitoLocal#Unsupported", "OperationNotEnabledException",
}  # fmt: skip


class NothingLearned(Exception):
    """The allowed half of a probe did not work."""


def probe(title: str) -> Callable[[Probe], Probe]:
    def register(function: Probe) -> Probe:
        PROBES[title] = function
        return function

    return register


def allowed(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (ClientError, BotoCoreError, KeyError, ValueError) as error:
        raise NothingLearned(str(error)) from error


def refused(call: Callable[[], Any]) -> bool:
    """Whether a call is refused on purpose. A crash or a missing operation teaches nothing."""
    try:
        call()
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status >= 500 or error.response["Error"]["Code"] in UNSUPPORTED:
            raise NothingLearned(str(error)) from error
        return True
    return False


def ask(pool: Pool, title: str) -> bool | None:
    try:
        return PROBES[title](pool)
    except NothingLearned:
        return None


def new_pool(server: Poolhouse) -> Pool:
    """A pool in which e-mail addresses are the usernames: the one kind that every emulator has."""
    settings = {"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}
    return Pool.create(server, idp_client(server), {}, settings)


def address() -> str:
    return f"{unique('anna')}@example.com"


def user(pool: Pool) -> str:
    """A confirmed user with PASSWORD and a verified address, which is its name."""
    name = address()
    return allowed(lambda: pool.create_user(name, email=name, email_verified="true"))


def signed_in(pool: Pool) -> tuple[str, dict[str, str]]:
    name = user(pool)
    return name, allowed(lambda: pool.sign_in(name))


@probe("a wrong password")
def _(pool: Pool) -> bool:
    name, _ = signed_in(pool)
    return refused(lambda: pool.sign_in(name, OTHER_PASSWORD))


@probe("a wrong password by SRP")
def _(pool: Pool) -> bool:
    name = user(pool)
    allowed(lambda: pool.srp(name).sign_in()["AuthenticationResult"])
    return refused(lambda: pool.srp(name, OTHER_PASSWORD).sign_in())


@probe("an SRP proof sent twice")
def _(pool: Pool) -> bool:
    srp = pool.srp(user(pool))
    challenge = allowed(srp.begin)
    answer = allowed(lambda: srp.answer(challenge))
    allowed(lambda: pool.respond("PASSWORD_VERIFIER", answer, challenge.get("Session"))["AuthenticationResult"])
    return refused(lambda: pool.respond("PASSWORD_VERIFIER", answer, challenge.get("Session")))


@probe("the right password of a disabled user")
def _(pool: Pool) -> bool:
    name, _ = signed_in(pool)
    allowed(lambda: pool.idp.admin_disable_user(UserPoolId=pool.id, Username=name))
    return refused(lambda: pool.sign_in(name))


@probe("the right password after five wrong ones")
def _(pool: Pool) -> bool:
    name, _ = signed_in(pool)
    for _ in range(7):
        refused(lambda: pool.sign_in(name, OTHER_PASSWORD))
    return refused(lambda: pool.sign_in(name))


@probe("a sign-in flow the client does not allow")
def _(pool: Pool) -> bool:
    client = allowed(lambda: pool.with_client(ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"]))
    name, _ = signed_in(pool)
    return refused(lambda: client.sign_in(name))


@probe("sign-in without the client's SECRET_HASH")
def _(pool: Pool) -> bool:
    client = allowed(lambda: pool.with_client(GenerateSecret=True))
    if not client.secret:
        raise NothingLearned
    name, _ = signed_in(client)
    return refused(lambda: client.initiate("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD))


@probe("sign-in with a wrong SECRET_HASH")
def _(pool: Pool) -> bool:
    client = allowed(lambda: pool.with_client(GenerateSecret=True))
    if not client.secret:
        raise NothingLearned
    name, _ = signed_in(client)
    wrong = secret_hash(name, client.client_id, "x" * 52)
    return refused(
        lambda: client.initiate("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD, SECRET_HASH=wrong)
    )


@probe("a made-up sign-up code")
def _(pool: Pool) -> bool:
    name = address()
    allowed(lambda: pool.sign_up(name, email=name))
    return refused(lambda: pool.confirm_sign_up(name, "not-a-code"))


@probe("a made-up password-reset code")
def _(pool: Pool) -> bool:
    name = user(pool)
    allowed(lambda: pool.forgot_password(name))
    return refused(lambda: pool.confirm_forgot_password(name, "not-a-code"))


@probe("a password against the pool's policy at sign-up")
def _(pool: Pool) -> bool:
    one, two = address(), address()
    allowed(lambda: pool.sign_up(one, email=one))
    return refused(lambda: pool.sign_up(two, "password", email=two))


@probe("signing up with `email_verified` = true")
def _(pool: Pool) -> bool:
    one, two = address(), address()
    allowed(lambda: pool.sign_up(one, email=one))
    return refused(lambda: pool.sign_up(two, email=two, email_verified="true"))


@probe("an attribute the client may not write")
def _(pool: Pool) -> bool:
    client = allowed(lambda: pool.with_client(WriteAttributes=["email"]))
    _, tokens = signed_in(client)
    update = {"AccessToken": tokens["AccessToken"]}
    allowed(lambda: pool.idp.update_user_attributes(**update, UserAttributes=attributes(email=address())))
    return refused(lambda: pool.idp.update_user_attributes(**update, UserAttributes=attributes(nickname="A")))


@probe("a NEW_PASSWORD_REQUIRED session used twice")
def _(pool: Pool) -> bool:
    name = address()
    allowed(
        lambda: pool.idp.admin_create_user(
            UserPoolId=pool.id, Username=name, TemporaryPassword=OTHER_PASSWORD, MessageAction="SUPPRESS"
        )
    )
    session = allowed(lambda: pool.password_auth(name, OTHER_PASSWORD)["Session"])
    answer = {"USERNAME": name, "NEW_PASSWORD": PASSWORD}
    allowed(lambda: pool.respond("NEW_PASSWORD_REQUIRED", answer, session))
    again = answer | {"NEW_PASSWORD": "Third-Password-3!"}
    return refused(lambda: pool.respond("NEW_PASSWORD_REQUIRED", again, session))


def access(pool: Pool) -> str:
    _, tokens = signed_in(pool)
    allowed(lambda: pool.idp.get_user(AccessToken=tokens["AccessToken"]))
    return tokens["AccessToken"]


@probe("an access token with `alg` none")
def _(pool: Pool) -> bool:
    token = access(pool)
    header = json.dumps({**segment(token, 0), "alg": "none"}).encode()
    forged = base64.urlsafe_b64encode(header).rstrip(b"=").decode() + "." + token.split(".")[1] + "."
    return refused(lambda: pool.idp.get_user(AccessToken=forged))


@probe("an access token whose signature is cut off and replaced")
def _(pool: Pool) -> bool:
    token = access(pool)
    return refused(lambda: pool.idp.get_user(AccessToken=token.rsplit(".", 1)[0] + "." + "A" * 342))


@probe("an access token after GlobalSignOut")
def _(pool: Pool) -> bool:
    token = access(pool)
    allowed(lambda: pool.idp.global_sign_out(AccessToken=token))
    return refused(lambda: pool.idp.get_user(AccessToken=token))


@probe("an ID token in place of an access token")
def _(pool: Pool) -> bool:
    _, tokens = signed_in(pool)
    allowed(lambda: pool.idp.get_user(AccessToken=tokens["AccessToken"]))
    return refused(lambda: pool.idp.get_user(AccessToken=tokens["IdToken"]))


@probe("a refresh token nobody issued")
def _(pool: Pool) -> bool:
    _, tokens = signed_in(pool)
    allowed(lambda: pool.refresh(tokens["RefreshToken"]))
    return refused(lambda: pool.refresh("made-up"))


@probe("another client's refresh token")
def _(pool: Pool) -> bool:
    _, tokens = signed_in(pool)
    allowed(lambda: pool.refresh(tokens["RefreshToken"]))
    other = allowed(pool.with_client)
    return refused(lambda: other.refresh(tokens["RefreshToken"]))


@probe("a refresh token after RevokeToken")
def _(pool: Pool) -> bool:
    _, tokens = signed_in(pool)
    allowed(lambda: pool.refresh(tokens["RefreshToken"]))
    allowed(lambda: pool.idp.revoke_token(Token=tokens["RefreshToken"], ClientId=pool.client_id))
    return refused(lambda: pool.refresh(tokens["RefreshToken"]))


@probe("an unsigned administrator's call")
def _(pool: Pool) -> bool:
    allowed(lambda: pool.idp.list_users(UserPoolId=pool.id))
    unsigned = idp_client(pool.server, signature_version=botocore.UNSIGNED)
    return refused(lambda: unsigned.list_users(UserPoolId=pool.id))


@probe("another account's administrator")
def _(pool: Pool) -> bool:
    allowed(lambda: pool.idp.list_users(UserPoolId=pool.id))
    stranger = idp_client(pool.server, access_key="444455556666")
    return refused(lambda: stranger.list_users(UserPoolId=pool.id))
