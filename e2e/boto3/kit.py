"""What the tests share: clients, pools with users, SRP step by step, and how a refusal looks."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from poolhouse import REGION, Poolhouse
from pycognito.aws_srp import AWSSRP

PASSWORD = "Correct-Horse-7!"
OTHER_PASSWORD = "Battery-Staple-8?"
ALL_FLOWS = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]
WRONG_PASSWORD = ("NotAuthorizedException", "Incorrect username or password.")
_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A name that no other test of this run uses."""
    return f"{prefix}{next(_numbers)}"


def idp_client(server: Poolhouse, access_key: str = "test", region: str = REGION, **config: Any):
    """A boto3 client that asks once, so that a refusal is seen as it was given."""
    return boto3.client(
        "cognito-idp",
        endpoint_url=server.url,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


@contextlib.contextmanager
def refused(kind: str, message: str | None = None):
    """The call in this block is refused with this exception and, if given, exactly this text."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == kind, error
    if message is not None:
        assert error["Message"] == message
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def secret_hash(username: str, client_id: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), (username + client_id).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def attributes(**values: str) -> list[dict[str, str]]:
    """`attributes(email=…, custom__tier=…)` as the list that AWS takes; `__` stands for the colon."""
    return [{"Name": name.replace("__", ":"), "Value": value} for name, value in values.items()]


def as_dict(pairs: list[dict[str, str]]) -> dict[str, str]:
    return {pair["Name"]: pair["Value"] for pair in pairs}


def segment(token: str, index: int) -> dict[str, Any]:
    """The header (0) or payload (1) of a JWT, unverified."""
    part = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def claims(token: str) -> dict[str, Any]:
    return segment(token, 1)


@dataclass
class Pool:
    """A user pool with one app client."""

    server: Poolhouse
    idp: Any
    id: str
    client_id: str
    secret: str | None

    @classmethod
    def create(cls, server: Poolhouse, idp: Any, client: dict[str, Any], settings: dict[str, Any]) -> Pool:
        made = idp.create_user_pool(**{"PoolName": unique("pool"), **settings})["UserPool"]
        pool = cls(server, idp, made["Id"], "", None)
        return pool.with_client(**client)

    def with_client(self, **settings: Any) -> Pool:
        """The same pool seen through another new client."""
        made = self.idp.create_user_pool_client(
            **{"UserPoolId": self.id, "ClientName": unique("client"), "ExplicitAuthFlows": ALL_FLOWS, **settings}
        )["UserPoolClient"]
        return Pool(self.server, self.idp, self.id, made["ClientId"], made.get("ClientSecret"))

    def hash(self, username: str) -> dict[str, str]:
        """`SecretHash` for this client, as keyword argument; empty for a client without secret."""
        return {"SecretHash": secret_hash(username, self.client_id, self.secret)} if self.secret else {}

    def hash_parameter(self, username: str) -> dict[str, str]:
        """The same as an authentication parameter."""
        return {"SECRET_HASH": value for value in self.hash(username).values()}

    # Users

    def create_user(self, username: str | None = None, password: str = PASSWORD, **values: str) -> str:
        """A confirmed user with a permanent password. Returns the username."""
        username = username or unique("user")
        self.idp.admin_create_user(
            UserPoolId=self.id, Username=username, UserAttributes=attributes(**values), MessageAction="SUPPRESS"
        )
        self.set_password(username, password)
        return username

    def set_password(self, username: str, password: str, permanent: bool = True) -> None:
        self.idp.admin_set_user_password(
            UserPoolId=self.id, Username=username, Password=password, Permanent=permanent
        )

    def get_user(self, username: str) -> dict[str, Any]:
        return self.idp.admin_get_user(UserPoolId=self.id, Username=username)

    def user_attributes(self, username: str) -> dict[str, str]:
        return as_dict(self.get_user(username)["UserAttributes"])

    def sign_up(self, username: str, password: str = PASSWORD, **values: str) -> dict[str, Any]:
        return self.idp.sign_up(
            ClientId=self.client_id,
            Username=username,
            Password=password,
            UserAttributes=attributes(**values),
            **self.hash(username),
        )

    def confirm_sign_up(self, username: str, code: str, **members: Any) -> dict[str, Any]:
        return self.idp.confirm_sign_up(
            ClientId=self.client_id, Username=username, ConfirmationCode=code, **self.hash(username), **members
        )

    def resend(self, username: str) -> dict[str, Any]:
        return self.idp.resend_confirmation_code(
            ClientId=self.client_id, Username=username, **self.hash(username)
        )

    def forgot_password(self, username: str) -> dict[str, Any]:
        return self.idp.forgot_password(ClientId=self.client_id, Username=username, **self.hash(username))

    def confirm_forgot_password(self, username: str, code: str, password: str = OTHER_PASSWORD) -> dict[str, Any]:
        return self.idp.confirm_forgot_password(
            ClientId=self.client_id,
            Username=username,
            ConfirmationCode=code,
            Password=password,
            **self.hash(username),
        )

    # Sign-in

    def initiate(self, flow: str, **parameters: str) -> dict[str, Any]:
        """InitiateAuth with exactly these parameters."""
        return self.idp.initiate_auth(AuthFlow=flow, ClientId=self.client_id, AuthParameters=parameters)

    def admin_initiate(self, flow: str, **parameters: str) -> dict[str, Any]:
        return self.idp.admin_initiate_auth(
            UserPoolId=self.id, ClientId=self.client_id, AuthFlow=flow, AuthParameters=parameters
        )

    def respond(self, challenge: str, responses: dict[str, str], session: str | None = None) -> dict[str, Any]:
        return self.idp.respond_to_auth_challenge(
            ClientId=self.client_id,
            ChallengeName=challenge,
            ChallengeResponses=responses,
            **({"Session": session} if session else {}),
        )

    def password_auth(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        """USER_PASSWORD_AUTH: the whole reply."""
        return self.initiate(
            "USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=password, **self.hash_parameter(username)
        )

    def sign_in(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        """USER_PASSWORD_AUTH: the AuthenticationResult."""
        return self.password_auth(username, password)["AuthenticationResult"]

    def srp(self, username: str, password: str = PASSWORD) -> Srp:
        return Srp(self, username, password)

    def refresh(self, token: str, username: str | None = None) -> dict[str, Any]:
        """REFRESH_TOKEN_AUTH: the AuthenticationResult. `username` is needed by a client with a secret."""
        return self.initiate(
            "REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **(self.hash_parameter(username) if username else {})
        )["AuthenticationResult"]

    def rotate(self, token: str, **members: Any) -> dict[str, Any]:
        """GetTokensFromRefreshToken: the AuthenticationResult."""
        secret = {"ClientSecret": self.secret} if self.secret else {}
        return self.idp.get_tokens_from_refresh_token(
            **{"RefreshToken": token, "ClientId": self.client_id, **secret, **members}
        )["AuthenticationResult"]


class Srp:
    """USER_SRP_AUTH in steps, the arithmetic done by pycognito."""

    def __init__(self, pool: Pool, username: str, password: str) -> None:
        self.pool = pool
        self._srp = AWSSRP(username, password, pool.id, pool.client_id, client=pool.idp, client_secret=pool.secret)
        self.parameters = self._srp.get_auth_params()

    def begin(self, **changes: str) -> dict[str, Any]:
        return self.pool.initiate("USER_SRP_AUTH", **{**self.parameters, **changes})

    def answer(self, challenge: dict[str, Any]) -> dict[str, str]:
        """The right ChallengeResponses to a PASSWORD_VERIFIER challenge."""
        return self._srp.process_challenge(challenge["ChallengeParameters"], self.parameters)

    def sign_in(self) -> dict[str, Any]:
        """Both steps: the reply to the second, which is tokens or the next challenge."""
        challenge = self.begin()
        assert challenge["ChallengeName"] == "PASSWORD_VERIFIER"
        return self.pool.respond("PASSWORD_VERIFIER", self.answer(challenge), challenge["Session"])
