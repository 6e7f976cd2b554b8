"""ForgotPassword, ConfirmForgotPassword, AdminResetUserPassword, and hidden users in them."""

import pytest
from kit import OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, refused, unique

NO_WAY = (
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
)
NOT_NOW = ("NotAuthorizedException", "User password cannot be reset in the current state.")
MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")
EXPIRED = ("ExpiredCodeException", "Invalid code provided, please request a code again.")


@pytest.fixture
def reachable(pool):
    """A user with a verified e-mail address: name and address."""
    name = unique("anna")
    email = f"{name}@example.com"
    pool.create_user(name, email=email, email_verified="true")
    return name, email


def test_a_forgotten_password(pool, server, reachable):
    name, email = reachable
    details = pool.forgot_password(name)["CodeDeliveryDetails"]
    assert details == {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert pool.sign_in(name)["AccessToken"], "the old password works until the new one is set"
    pool.confirm_forgot_password(name, server.code(email, "forgot_password"))
    assert pool.sign_in(name, OTHER_PASSWORD)["AccessToken"]
    assert pool.srp(name, OTHER_PASSWORD).sign_in()["AuthenticationResult"]
    with refused(*WRONG_PASSWORD):
        pool.sign_in(name)


def test_a_code_works_once(pool, server, reachable):
    name, email = reachable
    pool.forgot_password(name)
    code = server.code(email)
    pool.confirm_forgot_password(name, code)
    with refused(*EXPIRED):
        pool.confirm_forgot_password(name, code, PASSWORD)
    assert pool.sign_in(name, OTHER_PASSWORD)


def test_a_code_lives_an_hour(pool, clock, reachable):
    name, email = reachable
    pool.forgot_password(name)
    code = clock.code(email)
    clock.advance(3601)
    with refused(*EXPIRED):
        pool.confirm_forgot_password(name, code)


def test_a_new_code_replaces_the_old(pool, server, reachable):
    name, email = reachable
    pool.forgot_password(name)
    first = server.code(email)
    pool.forgot_password(name)
    second = server.code(email)
    if first != second:
        with refused(*MISMATCH):
            pool.confirm_forgot_password(name, first)
    pool.confirm_forgot_password(name, second)


def test_a_wrong_code(pool, server, reachable):
    name, email = reachable
    pool.forgot_password(name)
    with refused(*MISMATCH):
        pool.confirm_forgot_password(name, f"{(int(server.code(email)) + 1) % 1_000_000:06}")
    assert pool.sign_in(name)


def test_a_code_nobody_asked_for(pool, reachable):
    with refused(*EXPIRED):
        pool.confirm_forgot_password(reachable[0], "123456")


def test_another_kind_of_code(pool, server):
    """A sign-up code resets no password."""
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    pool.sign_up(name, email=email)
    with pytest.raises(pool.idp.exceptions.ClientError):
        pool.confirm_forgot_password(name, server.code(email))


def test_guessing_ends(pool, server, reachable):
    name, email = reachable
    pool.forgot_password(name)
    code = int(server.code(email))
    kinds = []
    for n in range(1, 22):
        with pytest.raises(pool.idp.exceptions.ClientError) as caught:
            pool.confirm_forgot_password(name, f"{(code + n) % 1_000_000:06}")
        kinds.append(caught.value.response["Error"]["Code"])
    first_limit = kinds.index("LimitExceededException")
    assert 5 <= first_limit <= 20 and set(kinds[:first_limit]) == {"CodeMismatchException"}
    with refused("LimitExceededException", "Attempt limit exceeded, please try after some time."):
        pool.confirm_forgot_password(name, f"{code:06}")
    assert pool.sign_in(name)


def test_asking_ends(pool, reachable):
    for _ in range(5):
        pool.forgot_password(reachable[0])
    with refused("LimitExceededException", "Attempt limit exceeded, please try after some time."):
        for _ in range(20):
            pool.forgot_password(reachable[0])


def test_the_policy_is_enforced_and_the_code_stays(pool, server, reachable):
    name, email = reachable
    pool.forgot_password(name)
    code = server.code(email)
    with refused("InvalidPasswordException"):
        pool.confirm_forgot_password(name, code, "too-simple")
    pool.confirm_forgot_password(name, code)


def test_passwords_are_not_used_again(make_pool, server):
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "PasswordHistorySize": 2,
            }
        },
    )
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    pool.create_user(name, email=email, email_verified="true")
    pool.forgot_password(name)
    with refused("PasswordHistoryPolicyViolationException"):
        pool.confirm_forgot_password(name, server.code(email), PASSWORD)
    pool.confirm_forgot_password(name, server.code(email))
    with refused("PasswordHistoryPolicyViolationException"):
        pool.set_password(name, PASSWORD)
    pool.set_password(name, "Third-Password-3!")


