"""Session tracking: what a user and an administrator see and end, and the limit per user."""

import re

import pytest
from kit import refused


@pytest.fixture
def tracking(pool):
    """A pool that tracks sessions, at most two of a user."""
    pool.idp.set_user_pool_session_configuration(
        UserPoolId=pool.id, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 2}
    )
    return pool


def sessions(pool, tokens):
    return pool.idp.list_user_sessions(AccessToken=tokens["AccessToken"])["Sessions"]


def current(pool, tokens):
    (session,) = [s for s in sessions(pool, tokens) if s["IsCurrentSession"]]
    return session["SessionId"]


def test_nothing_is_tracked_unasked(pool):
    tokens = pool.sign_in(pool.create_user())
    assert sessions(pool, tokens) == []
    configuration = pool.idp.get_user_pool_session_configuration(UserPoolId=pool.id)
    assert configuration["UserSessionTracking"] == "DISABLED"
    assert configuration["TokenSession"] == {"MaxPerUser": 20}


def test_a_user_ends_another_own_session_only(tracking):
    user, stranger = tracking.create_user(), tracking.create_user()
    one, two, other = tracking.sign_in(user), tracking.sign_in(user), tracking.sign_in(stranger)
    with refused("ResourceNotFoundException"):
        tracking.idp.revoke_user_session(
            AccessToken=one["AccessToken"], SessionId=current(tracking, other)
        )
    with refused("InvalidParameterException"):
        tracking.idp.revoke_user_session(
            AccessToken=one["AccessToken"], SessionId=current(tracking, one)
        )
    tracking.idp.revoke_user_session(
        AccessToken=one["AccessToken"], SessionId=current(tracking, two)
    )
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        tracking.idp.get_user(AccessToken=two["AccessToken"])
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        tracking.refresh(two["RefreshToken"])
    assert tracking.refresh(one["RefreshToken"])["AccessToken"]
    assert tracking.idp.get_user(AccessToken=other["AccessToken"])


def test_a_session_is_described_and_ended_by_an_administrator(tracking):
    user = tracking.create_user()
    tokens = tracking.sign_in(user)
    (session,) = tracking.idp.admin_list_user_sessions(UserPoolId=tracking.id, Username=user)["Sessions"]
    assert re.fullmatch("tkn[a-z0-9]{25}", session["SessionId"])
    assert (session["SessionType"], session["ClientId"]) == ("TOKEN", tracking.client_id)
    assert session["DeviceType"].startswith("Boto3, ")
    assert session["LastIPAddress"] == "127.0.0.1"
    assert session["CreateDate"] == session["LastActiveDate"]
    assert session["IsCurrentSession"] is False
    tracking.idp.admin_revoke_user_session(
        UserPoolId=tracking.id, Username=user, SessionId=session["SessionId"]
    )
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        tracking.idp.get_user(AccessToken=tokens["AccessToken"])


def test_the_third_sign_in_ends_the_first(tracking):
    user = tracking.create_user()
    one, two, three = (tracking.sign_in(user) for _ in range(3))
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        tracking.refresh(one["RefreshToken"])
    for tokens in (two, three):
        assert tracking.refresh(tokens["RefreshToken"])["AccessToken"]
