"""Software tokens: set up with an access token and within MFA_SETUP, asked for at sign-in, taken away."""

import base64
import time

import pytest
from factors import EXPIRED, FIRST_CODES, INVALID, TOTP, USED, USED_TOKEN, WRONG_CODE, demand, set_up_token, token_user
from kit import OTHER_PASSWORD, PASSWORD, attributes, refused, secret_hash, unique
from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException
from totp import expired_totp, totp, wrong_totp

MISMATCH = ("EnableSoftwareTokenMFAException", "Code mismatch")


@pytest.fixture
def optional(pool):
    """A pool whose users may have a software token."""
    return demand(pool, "OPTIONAL", (TOTP,))


@pytest.fixture
def required(pool):
    """A pool whose users must have one."""
    return demand(pool, "ON", (TOTP,))


def answer(pool, username, challenge, code):
    responses = {"USERNAME": username, "SOFTWARE_TOKEN_MFA_CODE": code, **pool.hash_parameter(username)}
    return pool.respond(TOTP, responses, challenge["Session"])


def test_the_codes_of_the_tests_are_those_of_rfc_6238(monkeypatch):
    """Appendix B: the last six of its eight digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    for seconds, code in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]:
        monkeypatch.setattr(time, "time", lambda seconds=seconds: float(seconds))
        assert totp(secret) == code and totp(secret, 1) != code


# Setting up


def test_a_pool_without_software_tokens_gives_none(pool):
    token = pool.sign_in(pool.create_user())["AccessToken"]
    text = "Software Token MFA has not been enabled by the userPool"
    with refused("SoftwareTokenMFANotFoundException", text):
        pool.idp.associate_software_token(AccessToken=token)


def test_nothing_is_set_up_without_a_token_or_a_session(optional):
    with refused("InvalidParameterException"):
        optional.idp.associate_software_token()
    with refused(*INVALID):
        optional.idp.associate_software_token(Session="s" * 40)
    with refused("NotAuthorizedException"):
        optional.idp.associate_software_token(AccessToken="made-up")


def test_a_token_is_put_to_use_by_a_right_code_only(optional):
    access = optional.sign_in(optional.create_user())["AccessToken"]
    verify = optional.idp.verify_software_token
    with refused(*MISMATCH):
        verify(AccessToken=access, UserCode="123456")
    secret = optional.idp.associate_software_token(AccessToken=access)["SecretCode"]
    for code in (wrong_totp(secret), expired_totp(secret)):
        with refused(*MISMATCH):
            verify(AccessToken=access, UserCode=code)
    assert verify(AccessToken=access, UserCode=totp(secret))["Status"] == "SUCCESS"
    with refused(*MISMATCH):
        verify(AccessToken=access, UserCode=totp(secret, 1))


def test_another_users_code_puts_no_token_to_use(optional):
    mine, theirs = (optional.sign_in(optional.create_user())["AccessToken"] for _ in range(2))
    optional.idp.associate_software_token(AccessToken=mine)
    other = optional.idp.associate_software_token(AccessToken=theirs)["SecretCode"]
    with refused(*MISMATCH):
        optional.idp.verify_software_token(AccessToken=mine, UserCode=totp(other))


def test_a_waiting_token_leaves_the_one_in_use(optional):
    name, secret = token_user(optional)
    challenge = optional.password_auth(name)
    access = answer(optional, name, challenge, totp(secret, 1))["AuthenticationResult"]["AccessToken"]
    waiting = optional.idp.associate_software_token(AccessToken=access)["SecretCode"]
    challenge = optional.password_auth(name)
    with refused(*WRONG_CODE):
        answer(optional, name, challenge, totp(waiting))
    optional.idp.verify_software_token(AccessToken=access, UserCode=totp(waiting), FriendlyDeviceName="phone")
    challenge = optional.password_auth(name)
    assert challenge["ChallengeParameters"] == {"USER_ID_FOR_SRP": name, "FRIENDLY_DEVICE_NAME": "phone"}
    with refused(*WRONG_CODE):
        answer(optional, name, challenge, totp(secret, 1))
    assert answer(optional, name, challenge, totp(waiting, 1))["AuthenticationResult"]


# Signing in


def test_wrong_and_expired_codes(optional):
    name, secret = token_user(optional)
    _, other = token_user(optional)
    challenge = optional.password_auth(name)
    assert (challenge["ChallengeName"], challenge["ChallengeParameters"]) == (TOTP, {"USER_ID_FOR_SRP": name})
    assert "AuthenticationResult" not in challenge
    for code in (wrong_totp(secret), expired_totp(secret), totp(other), "12345", "words"):
        with refused(*WRONG_CODE):
            answer(optional, name, challenge, code)


def test_a_code_works_once(optional):
    name, secret = token_user(optional)
    first, second = optional.password_auth(name), optional.password_auth(name)
    with refused(*USED_TOKEN):
        answer(optional, name, first, FIRST_CODES[secret])
    code = totp(secret, 1)
    assert answer(optional, name, first, code)["AuthenticationResult"]["AccessToken"]
    with refused(*USED):
        answer(optional, name, first, code)
    with refused(*USED_TOKEN):
        answer(optional, name, second, code)


def test_an_answer_without_its_parts(optional):
    name, secret = token_user(optional)
    challenge = optional.password_auth(name)
    code = totp(secret, 1)
    with refused("InvalidParameterException", "Missing required parameter SOFTWARE_TOKEN_MFA_CODE"):
        optional.respond(TOTP, {"USERNAME": name, "SMS_MFA_CODE": code}, challenge["Session"])
    with refused("InvalidParameterException", "Missing required parameter USERNAME"):
        optional.respond(TOTP, {"SOFTWARE_TOKEN_MFA_CODE": code}, challenge["Session"])
    with refused(*INVALID):
        optional.respond(TOTP, {"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": code})


def test_a_session_of_another_user_client_or_pool(optional, make_pool):
    (mine, secret), (theirs, _) = token_user(optional), token_user(optional)
    challenge = optional.password_auth(mine)
    code = totp(secret, 1)
    with refused(*INVALID):
        answer(optional, theirs, challenge, code)
    with refused(*INVALID):
        answer(optional, mine, optional.password_auth(theirs), code)
    for stranger in (optional.with_client(), make_pool()):
        with refused(*INVALID):
            answer(stranger, mine, challenge, code)
    assert answer(optional, mine, challenge, code)["AuthenticationResult"]


def test_a_session_expires(optional, clock):
    name, secret = token_user(optional)
    challenge = optional.password_auth(name)
    clock.advance(181)
    with refused(*EXPIRED):
        answer(optional, name, challenge, totp(secret, 1))


def test_guesses_are_limited_and_a_right_password_grants_no_more(optional):
    name, secret = token_user(optional)
    wrong = wrong_totp(secret)
    challenge, other = optional.password_auth(name), optional.password_auth(name)
    for _ in range(5):
        with refused(*WRONG_CODE):
            answer(optional, name, challenge, wrong)
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        answer(optional, name, other, totp(secret, 1))


def test_a_client_with_a_secret_proves_it_in_each_step(optional):
    secretive = optional.with_client(GenerateSecret=True)
    name, secret = token_user(secretive)
    challenge = secretive.password_auth(name)
    bare = {"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": totp(secret, 1)}
    with refused("NotAuthorizedException"):
        secretive.respond(TOTP, bare, challenge["Session"])
    wrong = {"SECRET_HASH": secret_hash("mallory", secretive.client_id, secretive.secret)}
    with refused("NotAuthorizedException", f"Unable to verify secret hash for client {secretive.client_id}"):
        secretive.respond(TOTP, bare | wrong, challenge["Session"])
    assert answer(secretive, name, challenge, totp(secret, 1))["AuthenticationResult"]


def test_after_srp(optional):
    name, secret = token_user(optional)
    challenge = optional.srp(name).sign_in()
    assert challenge["ChallengeName"] == TOTP
    assert answer(optional, name, challenge, totp(secret, 1))["AuthenticationResult"]


def test_a_token_that_is_there_and_not_chosen_is_not_asked_for(optional):
    name = optional.create_user()
    set_up_token(optional, optional.sign_in(name)["AccessToken"])
    assert optional.sign_in(name)["AccessToken"]


# Within a sign-in


def test_no_tokens_before_a_required_token_is_verified(required):
    name = required.create_user()
    challenge = required.password_auth(name)
    assert challenge["ChallengeName"] == "MFA_SETUP"
    assert challenge["ChallengeParameters"] == {
        "USER_ID_FOR_SRP": name,
        "MFAS_CAN_SETUP": '["SOFTWARE_TOKEN_MFA"]',
    }
    set_up = {"USERNAME": name}
    with refused(*INVALID):
        required.respond("MFA_SETUP", set_up, challenge["Session"])
    with refused(*INVALID):
        required.respond(TOTP, set_up | {"SOFTWARE_TOKEN_MFA_CODE": "123456"}, challenge["Session"])
    made = required.idp.associate_software_token(Session=challenge["Session"])
    with refused(*USED):
        required.idp.associate_software_token(Session=challenge["Session"])
    with refused(*INVALID):
        required.respond("MFA_SETUP", set_up, made["Session"])
    for code in (wrong_totp(made["SecretCode"]), expired_totp(made["SecretCode"])):
        with refused(*MISMATCH):
            required.idp.verify_software_token(Session=made["Session"], UserCode=code)
    first_code = totp(made["SecretCode"])
    verified = required.idp.verify_software_token(Session=made["Session"], UserCode=first_code)
    assert verified["Status"] == "SUCCESS"
    with refused(*INVALID):
        required.respond("MFA_SETUP", {"USERNAME": required.create_user()}, verified["Session"])
    assert required.respond("MFA_SETUP", set_up, verified["Session"])["AuthenticationResult"]["AccessToken"]
    with refused(*USED):
        required.respond("MFA_SETUP", set_up, verified["Session"])
    again = required.password_auth(name)
    assert again["ChallengeName"] == TOTP
    with refused(*USED_TOKEN):
        answer(required, name, again, first_code)
    assert answer(required, name, again, totp(made["SecretCode"], 1))["AuthenticationResult"]


def test_who_knows_the_password_cannot_replace_a_token(required):
    """A Session that asks for a code is none to set a token up with."""
    name = required.create_user()
    made = required.idp.associate_software_token(Session=required.password_auth(name)["Session"])
    required.idp.verify_software_token(Session=made["Session"], UserCode=totp(made["SecretCode"]))
    challenge = required.password_auth(name)
    assert challenge["ChallengeName"] == TOTP
    with refused(*INVALID):
        required.idp.associate_software_token(Session=challenge["Session"])
    with refused(*INVALID):
        required.idp.verify_software_token(Session=challenge["Session"], UserCode=totp(made["SecretCode"], 1))


def test_a_set_up_outlives_neither_disable_nor_password(required):
    for change in ("disable", "password"):
        name = required.create_user()
        made = required.idp.associate_software_token(Session=required.password_auth(name)["Session"])
        if change == "disable":
            required.idp.admin_disable_user(UserPoolId=required.id, Username=name)
        else:
            required.set_password(name, OTHER_PASSWORD)
        with refused("NotAuthorizedException"):
            required.idp.verify_software_token(Session=made["Session"], UserCode=totp(made["SecretCode"]))


def test_a_temporary_password_is_replaced_before_a_token_is_set_up(required):
    name = unique("invited")
    required.idp.admin_create_user(
        UserPoolId=required.id,
        Username=name,
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
        UserAttributes=attributes(email=f"{name}@example.com"),
    )
    challenge = required.password_auth(name)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    with refused(*INVALID):
        required.idp.associate_software_token(Session=challenge["Session"])
    new = {"USERNAME": name, "NEW_PASSWORD": OTHER_PASSWORD}
    challenge = required.respond("NEW_PASSWORD_REQUIRED", new, challenge["Session"])
    assert challenge["ChallengeName"] == "MFA_SETUP"
    made = required.idp.associate_software_token(Session=challenge["Session"])
    verified = required.idp.verify_software_token(Session=made["Session"], UserCode=totp(made["SecretCode"]))
    assert required.respond("MFA_SETUP", {"USERNAME": name}, verified["Session"])["AuthenticationResult"]


# An administrator's calls


def test_through_the_administrators_calls(optional):
    name, secret = token_user(optional)
    challenge = optional.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD)
    assert challenge["ChallengeName"] == TOTP

    def respond(code):
        return optional.idp.admin_respond_to_auth_challenge(
            UserPoolId=optional.id,
            ClientId=optional.client_id,
            ChallengeName=TOTP,
            ChallengeResponses={"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": code},
            Session=challenge["Session"],
        )

    with refused(*WRONG_CODE):
        respond(wrong_totp(secret))
    assert respond(totp(secret, 1))["AuthenticationResult"]["AccessToken"]


def test_a_token_is_taken_away(optional):
    name, secret = token_user(optional)
    with refused("UserNotFoundException", "User does not exist."):
        optional.idp.admin_delete_software_token(UserPoolId=optional.id, Username="nobody")
    under_way = optional.password_auth(name)
    optional.idp.admin_delete_software_token(UserPoolId=optional.id, Username=name)
    with refused(*INVALID):
        answer(optional, name, under_way, totp(secret, 1))
    assert "UserMFASettingList" not in optional.get_user(name)
    assert optional.sign_in(name)["AccessToken"]


def test_a_token_is_no_longer_asked_for_once_the_pool_turns_mfa_off(optional):
    name, _ = token_user(optional)
    assert optional.password_auth(name)["ChallengeName"] == TOTP
    demand(optional, "OFF", ())
    assert optional.sign_in(name)["AccessToken"]


# pycognito


def test_pycognito(optional, server):
    name = optional.create_user()
    cognito = Cognito(
        optional.id,
        optional.client_id,
        username=name,
        access_key="test",
        secret_key="test",
        boto3_client_kwargs={"endpoint_url": server.url},
    )
    cognito.authenticate(PASSWORD)
    secret = cognito.associate_software_token()
    assert cognito.verify_software_token(totp(secret), "phone")
    cognito.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    assert optional.get_user(name)["PreferredMfaSetting"] == TOTP
    with pytest.raises(SoftwareTokenMFAChallengeException):
        cognito.authenticate(PASSWORD)
    with refused(*WRONG_CODE):
        cognito.respond_to_software_token_mfa_challenge(wrong_totp(secret))
    cognito.respond_to_software_token_mfa_challenge(totp(secret, 1))
    assert cognito.access_claims["username"] == name
    cognito.set_user_mfa_preference(sms_mfa=False, software_token_mfa=False)
    cognito.authenticate(PASSWORD)