def test_an_unverified_address_receives_no_code(pool):
    name = pool.create_user(email="anna@example.com")
    with refused(*NO_WAY):
        pool.forgot_password(name)


def test_an_invited_user_cannot_reset(pool):
    name = unique("anna")
    pool.idp.admin_create_user(UserPoolId=pool.id, Username=name, MessageAction="SUPPRESS")
    with refused(*NOT_NOW):
        pool.forgot_password(name)


def test_only_the_administrator_resets(make_pool):
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        AccountRecoverySetting={"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
    )
    name = pool.create_user(email="anna@example.com", email_verified="true")
    with refused("NotAuthorizedException"):
        pool.forgot_password(name)


def test_the_first_mechanism_is_preferred(make_pool, server):
    pool = make_pool(
        AutoVerifiedAttributes=["email", "phone_number"],
        AccountRecoverySetting={
            "RecoveryMechanisms": [
                {"Name": "verified_phone_number", "Priority": 2},
                {"Name": "verified_email", "Priority": 1},
            ]
        },
    )
    name = pool.create_user(
        email="anna@example.com", email_verified="true", phone_number="+43664987654", phone_number_verified="true"
    )
    assert pool.forgot_password(name)["CodeDeliveryDetails"]["AttributeName"] == "email"


def test_a_password_reset_by_the_administrator(pool, server, reachable):
    name, email = reachable
    pool.idp.admin_reset_user_password(UserPoolId=pool.id, Username=name)
    assert pool.get_user(name)["UserStatus"] == "RESET_REQUIRED"
    with refused("PasswordResetRequiredException"):
        pool.sign_in(name)
    with refused("PasswordResetRequiredException"):
        pool.srp(name).sign_in()
    pool.confirm_forgot_password(name, server.code(email))
    assert pool.get_user(name)["UserStatus"] == "CONFIRMED"
    assert pool.sign_in(name, OTHER_PASSWORD)


def test_an_unknown_user_is_named_as_such(pool):
    unknown = ("UserNotFoundException", "Username/client id combination not found.")
    with refused(*unknown):
        pool.forgot_password("nobody")
    with refused(*unknown):
        pool.confirm_forgot_password("nobody", "123456")
    with refused("UserNotFoundException"):
        pool.resend("nobody")
    with refused("UserNotFoundException"):
        pool.confirm_sign_up("nobody", "123456")


def test_unless_hidden(pool, server):
    hidden = pool.with_client(PreventUserExistenceErrors="ENABLED")
    first, second = hidden.forgot_password("nobody"), hidden.forgot_password("nobody")
    assert first["CodeDeliveryDetails"] == second["CodeDeliveryDetails"]
    assert first["CodeDeliveryDetails"]["DeliveryMedium"] in ("EMAIL", "SMS")
    with pytest.raises(pool.idp.exceptions.ClientError) as caught:
        hidden.confirm_forgot_password("nobody", "123456")
    assert caught.value.response["Error"]["Code"] in ("CodeMismatchException", "ExpiredCodeException")
    assert hidden.resend("nobody")["CodeDeliveryDetails"]
    with pytest.raises(pool.idp.exceptions.ClientError) as caught:
        hidden.confirm_sign_up("nobody", "123456")
    assert caught.value.response["Error"]["Code"] in ("CodeMismatchException", "ExpiredCodeException")


def test_hidden_disabled_and_unreachable_users_look_like_unknown_ones(pool, server):
    hidden = pool.with_client(PreventUserExistenceErrors="ENABLED")
    disabled = pool.create_user(email="disabled@example.net", email_verified="true")
    pool.idp.admin_disable_user(UserPoolId=pool.id, Username=disabled)
    unreachable = pool.create_user()
    for name in (disabled, unreachable):
        assert hidden.forgot_password(name)["CodeDeliveryDetails"]["Destination"]
    assert server.inbox("disabled@example.net") == []
