"""SignUp, ConfirmSignUp, ResendConfirmationCode."""

import re

import pytest
from kit import PASSWORD, as_dict, attributes, refused, secret_hash, unique


def test_sign_up_confirm_sign_in(pool, server):
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    reply = pool.sign_up(name, email=email)
    assert reply["UserConfirmed"] is False
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", reply["UserSub"])
    assert reply["CodeDeliveryDetails"] == {
        "Destination": "a***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    assert pool.get_user(name)["UserStatus"] == "UNCONFIRMED"
    with refused("UserNotConfirmedException", "User is not confirmed."):
        pool.sign_in(name)

    message = server.inbox(email)[0]
    assert message["to"] == email and message["medium"] == "email" and message["purpose"] == "sign_up"
    assert message["pool_id"] == pool.id and message["username"] == name
    assert message["code"] in message["text"] and re.fullmatch(r"\d{6}", message["code"])
    assert set(message) >= {"at", "to", "medium", "purpose", "code", "link", "subject", "text", "html"}

    pool.confirm_sign_up(name, message["code"])
    user = pool.get_user(name)
    assert user["UserStatus"] == "CONFIRMED"
    assert as_dict(user["UserAttributes"])["email_verified"] == "true"
    assert pool.sign_in(name)["AccessToken"]


def test_a_code_by_sms(make_pool, server):
    pool = make_pool(AutoVerifiedAttributes=["phone_number"])
    phone = f"+4366412{int(unique('')):05}"
    details = pool.sign_up(unique("anna"), phone_number=phone)["CodeDeliveryDetails"]
    assert details["Destination"] == f"+********{phone[-4:]}" and details["DeliveryMedium"] == "SMS"
    assert server.inbox(phone)[0]["medium"] == "sms"


def test_sign_up_by_email_address(make_pool, server):
    pool = make_pool(UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])
    email = f"{unique('anna')}@example.com"
    sub = pool.sign_up(email)["UserSub"]
    pool.confirm_sign_up(email, server.code(email))
    user = pool.get_user(email)
    assert user["Username"] == sub
    assert as_dict(user["UserAttributes"])["email"] == email
    with refused("UsernameExistsException", "An account with the given email already exists."):
        pool.sign_up(email)
    with refused("InvalidParameterException", "Username should be an email."):
        pool.sign_up("anna")


def test_without_a_verified_attribute_only_an_administrator_confirms(make_pool):
    pool = make_pool()
    name = unique("anna")
    assert "CodeDeliveryDetails" not in pool.sign_up(name, email="anna@example.com")
    pool.idp.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)
    assert pool.user_attributes(name).get("email_verified") != "true"
    assert pool.sign_in(name)["IdToken"]
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        pool.idp.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)


def test_a_name_is_taken_once(pool):
    name = unique("anna")
    pool.sign_up(name, email="one@example.com")
    with refused("UsernameExistsException", "User already exists"):
        pool.sign_up(name, email="two@example.com")


def test_a_name_may_not_be_another_users_sub(pool):
    sub = pool.sign_up(unique("anna"), email="anna@example.com")["UserSub"]
    with refused("UsernameExistsException"):
        pool.sign_up(sub, email="mallory@example.com")


def test_wrong_codes_are_refused_and_the_right_one_works_once(pool, server):
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    pool.sign_up(name, email=email)
    code = server.code(email)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    with refused("CodeMismatchException", "Invalid verification code provided, please try again."):
        pool.confirm_sign_up(name, wrong)
    pool.confirm_sign_up(name, code)
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        pool.confirm_sign_up(name, code)


def test_a_code_of_another_user_is_refused(pool, server):
    one, two = unique("one"), unique("two")
    pool.sign_up(one, email=f"{one}@example.com")
    pool.sign_up(two, email=f"{two}@example.com")
    other = server.code(f"{two}@example.com")
    if other == server.code(f"{one}@example.com"):
        pytest.skip("both users drew the same code")
    with refused("CodeMismatchException"):
        pool.confirm_sign_up(one, other)


