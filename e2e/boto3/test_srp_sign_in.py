"""USER_SRP_AUTH with pycognito as the client: who gets in, and which proofs are worthless."""

import base64
import re

import pytest
from kit import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, refused, unique
from pycognito.aws_srp import N_HEX, AWSSRP

N = int(N_HEX, 16)


def flip(text: str) -> str:
    """The base64 text with one bit of its middle byte changed."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(data).decode()


@pytest.fixture
def user(pool):
    return pool.create_user()


def test_sign_in(pool, user):
    challenge = pool.srp(user).begin()
    parameters = challenge["ChallengeParameters"]
    assert challenge["ChallengeName"] == "PASSWORD_VERIFIER" and challenge["Session"]
    assert set(parameters) == {"SALT", "SRP_B", "SECRET_BLOCK", "USERNAME", "USER_ID_FOR_SRP"}
    assert re.fullmatch(r"[1-9a-f][0-9a-f]*", parameters["SALT"])
    assert parameters["USERNAME"] == parameters["USER_ID_FOR_SRP"] == user
    assert pool.srp(user).sign_in()["AuthenticationResult"]["RefreshToken"]


def test_many_salts(pool):
    """Salts of odd length and with a high first bit are padded alike at both ends."""
    for _ in range(24):
        assert pool.srp(pool.create_user()).sign_in()["AuthenticationResult"]


def test_the_salt_of_a_user_does_not_change(pool, user):
    salts = {pool.srp(user).begin()["ChallengeParameters"]["SALT"] for _ in range(3)}
    assert len(salts) == 1


def test_pycognitos_own_sign_in_sends_no_session(pool, user):
    srp = AWSSRP(user, PASSWORD, pool.id, pool.client_id, client=pool.idp)
    assert srp.authenticate_user()["AuthenticationResult"]["AccessToken"]


def test_a_client_with_a_secret(make_pool):
    pool = make_pool(client={"GenerateSecret": True})
    name = pool.create_user()
    assert pool.srp(name).sign_in()["AuthenticationResult"]
    srp = pool.srp(name)
    with refused("NotAuthorizedException", f"Unable to verify secret hash for client {pool.client_id}"):
        srp.begin(SECRET_HASH="AAAA")
    challenge = srp.begin()
    answer = srp.answer(challenge)
    del answer["SECRET_HASH"]
    with refused(
        "NotAuthorizedException",
        f"Client {pool.client_id} is configured for secret but secret was not received",
    ):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


def test_sign_in_by_email_address(make_pool):
    """The address is typed, the sub goes into the hash."""
    pool = make_pool(UsernameAttributes=["email"])
    email = f"{unique('anna')}@example.com"
    pool.create_user(email)
    challenge = pool.srp(email).begin()
    assert challenge["ChallengeParameters"]["USER_ID_FOR_SRP"] == pool.user_attributes(email)["sub"]
    assert pool.srp(email).sign_in()["AuthenticationResult"]


def test_a_client_made_after_the_password_was_set(idp, make_pool):
    """Pool, user and password first, the client that allows SRP last."""
    pool = make_pool(client={"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]})
    idp.admin_create_user(UserPoolId=pool.id, Username="early", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool.id, Username="early", Password=PASSWORD, Permanent=True)
    later = pool.with_client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    assert later.srp("early").sign_in()["AuthenticationResult"]


def test_through_the_administrators_calls(pool, user):
    srp = pool.srp(user)
    challenge = pool.admin_initiate("USER_SRP_AUTH", **srp.parameters)
    reply = pool.idp.admin_respond_to_auth_challenge(
        UserPoolId=pool.id,
        ClientId=pool.client_id,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses=srp.answer(challenge),
        Session=challenge["Session"],
    )
    assert reply["AuthenticationResult"]["AccessToken"]


def test_after_a_change_only_the_new_password_proves(pool, user):
    pool.set_password(user, OTHER_PASSWORD)
    with refused(*WRONG_PASSWORD):
        pool.srp(user).sign_in()
    assert pool.srp(user, OTHER_PASSWORD).sign_in()["AuthenticationResult"]


def test_passwords_beyond_ascii(pool):
    for password in ("Grün-Haus-7!é", "Пароль-Дом-7!Aa", "Aa1!-\U0001f40e\U0001f50b\U0001faa1\U0001f40e"):
        name = pool.create_user(password=password)
        assert pool.srp(name, password).sign_in()["AuthenticationResult"]


def test_a_wrong_password(pool, user):
    with refused(*WRONG_PASSWORD):
        pool.srp(user, OTHER_PASSWORD).sign_in()


@pytest.mark.parametrize("a", [0, N, 2 * N], ids=["zero", "N", "2N"])
def test_a_public_value_that_is_zero_modulo_n(pool, user, a):
    with refused("InvalidParameterException"):
        pool.srp(user).begin(SRP_A=f"{a:x}")


@pytest.mark.parametrize("a", ["", "not hex", "-1", "0x12", "ab cd"])
def test_a_public_value_that_is_no_number(pool, user, a):
    with refused("InvalidParameterException"):
        pool.srp(user).begin(SRP_A=a)


def test_a_public_value_that_is_missing(pool, user):
    with refused("InvalidParameterException", "Missing required parameter SRP_A"):
        pool.initiate("USER_SRP_AUTH", USERNAME=user)


def test_a_proof_for_another_public_value(pool, user):
    """The signature is over this A; a challenge begun with another A does not accept it."""
    mine, theirs = pool.srp(user), pool.srp(user)
    challenge = theirs.begin()
    with refused(*WRONG_PASSWORD):
        pool.respond("PASSWORD_VERIFIER", mine.answer(challenge), challenge["Session"])


@pytest.mark.parametrize("signature", ["AAAA", base64.b64encode(bytes(32)).decode(), "no base64!"])
def test_a_signature_made_up(pool, user, signature):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge) | {"PASSWORD_CLAIM_SIGNATURE": signature}
    with refused(*WRONG_PASSWORD):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


@pytest.mark.parametrize("member", ["PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK"])
def test_a_single_flipped_bit(pool, user, member):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    answer[member] = flip(answer[member])
    with refused(*WRONG_PASSWORD):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


@pytest.mark.parametrize("member", ["PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK"])
def test_a_truncated_value(pool, user, member):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    answer[member] = base64.b64encode(base64.b64decode(answer[member])[:-1]).decode()
    with refused(*WRONG_PASSWORD):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


@pytest.mark.parametrize(
    "member", ["USERNAME", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP"]
)
def test_a_missing_value(pool, user, member):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    del answer[member]
    with refused("InvalidParameterException", f"Missing required parameter {member}"):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


def test_a_proof_is_accepted_once(pool, user):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    assert pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])["AuthenticationResult"]
    with refused("NotAuthorizedException"):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])
    with refused("NotAuthorizedException"):
        pool.respond("PASSWORD_VERIFIER", answer)


def test_a_wrong_answer_spends_the_challenge(pool, user):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    with refused(*WRONG_PASSWORD):
        pool.respond(
            "PASSWORD_VERIFIER",
            answer | {"PASSWORD_CLAIM_SIGNATURE": flip(answer["PASSWORD_CLAIM_SIGNATURE"])},
            challenge["Session"],
        )
    with refused("NotAuthorizedException"):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


def test_another_timestamp_than_the_signed_one(pool, user):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    answer["TIMESTAMP"] = re.sub(r":(\d\d) UTC", lambda m: f":{(int(m[1]) + 1) % 60:02} UTC", answer["TIMESTAMP"])
    with refused(*WRONG_PASSWORD):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


def test_a_timestamp_of_long_ago(pool, user, monkeypatch):
    srp = pool.srp(user)
    challenge = srp.begin()
    old = "Sat Mar 7 09:05:03 UTC 2020"
    monkeypatch.setattr(AWSSRP, "get_cognito_formatted_timestamp", staticmethod(lambda _: old))
    answer = srp.answer(challenge)
    assert answer["TIMESTAMP"] == old
    with refused(*WRONG_PASSWORD):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


def test_another_users_challenge(pool, user):
    other = pool.create_user(password=OTHER_PASSWORD)
    mine = pool.srp(user)
    challenge = mine.begin()
    answer = mine.answer(challenge) | {"USERNAME": other}
    with pytest.raises(pool.idp.exceptions.NotAuthorizedException):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


def test_a_challenge_of_another_client(pool, user):
    other = pool.with_client()
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    with refused("NotAuthorizedException"):
        other.respond("PASSWORD_VERIFIER", answer, challenge["Session"])
    with refused(*WRONG_PASSWORD):
        other.respond("PASSWORD_VERIFIER", answer)


def test_a_challenge_of_another_pool(pool, user, make_pool):
    other = make_pool()
    other.create_user(user)
    srp = pool.srp(user)
    challenge = srp.begin()
    with refused("NotAuthorizedException"):
        other.respond("PASSWORD_VERIFIER", srp.answer(challenge), challenge["Session"])


def test_a_session_of_another_attempt(pool, user):
    one, two = pool.srp(user), pool.srp(user)
    first, second = one.begin(), two.begin()
    with refused("NotAuthorizedException"):
        pool.respond("PASSWORD_VERIFIER", one.answer(first), second["Session"])


def test_a_session_made_up(pool, user):
    srp = pool.srp(user)
    challenge = srp.begin()
    with refused("NotAuthorizedException", "Invalid session for the user."):
        pool.respond("PASSWORD_VERIFIER", srp.answer(challenge), "A" * 200)


def test_a_challenge_that_was_not_set(pool, user):
    srp = pool.srp(user)
    challenge = srp.begin()
    with refused("NotAuthorizedException"):
        pool.respond(
            "NEW_PASSWORD_REQUIRED",
            {"USERNAME": user, "NEW_PASSWORD": OTHER_PASSWORD},
            challenge["Session"],
        )
    with refused(*WRONG_PASSWORD):
        pool.sign_in(user, OTHER_PASSWORD)


def test_a_challenge_that_expired(pool, user, clock):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    clock.advance(3 * 60 + 1)
    with refused("NotAuthorizedException", "Invalid session for the user, session is expired."):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


@pytest.mark.parametrize("change", ["password", "disable", "delete"])
def test_a_challenge_overtaken_by_the_administrator(pool, user, change):
    srp = pool.srp(user)
    challenge = srp.begin()
    answer = srp.answer(challenge)
    if change == "password":
        pool.set_password(user, OTHER_PASSWORD)
    elif change == "disable":
        pool.idp.admin_disable_user(UserPoolId=pool.id, Username=user)
    else:
        pool.idp.admin_delete_user(UserPoolId=pool.id, Username=user)
    with pytest.raises(pool.idp.exceptions.NotAuthorizedException):
        pool.respond("PASSWORD_VERIFIER", answer, challenge["Session"])


def test_an_unconfirmed_user_learns_so_only_with_the_right_password(pool):
    name = unique("anna")
    pool.sign_up(name, email="anna@example.com")
    with refused(*WRONG_PASSWORD):
        pool.srp(name, OTHER_PASSWORD).sign_in()
    with refused("UserNotConfirmedException", "User is not confirmed."):
        pool.srp(name).sign_in()


def test_an_unknown_user_is_named_as_such_unless_hidden(pool):
    with refused("UserNotFoundException", "User does not exist."):
        pool.srp("nobody").begin()
    hidden = pool.with_client(PreventUserExistenceErrors="ENABLED")
    challenge = hidden.srp("nobody").begin()
    again = hidden.srp("nobody").begin()
    for member in ("SALT", "USER_ID_FOR_SRP"):
        assert challenge["ChallengeParameters"][member] == again["ChallengeParameters"][member]
    assert challenge["ChallengeParameters"]["SRP_B"] != again["ChallengeParameters"]["SRP_B"]
    with refused(*WRONG_PASSWORD):
        hidden.srp("nobody").sign_in()


def test_a_hidden_unknown_user_looks_like_a_known_one(pool, user):
    hidden = pool.with_client(PreventUserExistenceErrors="ENABLED")
    known, unknown = hidden.srp(user).begin(), hidden.srp("nobody").begin()
    assert set(known) == set(unknown)
    assert set(known["ChallengeParameters"]) == set(unknown["ChallengeParameters"])
    assert abs(len(known["Session"]) - len(unknown["Session"])) <= 64


def test_every_flow_is_still_listed(pool):
    """Guards the fixture: these tests mean nothing if the client stops allowing SRP."""
    found = pool.idp.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)["UserPoolClient"]
    assert sorted(found["ExplicitAuthFlows"]) == sorted(ALL_FLOWS)
