"""RevokeToken, GlobalSignOut, AdminUserGlobalSignOut: what ends, and what does not."""

import pytest
from kit import refused

REVOKED_ACCESS = ("NotAuthorizedException", "Access Token has been revoked")
REVOKED_REFRESH = ("NotAuthorizedException", "Refresh Token has been revoked")


def revoke(pool, token, **members):
    secret = {"ClientSecret": pool.secret} if pool.secret else {}
    return pool.idp.revoke_token(**{"Token": token, "ClientId": pool.client_id, **secret, **members})


def assert_ended(pool, tokens):
    with refused(*REVOKED_ACCESS):
        pool.idp.get_user(AccessToken=tokens["AccessToken"])
    with refused(*REVOKED_REFRESH):
        pool.refresh(tokens["RefreshToken"])
    with refused(*REVOKED_REFRESH):
        pool.rotate(tokens["RefreshToken"])


def assert_alive(pool, tokens):
    assert pool.idp.get_user(AccessToken=tokens["AccessToken"])
    assert pool.refresh(tokens["RefreshToken"])["AccessToken"]


def test_revoking_ends_one_sign_in(pool):
    user = pool.create_user()
    one, two = pool.sign_in(user), pool.sign_in(user)
    refreshed = pool.refresh(one["RefreshToken"])
    revoke(pool, one["RefreshToken"])
    assert_ended(pool, one)
    with refused(*REVOKED_ACCESS):
        pool.idp.get_user(AccessToken=refreshed["AccessToken"])
    assert_alive(pool, two)


def test_revoking_twice_is_no_error(pool):
    token = pool.sign_in(pool.create_user())["RefreshToken"]
    revoke(pool, token)
    revoke(pool, token)


def test_only_refresh_tokens_are_revoked(pool):
    tokens = pool.sign_in(pool.create_user())
    for kind in ("AccessToken", "IdToken"):
        with refused("UnsupportedTokenTypeException"):
            revoke(pool, tokens[kind])
    assert_alive(pool, tokens)


def test_another_client_revokes_nothing(pool):
    tokens = pool.sign_in(pool.create_user())
    with refused("UnauthorizedException"):
        revoke(pool.with_client(), tokens["RefreshToken"])
    assert_alive(pool, tokens)


def test_another_pool_revokes_nothing(pool, make_pool):
    tokens = pool.sign_in(pool.create_user())
    with pytest.raises(pool.idp.exceptions.ClientError):
        revoke(make_pool(), tokens["RefreshToken"])
    assert_alive(pool, tokens)


def test_a_client_without_revocation(pool):
    client = pool.with_client(EnableTokenRevocation=False)
    tokens = client.sign_in(client.create_user())
    with refused("UnsupportedOperationException"):
        revoke(client, tokens["RefreshToken"])
    assert_alive(client, tokens)


def test_a_client_with_a_secret(make_pool):
    pool = make_pool(client={"GenerateSecret": True})
    user = pool.create_user()
    tokens = pool.sign_in(user)
    with refused("NotAuthorizedException"):
        revoke(pool, tokens["RefreshToken"], ClientSecret="x" * 52)
    with refused("NotAuthorizedException"):
        pool.idp.revoke_token(Token=tokens["RefreshToken"], ClientId=pool.client_id)
    assert pool.refresh(tokens["RefreshToken"], user)
    revoke(pool, tokens["RefreshToken"])
    with refused(*REVOKED_REFRESH):
        pool.refresh(tokens["RefreshToken"], user)


def test_global_sign_out_ends_every_sign_in(pool):
    user = pool.create_user()
    one, two = pool.sign_in(user), pool.with_client().sign_in(user)
    pool.idp.global_sign_out(AccessToken=one["AccessToken"])
    assert_ended(pool, one)
    with refused(*REVOKED_ACCESS):
        pool.idp.get_user(AccessToken=two["AccessToken"])
    with refused(*REVOKED_ACCESS):
        pool.idp.global_sign_out(AccessToken=one["AccessToken"])
    assert_alive(pool, pool.sign_in(user))


def test_global_sign_out_ends_nobody_elses(pool):
    mine, theirs = pool.sign_in(pool.create_user()), pool.sign_in(pool.create_user())
    pool.idp.global_sign_out(AccessToken=mine["AccessToken"])
    assert_alive(pool, theirs)


def test_the_administrator_signs_a_user_out(pool):
    user = pool.create_user()
    tokens = pool.sign_in(user)
    pool.idp.admin_user_global_sign_out(UserPoolId=pool.id, Username=user)
    assert_ended(pool, tokens)
    with refused("UserNotFoundException", "User does not exist."):
        pool.idp.admin_user_global_sign_out(UserPoolId=pool.id, Username="nobody")


def test_a_started_sign_in_does_not_survive_a_sign_out(pool):
    user = pool.create_user()
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    pool.idp.admin_user_global_sign_out(UserPoolId=pool.id, Username=user)
    with refused("NotAuthorizedException"):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])
