"""Second factors by text message and e-mail, the choice among factors, what users and administrators choose."""

import pytest
from factors import (
    ALL,
    EMAIL,
    EXPIRED,
    INVALID,
    OWN_SENDER,
    SMS,
    TOTP,
    USED,
    WRONG_CODE,
    demand,
    mfa_configuration,
    prefer,
    preference,
    reachable_user,
    set_up_token,
)
from kit import PASSWORD, attributes, refused
from pycognito import Cognito
from pycognito.exceptions import SMSMFAChallengeException
from totp import other_than, totp

ANSWERS = {SMS: "SMS_MFA_CODE", EMAIL: "EMAIL_OTP_CODE"}


@pytest.fixture
def optional(make_pool):
    """A pool that offers every second factor and demands none."""
    return demand(make_pool(EmailConfiguration=OWN_SENDER), "OPTIONAL")


@pytest.fixture
def required(make_pool):
    """A pool that offers every second factor and demands one."""
    return demand(make_pool(EmailConfiguration=OWN_SENDER), "ON")


@pytest.fixture(params=[SMS, EMAIL])
def messaged(request, optional):
    """A user with a factor by message: pool, name, factor, address."""
    name, phone, email = reachable_user(optional)
    prefer(optional, name, request.param)
    return optional, name, request.param, phone if request.param == SMS else email


def answer(pool, username, challenge, code):
    name = challenge["ChallengeName"]
    return pool.respond(name, {"USERNAME": username, ANSWERS[name]: code}, challenge["Session"])


def select(pool, username, challenge, factor):
    responses = {"USERNAME": username, "ANSWER": factor}
    return pool.respond("SELECT_MFA_TYPE", responses, challenge["Session"])


# The pool's configuration


def test_mfa_without_a_factor(pool):
    nothing = "Invalid MFA configuration given, can't turn MFA on without configuring any of the MFA types."
    for mode in ("ON", "OPTIONAL"):
        with refused("InvalidParameterException", nothing):
            pool.idp.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration=mode)
    assert pool.idp.get_user_pool_mfa_config(UserPoolId=pool.id)["MfaConfiguration"] == "OFF"


def test_a_pool_cannot_be_made_with_mfa_and_no_sender_of_text_messages(make_pool):
    with refused("InvalidParameterException"):
        make_pool(MfaConfiguration="ON")


def test_email_from_the_default_sender_is_no_second_factor(pool):
    with refused("InvalidParameterException"):
        demand(pool, "OPTIONAL", (EMAIL,))


def test_required_mfa_excludes_codes_as_first_factor(make_pool):
    first = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    with refused("InvalidParameterException"):
        demand(make_pool(Policies=first), "ON", (TOTP,))


def test_the_configuration_is_told_as_it_was_set(optional):
    told = optional.idp.get_user_pool_mfa_config(UserPoolId=optional.id)
    told.pop("ResponseMetadata")
    assert told == mfa_configuration("OPTIONAL")
    described = optional.idp.describe_user_pool(UserPoolId=optional.id)["UserPool"]
    assert described["MfaConfiguration"] == "OPTIONAL"


# Codes by message


def test_wrong_missing_and_used_codes(messaged, server):
    pool, name, factor, address = messaged
    challenge = pool.password_auth(name)
    assert challenge["ChallengeName"] == factor and "AuthenticationResult" not in challenge
    shown = challenge["ChallengeParameters"]
    assert shown["CODE_DELIVERY_DELIVERY_MEDIUM"] == ("SMS" if factor == SMS else "EMAIL")
    assert "***" in shown["CODE_DELIVERY_DESTINATION"] and shown["USER_ID_FOR_SRP"] == name
    (message,) = server.inbox(address)
    code = message["code"]
    assert message["purpose"] == "authentication" and len(code) == 6
    for wrong in (other_than(code), code[:-1], f"{code}0"):
        with refused(*WRONG_CODE):
            answer(pool, name, challenge, wrong)
    with refused("InvalidParameterException", f"Missing required parameter {ANSWERS[factor]}"):
        pool.respond(factor, {"USERNAME": name}, challenge["Session"])
    assert answer(pool, name, challenge, code)["AuthenticationResult"]["AccessToken"]
    with refused(*USED):
        answer(pool, name, challenge, code)


