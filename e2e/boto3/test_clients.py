"""App clients: settings read back, defaults, secrets, and the combinations that are refused."""

import re

import pytest
from kit import ALL_FLOWS, refused, secret_hash, unique

SETTINGS = {
    "RefreshTokenValidity": 12,
    "AccessTokenValidity": 30,
    "IdTokenValidity": 20,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"},
    "ReadAttributes": ["email", "name"],
    "WriteAttributes": ["email", "name"],
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "EnablePropagateAdditionalUserContextData": False,
    "AuthSessionValidity": 5,
    "CallbackURLs": ["https://app.example.com/back"],
    "LogoutURLs": ["https://app.example.com/bye"],
    "DefaultRedirectURI": "https://app.example.com/back",
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "SupportedIdentityProviders": ["COGNITO"],
}


def describe(pool, client_id=None):
    return pool.idp.describe_user_pool_client(UserPoolId=pool.id, ClientId=client_id or pool.client_id)[
        "UserPoolClient"
    ]


def test_a_client_begins_with_cognitos_defaults(pool):
    made = pool.idp.create_user_pool_client(UserPoolId=pool.id, ClientName="web")["UserPoolClient"]
    found = describe(pool, made["ClientId"])
    assert re.fullmatch(r"[0-9a-z]{26}", found["ClientId"])
    assert found["ClientName"] == "web" and found["UserPoolId"] == pool.id
    assert found["RefreshTokenValidity"] == 30
    assert found["EnableTokenRevocation"] is True
    assert found["AuthSessionValidity"] == 3
    assert found["AllowedOAuthFlowsUserPoolClient"] is False
    assert "ClientSecret" not in found


def test_every_setting_is_read_back(pool):
    made = pool.idp.create_user_pool_client(UserPoolId=pool.id, ClientName="web", **SETTINGS)["UserPoolClient"]
    found = describe(pool, made["ClientId"])
    for name, value in SETTINGS.items():
        kept = found[name]
        assert sorted(kept) == sorted(value) if isinstance(value, list) else kept == value, name


def test_an_update_sets_every_setting_and_drops_what_it_leaves_out(pool):
    pool.idp.update_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id, **SETTINGS)
    assert describe(pool)["AuthSessionValidity"] == 5
    pool.idp.update_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)
    found = describe(pool)
    assert found["AuthSessionValidity"] == 3
    assert not found.get("CallbackURLs")
    assert not found.get("ReadAttributes")


def test_clients_are_listed_page_by_page(pool):
    made = {pool.client_id} | {pool.with_client().client_id for _ in range(4)}
    paginator = pool.idp.get_paginator("list_user_pool_clients")
    pages = list(paginator.paginate(UserPoolId=pool.id, PaginationConfig={"PageSize": 2}))
    assert [len(page["UserPoolClients"]) for page in pages] == [2, 2, 1]
    assert {client["ClientId"] for page in pages for client in page["UserPoolClients"]} == made


def test_a_generated_secret_is_described(pool):
    secretive = pool.with_client(GenerateSecret=True)
    assert re.fullmatch(r"[\w+]{24,64}", secretive.secret)
    assert describe(secretive)["ClientSecret"] == secretive.secret


def test_two_secrets_are_valid_while_one_replaces_the_other(pool):
    client = pool.with_client(GenerateSecret=True)
    named = {"UserPoolId": pool.id, "ClientId": client.client_id}
    added = pool.idp.add_user_pool_client_secret(**named)["ClientSecretDescriptor"]
    with refused("LimitExceededException"):
        pool.idp.add_user_pool_client_secret(**named)

    username = client.create_user()
    for secret in (client.secret, added["ClientSecretValue"]):
        client.initiate(
            "USER_PASSWORD_AUTH",
            USERNAME=username,
            PASSWORD="Correct-Horse-7!",
            SECRET_HASH=secret_hash(username, client.client_id, secret),
        )

    listed = pool.idp.list_user_pool_client_secrets(**named)["ClientSecrets"]
    assert len(listed) == 2 and not any("ClientSecretValue" in secret for secret in listed)
    first = next(s["ClientSecretId"] for s in listed if s["ClientSecretId"] != added["ClientSecretId"])
    pool.idp.delete_user_pool_client_secret(**named, ClientSecretId=first)
    with refused("NotAuthorizedException", f"Unable to verify secret hash for client {client.client_id}"):
        client.sign_in(username)
    with refused("InvalidParameterException"):
        pool.idp.delete_user_pool_client_secret(**named, ClientSecretId=added["ClientSecretId"])


def test_a_deleted_client_signs_nobody_in(pool):
    username = pool.create_user()
    tokens = pool.sign_in(username)
    pool.idp.delete_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)
    gone = ("ResourceNotFoundException", f"User pool client {pool.client_id} does not exist.")
    with refused(*gone):
        describe(pool)
    with refused(*gone):
        pool.sign_in(username)
    with refused(*gone):
        pool.refresh(tokens["RefreshToken"])


def test_a_client_is_not_found_in_another_pool(pool, make_pool):
    other = make_pool()
    with refused("ResourceNotFoundException"):
        pool.idp.describe_user_pool_client(UserPoolId=other.id, ClientId=pool.client_id)
    with refused("ResourceNotFoundException"):
        pool.idp.delete_user_pool_client(UserPoolId=other.id, ClientId=pool.client_id)


@pytest.mark.parametrize(
    "settings",
    [
        {"ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"]},
        {
            "ExplicitAuthFlows": ALL_FLOWS,
            "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
        },
        {"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}},
        {"AccessTokenValidity": 25},
        {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
        {
            "AccessTokenValidity": 2,
            "RefreshTokenValidity": 1,
            "TokenValidityUnits": {"AccessToken": "hours", "RefreshToken": "hours"},
        },
        {"ReadAttributes": ["custom:nobody"]},
        {"WriteAttributes": ["custom:nobody"]},
        {"DefaultRedirectURI": "https://app.example.com/not-listed", "CallbackURLs": ["https://app.example.com/"]},
    ],
    ids=[
        "legacy and new flows",
        "rotation with the refresh flow",
        "access token too short",
        "access token too long",
        "refresh token too short",
        "access token outlives refresh token",
        "unknown read attribute",
        "unknown write attribute",
        "default redirect not listed",
    ],
)
def test_settings_that_contradict_each_other_are_refused(pool, settings):
    with refused("InvalidParameterException"):
        pool.idp.create_user_pool_client(UserPoolId=pool.id, ClientName=unique("client"), **settings)
