"""REFRESH_TOKEN_AUTH and GetTokensFromRefreshToken: rotation, grace, reuse, expiry, and forgeries."""

import pytest
from kit import claims, refused

INVALID = ("NotAuthorizedException", "Invalid Refresh Token.")
WITHOUT_REFRESH = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]


def rotation(seconds):
    return {
        "ExplicitAuthFlows": WITHOUT_REFRESH,
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": seconds},
    }


def both(pool, token):
    """The two ways to refresh, to be tried one after the other."""
    return [lambda: pool.refresh(token), lambda: pool.rotate(token)]


@pytest.mark.parametrize("name", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
def test_the_flow_by_either_name(pool, name):
    user = pool.create_user()
    tokens = pool.sign_in(user)
    fresh = pool.initiate(name, REFRESH_TOKEN=tokens["RefreshToken"])["AuthenticationResult"]
    assert set(fresh) == {"AccessToken", "IdToken", "ExpiresIn", "TokenType"}
    for kind in ("AccessToken", "IdToken"):
        before, after = claims(tokens[kind]), claims(fresh[kind])
        for kept in ("sub", "iss", "auth_time", "origin_jti", "token_use"):
            assert before[kept] == after[kept], kept
        assert before["jti"] != after["jti"]


def test_for_administrators(pool):
    tokens = pool.sign_in(pool.create_user())
    reply = pool.admin_initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])
    assert reply["AuthenticationResult"]["AccessToken"]


def test_without_rotation_the_refresh_token_stays(pool):
    token = pool.sign_in(pool.create_user())["RefreshToken"]
    for _ in range(3):
        assert "RefreshToken" not in pool.rotate(token)


def test_changed_groups_and_attributes_show(pool):
    user = pool.create_user(email="old@example.com")
    token = pool.sign_in(user)["RefreshToken"]
    pool.idp.create_group(UserPoolId=pool.id, GroupName="staff")
    pool.idp.admin_add_user_to_group(UserPoolId=pool.id, Username=user, GroupName="staff")
    pool.idp.admin_update_user_attributes(
        UserPoolId=pool.id, Username=user, UserAttributes=[{"Name": "email", "Value": "new@example.com"}]
    )
    fresh = claims(pool.refresh(token)["IdToken"])
    assert fresh["cognito:groups"] == ["staff"] and fresh["email"] == "new@example.com"


def test_with_rotation_every_token_is_replaced(make_pool):
    pool = make_pool(client=rotation(0))
    user = pool.create_user()
    first = pool.sign_in(user)["RefreshToken"]
    second = pool.rotate(first)["RefreshToken"]
    third = pool.rotate(second)["RefreshToken"]
    assert len({first, second, third}) == 3
    assert pool.rotate(third)["AccessToken"]


def test_reuse_is_refused(make_pool, clock):
    pool = make_pool(client=rotation(0))
    first = pool.sign_in(pool.create_user())["RefreshToken"]
    pool.rotate(first)
    clock.advance(1)
    with refused("RefreshTokenReuseException"):
        pool.rotate(first)


def test_reuse_within_the_grace_period_gives_the_same_generation(make_pool, clock):
    pool = make_pool(client=rotation(30))
    first = pool.sign_in(pool.create_user())["RefreshToken"]
    pool.rotate(first)
    again = pool.rotate(first)["RefreshToken"]
    assert pool.rotate(again)["RefreshToken"]


def test_the_grace_period_ends(make_pool, clock):
    pool = make_pool(client=rotation(30))
    first = pool.sign_in(pool.create_user())["RefreshToken"]
    pool.rotate(first)
    clock.advance(31)
    with refused("RefreshTokenReuseException"):
        pool.rotate(first)


def test_the_grace_period_ends_with_the_first_use_of_the_next_token(make_pool):
    pool = make_pool(client=rotation(60))
    first = pool.sign_in(pool.create_user())["RefreshToken"]
    second = pool.rotate(first)["RefreshToken"]
    pool.rotate(second)
    with refused("RefreshTokenReuseException"):
        pool.rotate(first)


def test_with_rotation_the_old_flow_is_closed(make_pool):
    pool = make_pool(client=rotation(10))
    token = pool.sign_in(pool.create_user())["RefreshToken"]
    with refused("InvalidParameterException"):
        pool.refresh(token)


def test_rotation_does_not_prolong(make_pool, clock):
    pool = make_pool(
        client={
            **rotation(0),
            "AccessTokenValidity": 1,
            "IdTokenValidity": 1,
            "RefreshTokenValidity": 2,
            "TokenValidityUnits": {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "hours"},
        }
    )
    token = pool.sign_in(pool.create_user())["RefreshToken"]
    clock.advance(3600)
    token = pool.rotate(token)["RefreshToken"]
    clock.advance(3601)
    with refused("NotAuthorizedException", "Refresh Token has expired"):
        pool.rotate(token)


