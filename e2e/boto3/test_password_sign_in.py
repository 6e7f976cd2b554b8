"""USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH: who gets in, who does not, and how guessing is slowed."""

import pytest
from kit import OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, idp_client, refused, unique

FLOWS = ["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"]


def attempt(pool, flow, username, password=PASSWORD):
    start = pool.initiate if flow == "USER_PASSWORD_AUTH" else pool.admin_initiate
    return start(flow, USERNAME=username, PASSWORD=password, **pool.hash_parameter(username))


@pytest.mark.parametrize("flow", FLOWS)
def test_the_right_password_gets_tokens(pool, flow):
    reply = attempt(pool, flow, pool.create_user())
    assert reply["ChallengeParameters"] == {}
    result = reply["AuthenticationResult"]
    assert set(result) == {"AccessToken", "IdToken", "RefreshToken", "ExpiresIn", "TokenType"}
    assert result["TokenType"] == "Bearer" and result["ExpiresIn"] == 3600


@pytest.mark.parametrize("flow", FLOWS)
def test_a_wrong_password_does_not(pool, flow):
    name = pool.create_user()
    for wrong in (OTHER_PASSWORD, PASSWORD.lower(), PASSWORD + " ", PASSWORD[:-1]):
        with refused(*WRONG_PASSWORD):
            attempt(pool, flow, name, wrong)


@pytest.mark.parametrize("flow", FLOWS)
def test_an_unknown_user_is_named_as_such_unless_hidden(pool, flow):
    with refused("UserNotFoundException", "User does not exist."):
        attempt(pool, flow, "nobody")
    hidden = pool.with_client(PreventUserExistenceErrors="ENABLED")
    with refused(*WRONG_PASSWORD):
        attempt(hidden, flow, "nobody")


@pytest.mark.parametrize("flow", FLOWS)
def test_a_disabled_user_is_refused_and_the_right_password_is_needed_to_learn_it(pool, flow):
    client = pool.with_client(PreventUserExistenceErrors="ENABLED")
    name = client.create_user()
    pool.idp.admin_disable_user(UserPoolId=pool.id, Username=name)
    with refused("NotAuthorizedException", "User is disabled."):
        attempt(client, flow, name)
    with refused(*WRONG_PASSWORD):
        attempt(client, flow, name, OTHER_PASSWORD)
    pool.idp.admin_enable_user(UserPoolId=pool.id, Username=name)
    assert attempt(client, flow, name)["AuthenticationResult"]


@pytest.mark.parametrize("flow", FLOWS)
def test_passwords_of_other_users_and_pools_are_worthless(pool, make_pool, flow):
    other = make_pool()
    pool.create_user("anna-here", PASSWORD)
    other.create_user("anna-here", OTHER_PASSWORD)
    with refused(*WRONG_PASSWORD):
        attempt(pool, flow, "anna-here", OTHER_PASSWORD)


def test_sub_and_address_name_the_same_user(make_pool):
    pool = make_pool(UsernameAttributes=["email", "phone_number"])
    email = f"{unique('anna')}@example.com"
    pool.create_user(email)
    sub = pool.user_attributes(email)["sub"]
    for name in (email, sub):
        assert pool.sign_in(name)["AccessToken"]


def test_names_ignore_case_only_where_the_pool_does(make_pool):
    strict, lenient = make_pool(), make_pool(UsernameConfiguration={"CaseSensitive": False})
    strict.create_user("Anna")
    lenient.create_user("Anna")
    assert lenient.sign_in("aNNA")["AccessToken"]
    with refused("UserNotFoundException"):
        strict.sign_in("aNNA")


