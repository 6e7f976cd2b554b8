"""Fixtures: one server for the run, pools made per test, a clock that is put back."""

from __future__ import annotations

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from kit import ALL_FLOWS, Pool, idp_client  # noqa: E402
from poolhouse import Poolhouse  # noqa: E402


@pytest.fixture(scope="session")
def server():
    server = Poolhouse.running_or_started()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def idp(server):
    """A client of the default account."""
    return idp_client(server)


@pytest.fixture
def make_pool(server, idp):
    """`make_pool(client={…}, **CreateUserPool members)`: a new pool with one app client."""

    def make(client=None, **settings):
        return Pool.create(server, idp, client or {}, settings)

    return make


@pytest.fixture
def pool(make_pool):
    """A pool that verifies e-mail addresses and whose client may use every way to sign in."""
    return make_pool(AutoVerifiedAttributes=["email"])


@pytest.fixture
def make_house(make_pool):
    """`make_house(*first factors, client={…}, **CreateUserPool members)`: a pool whose users choose."""

    def make(*ways, client=None, **settings):
        return make_pool(
            client={"ExplicitAuthFlows": ["ALLOW_USER_AUTH", *ALL_FLOWS], **(client or {})},
            Policies={"SignInPolicy": {"AllowedFirstAuthFactors": list(ways)}},
            **{"AutoVerifiedAttributes": ["email"], **settings},
        )

    return make


@pytest.fixture
def house(make_house):
    """A pool whose users choose among password, e-mail and text message."""
    return make_house("PASSWORD", "EMAIL_OTP", "SMS_OTP")


@pytest.fixture
def by_email(make_house):
    """A pool where the e-mail address is the name and no password is needed."""
    return make_house("PASSWORD", "EMAIL_OTP", UsernameAttributes=["email"])


@pytest.fixture
def clock(server):
    """The server, whose clock the test may move."""
    yield server
    server.set_clock(0)