def test_expiry(pool, clock):
    token = pool.sign_in(pool.create_user())["RefreshToken"]
    clock.advance(30 * 24 * 3600 - 60)
    for refresh in both(pool, token):
        assert refresh()["AccessToken"]
    clock.advance(61)
    for refresh in both(pool, token):
        with refused("NotAuthorizedException", "Refresh Token has expired"):
            refresh()


def test_tokens_nobody_issued(pool):
    real = pool.sign_in(pool.create_user())
    middle = len(real["RefreshToken"]) // 2
    changed = real["RefreshToken"][:middle] + ("A" if real["RefreshToken"][middle] != "A" else "B")
    forged = [
        "A",
        "A" * 1000,
        "eyJhbGciOiJub25lIn0.e30.",
        changed + real["RefreshToken"][middle + 1 :],
        real["RefreshToken"][:-1],
        real["AccessToken"],
        real["IdToken"],
    ]
    for token in forged:
        for refresh in both(pool, token):
            with refused(*INVALID):
                refresh()


def test_tokens_of_another_client_or_pool(pool, make_pool):
    token = pool.sign_in(pool.create_user())["RefreshToken"]
    for stranger in (pool.with_client(), make_pool()):
        for refresh in both(stranger, token):
            with refused(*INVALID):
                refresh()


def test_a_disabled_user(pool):
    user = pool.create_user()
    token = pool.sign_in(user)["RefreshToken"]
    pool.idp.admin_disable_user(UserPoolId=pool.id, Username=user)
    for refresh in both(pool, token):
        with refused("NotAuthorizedException"):
            refresh()
    pool.idp.admin_enable_user(UserPoolId=pool.id, Username=user)
    for refresh in both(pool, token):
        with refused("NotAuthorizedException", "Refresh Token has been revoked"):
            refresh()


def test_a_deleted_user(pool):
    user = pool.create_user()
    token = pool.sign_in(user)["RefreshToken"]
    pool.idp.admin_delete_user(UserPoolId=pool.id, Username=user)
    pool.create_user(user)
    for refresh in both(pool, token):
        with pytest.raises(pool.idp.exceptions.ClientError) as caught:
            refresh()
        assert caught.value.response["Error"]["Code"] in ("NotAuthorizedException", "UserNotFoundException")


def test_a_deleted_pool(make_pool):
    pool = make_pool()
    token = pool.sign_in(pool.create_user())["RefreshToken"]
    pool.idp.delete_user_pool(UserPoolId=pool.id)
    for refresh in both(pool, token):
        with refused("ResourceNotFoundException"):
            refresh()


def test_the_flow_must_be_allowed(pool):
    client = pool.with_client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    token = client.sign_in(client.create_user())["RefreshToken"]
    with refused("InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client"):
        client.refresh(token)


def test_the_token_is_asked_for(pool):
    with refused("InvalidParameterException", "Missing required parameter REFRESH_TOKEN"):
        pool.initiate("REFRESH_TOKEN_AUTH", USERNAME="anna")


def test_secrets(make_pool):
    pool = make_pool(client={"GenerateSecret": True})
    user = pool.create_user()
    token = pool.sign_in(user)["RefreshToken"]
    assert pool.refresh(token, user)["AccessToken"]
    assert pool.rotate(token)["AccessToken"]
    with refused(
        "NotAuthorizedException",
        f"Client {pool.client_id} is configured for secret but secret was not received",
    ):
        pool.refresh(token)
    with refused("NotAuthorizedException", f"SecretHash does not match for the client: {pool.client_id}"):
        pool.refresh(token, "someone else")
    for wrong in ("x" * 52, pool.secret[:-1] + "_"):
        with refused("NotAuthorizedException"):
            pool.rotate(token, ClientSecret=wrong)
    with refused("NotAuthorizedException"):
        pool.idp.get_tokens_from_refresh_token(RefreshToken=token, ClientId=pool.client_id)


def test_the_hash_is_over_the_real_username(make_pool):
    pool = make_pool(client={"GenerateSecret": True}, UsernameAttributes=["email"])
    pool.create_user("anna@example.com")
    token = pool.sign_in("anna@example.com")["RefreshToken"]
    with refused("NotAuthorizedException", f"SecretHash does not match for the client: {pool.client_id}"):
        pool.refresh(token, "anna@example.com")
    assert pool.refresh(token, pool.get_user("anna@example.com")["Username"])["AccessToken"]