def test_a_right_code_verifies_its_address(messaged, server):
    pool, name, factor, address = messaged
    attribute = "phone_number_verified" if factor == SMS else "email_verified"
    challenge = pool.srp(name).sign_in()
    assert pool.user_attributes(name).get(attribute) != "true"
    assert answer(pool, name, challenge, server.code(address))["AuthenticationResult"]
    assert pool.user_attributes(name)[attribute] == "true"


def test_a_code_answers_its_own_attempt_only(messaged, server):
    pool, name, _, address = messaged
    first = pool.password_auth(name)
    older = server.code(address)
    second = pool.password_auth(name)
    newer = server.code(address)
    if older != newer:
        with refused(*WRONG_CODE):
            answer(pool, name, second, older)
    assert answer(pool, name, first, older)["AuthenticationResult"]
    assert answer(pool, name, second, newer)["AuthenticationResult"]


def test_a_code_dies_with_its_session(messaged, clock):
    pool, name, _, address = messaged
    challenge = pool.password_auth(name)
    code = clock.code(address)
    clock.advance(181)
    with refused(*EXPIRED):
        answer(pool, name, challenge, code)


def test_a_code_does_not_follow_a_changed_address(messaged, server):
    pool, name, factor, address = messaged
    challenge = pool.password_auth(name)
    code = server.code(address)
    changed = {"phone_number": "+12065559999"} if factor == SMS else {"email": "new@example.com"}
    pool.idp.admin_update_user_attributes(
        UserPoolId=pool.id, Username=name, UserAttributes=attributes(**changed)
    )
    with refused(*INVALID):
        answer(pool, name, challenge, code)


def test_a_session_of_another_user_client_or_step(messaged, server):
    pool, name, factor, address = messaged
    challenge = pool.password_auth(name)
    code = server.code(address)
    responses = {"USERNAME": name, ANSWERS[factor]: code}
    with refused(*INVALID):
        pool.respond(factor, responses | {"USERNAME": pool.create_user()}, challenge["Session"])
    with refused(*INVALID):
        pool.with_client().respond(factor, responses, challenge["Session"])
    for step in {SMS, EMAIL, TOTP, "SMS_OTP", "SELECT_MFA_TYPE", "MFA_SETUP", "SELECT_CHALLENGE"} - {factor}:
        with refused(*INVALID):
            pool.respond(step, responses, challenge["Session"])
    assert pool.respond(factor, responses, challenge["Session"])["AuthenticationResult"]


def test_guesses_are_limited_over_all_sessions(messaged, server):
    pool, name, _, address = messaged
    challenges = [pool.password_auth(name) for _ in range(3)]
    codes = {message["code"] for message in server.inbox(address)}
    wrong = next(code for code in (f"{number:06}" for number in range(4)) if code not in codes)
    for guess in range(5):
        with refused(*WRONG_CODE):
            answer(pool, name, challenges[guess % 3], wrong)
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        answer(pool, name, challenges[2], server.code(address))


def test_nothing_is_sent_before_the_password_is_proved(messaged, server):
    pool, name, _, address = messaged
    with refused("NotAuthorizedException", "Incorrect username or password."):
        pool.password_auth(name, "Wrong-Horse-7!")
    pool.srp(name).begin()
    assert server.inbox(address) == []


@pytest.mark.parametrize("change", ["disable", "sign-out", "preference"])
def test_what_an_administrator_changes_ends_the_attempt(messaged, server, change):
    pool, name, factor, address = messaged
    challenge = pool.password_auth(name)
    named = {"UserPoolId": pool.id, "Username": name}
    if change == "disable":
        pool.idp.admin_disable_user(**named)
    elif change == "sign-out":
        pool.idp.admin_user_global_sign_out(**named)
    else:
        prefer(pool, name, *{SMS, EMAIL} - {factor})
    with refused(*INVALID):
        answer(pool, name, challenge, server.code(address))