def test_an_unverified_alias_names_nobody(make_pool):
    pool = make_pool(AliasAttributes=["email"])
    email = f"{unique('anna')}@example.com"
    name = pool.create_user(email=email)
    with refused("UserNotFoundException"):
        pool.sign_in(email)
    pool.idp.admin_update_user_attributes(
        UserPoolId=pool.id, Username=name, UserAttributes=[{"Name": "email_verified", "Value": "true"}]
    )
    assert pool.sign_in(email)["AccessToken"]


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "USER_SRP_AUTH"])
def test_a_flow_the_client_does_not_allow(pool, flow):
    client = pool.with_client(ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"])
    name = client.create_user()
    with refused("InvalidParameterException", f"{flow} flow not enabled for this client"):
        client.initiate(flow, USERNAME=name, PASSWORD=PASSWORD, SRP_A="abc123")


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH"])
def test_a_flow_the_client_does_not_allow_administrators(pool, flow):
    client = pool.with_client(ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"])
    name = client.create_user()
    with refused("InvalidParameterException", "Auth flow not enabled for this client"):
        client.admin_initiate(flow, USERNAME=name, PASSWORD=PASSWORD, SRP_A="abc123")


def test_a_client_without_flows_has_cognitos_defaults(pool):
    made = pool.idp.create_user_pool_client(UserPoolId=pool.id, ClientName="plain")["UserPoolClient"]
    client = pool.with_client()
    client.client_id = made["ClientId"]
    name = client.create_user()
    assert client.srp(name).sign_in()["AuthenticationResult"]
    with refused("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"):
        client.sign_in(name)


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
def test_administrators_flows_are_not_for_the_public(pool, flow):
    name = pool.create_user()
    with refused("InvalidParameterException", "Initiate Auth method not supported."):
        pool.initiate(flow, USERNAME=name, PASSWORD=PASSWORD)


@pytest.mark.parametrize("missing", ["USERNAME", "PASSWORD"])
def test_parameters_are_asked_for(pool, missing):
    parameters = {"USERNAME": pool.create_user(), "PASSWORD": PASSWORD}
    del parameters[missing]
    with refused("InvalidParameterException", f"Missing required parameter {missing}"):
        pool.initiate("USER_PASSWORD_AUTH", **parameters)


def test_the_client_must_be_of_the_pool(pool, make_pool):
    other = make_pool()
    name = pool.create_user()
    with refused("ResourceNotFoundException"):
        pool.idp.admin_initiate_auth(
            UserPoolId=pool.id,
            ClientId=other.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )


def test_an_unknown_client(pool):
    nobody = "0" * 26
    with refused("ResourceNotFoundException", f"User pool client {nobody} does not exist."):
        pool.idp.initiate_auth(
            ClientId=nobody, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "a", "PASSWORD": PASSWORD}
        )


@pytest.mark.parametrize("flow", FLOWS)
def test_secret_hash(make_pool, flow):
    pool = make_pool(client={"GenerateSecret": True})
    name = pool.create_user()
    assert attempt(pool, flow, name)["AuthenticationResult"]
    start = pool.initiate if flow == "USER_PASSWORD_AUTH" else pool.admin_initiate
    with refused(
        "NotAuthorizedException",
        f"Client {pool.client_id} is configured for secret but secret was not received",
    ):
        start(flow, USERNAME=name, PASSWORD=PASSWORD)
    for wrong in ("AAAA", pool.hash_parameter("someone else")["SECRET_HASH"]):
        with refused("NotAuthorizedException", f"Unable to verify secret hash for client {pool.client_id}"):
            start(flow, USERNAME=name, PASSWORD=PASSWORD, SECRET_HASH=wrong)


def lock_out(clock, pool, username):
    """Fails five times, which locks for a second, then turns the clock back so that the test is inside it."""
    clock.set_clock(1000)
    for _ in range(5):
        with refused(*WRONG_PASSWORD):
            pool.sign_in(username, OTHER_PASSWORD)
    clock.set_clock(900)


def test_the_fifth_wrong_password_locks_even_the_right_one_out(pool, clock):
    name = pool.create_user()
    lock_out(clock, pool, name)
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        pool.sign_in(name)
    clock.set_clock(1060)
    assert pool.sign_in(name)["AccessToken"]


def test_four_wrong_passwords_do_not_lock_and_a_right_one_forgives(pool):
    name = pool.create_user()
    for _ in range(2):
        for _ in range(4):
            with refused(*WRONG_PASSWORD):
                pool.sign_in(name, OTHER_PASSWORD)
        assert pool.sign_in(name)["AccessToken"]


def test_the_lock_grows_with_every_failure(pool, clock):
    name = pool.create_user()
    lock_out(clock, pool, name)
    clock.set_clock(1060)
    for failures in range(6, 11):
        with refused(*WRONG_PASSWORD):
            pool.sign_in(name, OTHER_PASSWORD)
        clock.advance(2 ** (failures - 5) + 1)
    clock.advance(-20)  # The tenth failure locks for 32 seconds, of which 19 are left.
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        pool.sign_in(name)
    clock.advance(20)
    assert pool.sign_in(name)["AccessToken"]


def test_one_lock_for_every_flow(pool, clock):
    name = pool.create_user()
    lock_out(clock, pool, name)
    for flow in FLOWS:
        with refused("NotAuthorizedException", "Password attempts exceeded"):
            attempt(pool, flow, name)
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        pool.srp(name).sign_in()


def test_failed_proofs_lock_too(pool, clock):
    name = pool.create_user()
    clock.set_clock(1000)
    for _ in range(5):
        with refused(*WRONG_PASSWORD):
            pool.srp(name, OTHER_PASSWORD).sign_in()
    clock.set_clock(900)
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        pool.srp(name).sign_in()


def test_unknown_names_lock_as_known_ones_do(pool, clock):
    client = pool.with_client(PreventUserExistenceErrors="ENABLED")
    lock_out(clock, client, "nobody-at-all")
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        client.sign_in("nobody-at-all", OTHER_PASSWORD)


def test_another_accounts_credentials_do_not_sign_in_here(pool, server):
    name = pool.create_user()
    stranger = idp_client(server, access_key="999988887777")
    with refused("ResourceNotFoundException", f"User pool {pool.id} does not exist."):
        stranger.admin_initiate_auth(
            UserPoolId=pool.id,
            ClientId=pool.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