def test_a_resent_code_replaces_the_first(pool, server):
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    pool.sign_up(name, email=email)
    first = server.code(email)
    assert pool.resend(name)["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    second = server.code(email, "resend_code")
    if first != second:
        with refused("CodeMismatchException"):
            pool.confirm_sign_up(name, first)
    pool.confirm_sign_up(name, second)
    with refused("InvalidParameterException"):
        pool.resend(name)


def test_a_code_expires_after_a_day(pool, clock):
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    pool.sign_up(name, email=email)
    code = clock.code(email)
    clock.advance(24 * 3600 + 1)
    with refused("ExpiredCodeException", "Invalid code provided, please request a code again."):
        pool.confirm_sign_up(name, code)


def test_guessing_ends(pool, server):
    """After 15 wrong tries in an hour the right code is refused too."""
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    pool.sign_up(name, email=email)
    code = int(server.code(email))
    for n in range(1, 16):
        with refused("CodeMismatchException"):
            pool.confirm_sign_up(name, f"{(code + n) % 1_000_000:06}")
    with refused("LimitExceededException", "Attempt limit exceeded, please try after some time."):
        pool.confirm_sign_up(name, f"{code:06}")


def test_resending_ends(pool):
    name = unique("anna")
    pool.sign_up(name, email=f"{name}@example.com")
    for _ in range(5):
        pool.resend(name)
    with refused("LimitExceededException", "Attempt limit exceeded, please try after some time."):
        pool.resend(name)


def test_only_administrators_create_users(make_pool):
    pool = make_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    with refused("NotAuthorizedException", "SignUp is not permitted for this user pool"):
        pool.sign_up(unique("anna"), email="anna@example.com")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Ab1!xyz", "Password not long enough"),
        ("correct-horse-7", "Password must have uppercase characters"),
        ("CORRECT-HORSE-7", "Password must have lowercase characters"),
        ("Correct-Horse-!", "Password must have numeric characters"),
        ("CorrectHorse77", "Password must have symbol characters"),
    ],
)
def test_the_password_policy_is_enforced(pool, password, reason):
    with refused("InvalidPasswordException", f"Password did not conform with policy: {reason}"):
        pool.sign_up(unique("anna"), password=password, email="anna@example.com")


def test_required_attributes_are_asked_for(make_pool):
    pool = make_pool(
        Schema=[
            {"Name": "name", "AttributeDataType": "String", "Required": True},
            {"Name": "family_name", "AttributeDataType": "String", "Required": True},
        ]
    )
    text = (
        "Attributes did not conform to the schema: name: The attribute is required "
        "family_name: The attribute is required"
    )
    with refused("InvalidParameterException", text):
        pool.sign_up(unique("anna"))


def test_attributes_outside_the_schema_are_refused(pool):
    text = "Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema."
    with refused("InvalidParameterException", text):
        pool.idp.sign_up(
            ClientId=pool.client_id,
            Username=unique("anna"),
            Password=PASSWORD,
            UserAttributes=attributes(custom__x="1"),
        )


@pytest.mark.parametrize("name", ["sub", "email_verified", "phone_number_verified"])
def test_nobody_signs_up_verified(pool, name):
    """A stranger may claim an address, never that it is verified."""
    with pytest.raises(pool.idp.exceptions.ClientError) as caught:
        pool.sign_up(unique("anna"), email="anna@example.com", **{name: "true"})
    assert caught.value.response["Error"]["Code"] in ("NotAuthorizedException", "InvalidParameterException")


def test_attributes_the_client_may_not_write_are_refused(make_pool):
    pool = make_pool(client={"WriteAttributes": ["email"]})
    with refused("NotAuthorizedException", "A client attempted to write unauthorized attribute"):
        pool.sign_up(unique("anna"), email="anna@example.com", nickname="Annie")


def test_malformed_addresses_are_refused(pool):
    for values in ({"email": "not an address"}, {"phone_number": "0664123"}):
        with refused("InvalidParameterException"):
            pool.sign_up(unique("anna"), **values)


def test_aliases_do_not_look_like_usernames(make_pool):
    pool = make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
    text = "Username cannot be of email format, since user pool is configured for email alias."
    with refused("InvalidParameterException", text):
        pool.sign_up("anna@example.com", email="anna@example.com")


def test_an_alias_belongs_to_who_verified_it(make_pool, server):
    pool = make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
    one, two, email = unique("one"), unique("two"), f"{unique('anna')}@example.com"
    pool.sign_up(one, email=email)
    pool.confirm_sign_up(one, server.code(email))
    assert pool.sign_in(email)["AccessToken"]
    pool.sign_up(two, email=email)
    code = server.code(email)
    with refused("AliasExistsException", "An account with the email already exists."):
        pool.confirm_sign_up(two, code)
    pool.confirm_sign_up(two, code, ForceAliasCreation=True)
    assert pool.user_attributes(one)["email_verified"] == "false"
    access = pool.sign_in(email)["AccessToken"]
    assert pool.idp.get_user(AccessToken=access)["Username"] == two


def test_a_client_with_a_secret_needs_its_hash(make_pool, server):
    pool = make_pool(client={"GenerateSecret": True}, AutoVerifiedAttributes=["email"])
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    given = {"ClientId": pool.client_id, "Username": name, "Password": PASSWORD}
    with refused(
        "NotAuthorizedException",
        f"Client {pool.client_id} is configured for secret but secret was not received",
    ):
        pool.idp.sign_up(**given, UserAttributes=attributes(email=email))
    mismatch = ("NotAuthorizedException", f"Unable to verify secret hash for client {pool.client_id}")
    with refused(*mismatch):
        pool.idp.sign_up(**given, SecretHash=secret_hash(name, pool.client_id, "x" * 52))
    with refused(*mismatch):
        pool.idp.sign_up(**given, SecretHash=secret_hash("someone", pool.client_id, pool.secret))
    pool.sign_up(name, email=email)
    with refused(*mismatch):
        pool.idp.confirm_sign_up(
            ClientId=pool.client_id, Username=name, ConfirmationCode=server.code(email), SecretHash="AAAA"
        )
    pool.confirm_sign_up(name, server.code(email))