def test_the_factors_channel_does_not_recover_the_password(messaged, server):
    pool, name, factor, _ = messaged
    pool.idp.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username=name,
        UserAttributes=attributes(phone_number_verified="true", email_verified="true"),
    )
    details = pool.forgot_password(name)["CodeDeliveryDetails"]
    assert details["DeliveryMedium"] == ("EMAIL" if factor == SMS else "SMS")


# The choice among factors


def test_the_choice_is_among_what_the_user_has(optional, server):
    name, phone, email = reachable_user(optional)
    prefer(optional, name, SMS, EMAIL)
    challenge = optional.password_auth(name)
    assert challenge["ChallengeName"] == "SELECT_MFA_TYPE"
    assert challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"] == '["SMS_MFA","EMAIL_OTP"]'
    for missing in ("PIGEON", TOTP):
        with refused("InvalidParameterException"):
            select(optional, name, challenge, missing)
    with refused("InvalidParameterException", "Missing required parameter ANSWER"):
        optional.respond("SELECT_MFA_TYPE", {"USERNAME": name}, challenge["Session"])
    assert server.inbox(phone) == server.inbox(email) == []
    chosen = select(optional, name, challenge, EMAIL)
    with refused(*USED):
        select(optional, name, challenge, SMS)
    assert server.inbox(phone) == []
    assert answer(optional, name, chosen, server.code(email))["AuthenticationResult"]


def test_each_factor_can_be_chosen(optional, server):
    name, phone, email = reachable_user(optional)
    secret = set_up_token(optional, optional.sign_in(name)["AccessToken"])
    prefer(optional, name, *ALL)
    for factor, read in ((SMS, lambda: server.code(phone)), (EMAIL, lambda: server.code(email))):
        challenge = select(optional, name, optional.password_auth(name), factor)
        assert challenge["ChallengeName"] == factor
        assert answer(optional, name, challenge, read())["AuthenticationResult"]
    challenge = select(optional, name, optional.password_auth(name), TOTP)
    responses = {"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": totp(secret, 1)}
    assert optional.respond(TOTP, responses, challenge["Session"])["AuthenticationResult"]


def test_the_preferred_factor_is_asked_for_at_once(optional):
    name, _, _ = reachable_user(optional)
    prefer(optional, name, SMS, EMAIL, preferred=EMAIL)
    assert optional.password_auth(name)["ChallengeName"] == EMAIL


# Within a sign-in


def test_an_address_is_set_up_by_a_right_code_only(required, server):
    name = required.create_user()
    email = f"{name}@example.com"
    challenge = required.password_auth(name)
    assert challenge["ChallengeName"] == "MFA_SETUP"

    def set_up(address):
        return required.respond("MFA_SETUP", {"USERNAME": name, "EMAIL": address}, challenge["Session"])

    with refused("InvalidParameterException"):
        set_up("nonsense")
    asked = set_up(email)
    assert asked["ChallengeName"] == EMAIL
    with refused(*USED):
        set_up("mallory@example.com")
    assert server.inbox("mallory@example.com") == []
    code = server.code(email)
    with refused(*WRONG_CODE):
        answer(required, name, asked, other_than(code))
    assert "email" not in required.user_attributes(name)
    assert answer(required, name, asked, code)["AuthenticationResult"]
    found = required.user_attributes(name)
    assert (found["email"], found["email_verified"]) == (email, "true")
    assert required.password_auth(name)["ChallengeName"] == EMAIL


def test_nobody_signs_in_without_a_factor_that_the_pool_demands(required):
    name = required.create_user()
    for reply in (
        required.password_auth(name),
        required.srp(name).sign_in(),
        required.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD),
    ):
        assert reply["ChallengeName"] == "MFA_SETUP" and "AuthenticationResult" not in reply


# Preferences


def test_what_is_not_set_up_cannot_be_chosen(optional):
    name = optional.create_user()
    access = optional.sign_in(name)["AccessToken"]
    for factor in ALL:
        text = f"User does not have delivery config set to turn on {factor}"
        with refused("InvalidParameterException", text):
            optional.idp.set_user_mfa_preference(AccessToken=access, **preference(factor))
        with refused("InvalidParameterException", text):
            prefer(optional, name, factor)
    assert "UserMFASettingList" not in optional.idp.get_user(AccessToken=access)


def test_what_the_pool_does_not_offer_cannot_be_chosen(make_pool):
    pool = demand(make_pool(), "OPTIONAL", (SMS,))
    name, _, _ = reachable_user(pool)
    with refused("InvalidParameterException"):
        prefer(pool, name, EMAIL)


def test_one_factor_at_most_is_preferred(optional):
    name, _, _ = reachable_user(optional)
    access = optional.sign_in(name)["AccessToken"]
    both = preference(SMS, preferred=SMS) | preference(EMAIL, preferred=EMAIL)
    with refused("InvalidParameterException"):
        optional.idp.set_user_mfa_preference(AccessToken=access, **both)
    optional.idp.set_user_mfa_preference(AccessToken=access, **preference(SMS, EMAIL, preferred=EMAIL))
    for user in (optional.idp.get_user(AccessToken=access), optional.get_user(name)):
        assert (user["UserMFASettingList"], user["PreferredMfaSetting"]) == ([SMS, EMAIL], EMAIL)
    optional.idp.set_user_mfa_preference(AccessToken=access, EmailMfaSettings={"Enabled": False})
    user = optional.get_user(name)
    assert user["UserMFASettingList"] == [SMS] and "PreferredMfaSetting" not in user


def test_the_older_settings(optional):
    name, _, _ = reachable_user(optional)
    access = optional.sign_in(name)["AccessToken"]
    by_email = [{"DeliveryMedium": "EMAIL", "AttributeName": "email"}]
    by_sms = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    with refused("InvalidParameterException"):
        optional.idp.set_user_settings(AccessToken=access, MFAOptions=by_email)
    optional.idp.set_user_settings(AccessToken=access, MFAOptions=by_sms)
    assert optional.get_user(name)["MFAOptions"] == by_sms
    assert optional.password_auth(name)["ChallengeName"] == SMS
    optional.idp.admin_set_user_settings(UserPoolId=optional.id, Username=name, MFAOptions=[])
    assert optional.sign_in(name)["AccessToken"]


def test_what_users_can_sign_in_with(optional):
    name, _, _ = reachable_user(optional)
    access = optional.sign_in(name)["AccessToken"]
    set_up_token(optional, access)
    prefer(optional, name, TOTP, SMS, preferred=TOTP)
    named = {"UserPoolId": optional.id, "Username": name}
    for told in (
        optional.idp.get_user_auth_factors(AccessToken=access),
        optional.idp.admin_get_user_auth_factors(**named),
    ):
        assert told["ConfiguredUserAuthFactors"] == ["PASSWORD", "SOFTWARE_TOKEN"]
        assert told["PreferredMfaSetting"] == TOTP
        assert sorted(told["UserMFASettingList"]) == sorted([TOTP, SMS])


# pycognito


def test_pycognito_with_text_messages(optional, server):
    name, phone, _ = reachable_user(optional)
    prefer(optional, name, SMS)
    cognito = Cognito(
        optional.id,
        optional.client_id,
        username=name,
        access_key="test",
        secret_key="test",
        boto3_client_kwargs={"endpoint_url": server.url},
    )
    with pytest.raises(SMSMFAChallengeException):
        cognito.authenticate(PASSWORD)
    code = server.code(phone)
    with refused(*WRONG_CODE):
        cognito.respond_to_sms_mfa_challenge(other_than(code))
    cognito.respond_to_sms_mfa_challenge(code)
    assert cognito.access_claims["username"] == name
