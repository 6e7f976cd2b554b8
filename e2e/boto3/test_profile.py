"""What users do with their own access token: attributes, verification, password, deletion."""

import pytest
from kit import OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, as_dict, attributes, refused, unique

UNAUTHORIZED = ("NotAuthorizedException", "A client attempted to write unauthorized attribute")


def own(pool, access):
    return as_dict(pool.idp.get_user(AccessToken=access)["UserAttributes"])


def update(pool, access, **values):
    return pool.idp.update_user_attributes(AccessToken=access, UserAttributes=attributes(**values))


@pytest.fixture
def anna(pool):
    """A user with a verified address: name, address, access token."""
    name = unique("anna")
    email = f"{name}@example.com"
    pool.create_user(name, email=email, email_verified="true", nickname="Annie")
    return name, email, pool.sign_in(name)["AccessToken"]


def test_the_user_sees_itself(pool, anna):
    name, email, access = anna
    user = pool.idp.get_user(AccessToken=access)
    assert user["Username"] == name
    shown = as_dict(user["UserAttributes"])
    assert shown["email"] == email and shown["email_verified"] == "true" and shown["sub"]


def test_a_changed_address_is_unverified_until_the_code_comes_back(pool, server, anna):
    name, _, access = anna
    new = f"{unique('new')}@example.com"
    details = update(pool, access, email=new)["CodeDeliveryDetailsList"]
    assert details == [{"Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}]
    assert own(pool, access)["email"] == new and own(pool, access)["email_verified"] == "false"
    verify = {"AccessToken": access, "AttributeName": "email"}
    code = server.code(new)
    with refused("CodeMismatchException"):
        pool.idp.verify_user_attribute(**verify, Code=f"{(int(code) + 1) % 1_000_000:06}")
    pool.idp.verify_user_attribute(**verify, Code=code)
    assert own(pool, access)["email_verified"] == "true"
    with refused("ExpiredCodeException"):
        pool.idp.verify_user_attribute(**verify, Code=code)


def test_a_code_for_an_address_that_changed_again_verifies_nothing(pool, server, anna):
    access = anna[2]
    first, second = f"{unique('first')}@example.com", f"{unique('second')}@example.com"
    update(pool, access, email=first)
    code = server.code(first)
    update(pool, access, email=second)
    if code == server.code(second):
        pytest.skip("both addresses drew the same code")
    with pytest.raises(pool.idp.exceptions.ClientError):
        pool.idp.verify_user_attribute(AccessToken=access, AttributeName="email", Code=code)
    assert own(pool, access)["email_verified"] == "false"


def test_verification_on_request(pool, server):
    name = pool.create_user(email=f"{unique('anna')}@example.com")
    access = pool.sign_in(name)["AccessToken"]
    request = {"AccessToken": access, "AttributeName": "email"}
    assert pool.idp.get_user_attribute_verification_code(**request)["CodeDeliveryDetails"]["Destination"]
    email = own(pool, access)["email"]
    pool.idp.verify_user_attribute(**request, Code=server.code(email))
    assert own(pool, access)["email_verified"] == "true"


def test_a_code_of_another_user_verifies_nothing(pool, server, anna):
    victim = pool.create_user(email=f"{unique('ben')}@example.com")
    access = pool.sign_in(victim)["AccessToken"]
    request = {"AttributeName": "email"}
    pool.idp.get_user_attribute_verification_code(AccessToken=access, **request)
    code = server.code(own(pool, access)["email"])
    with pytest.raises(pool.idp.exceptions.ClientError):
        pool.idp.verify_user_attribute(AccessToken=anna[2], **request, Code=code)


def test_where_updates_wait_for_verification_the_old_address_stays(make_pool, server):
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )
    old, new = f"{unique('old')}@example.com", f"{unique('new')}@example.com"
    access = pool.sign_in(pool.create_user(email=old, email_verified="true"))["AccessToken"]
    update(pool, access, email=new)
    assert own(pool, access)["email"] == old and own(pool, access)["email_verified"] == "true"
    pool.idp.verify_user_attribute(AccessToken=access, AttributeName="email", Code=server.code(new))
    assert own(pool, access)["email"] == new and own(pool, access)["email_verified"] == "true"


@pytest.mark.parametrize("name", ["sub", "email_verified", "phone_number_verified"])
def test_nobody_verifies_or_renames_itself(pool, anna, name):
    with pytest.raises(pool.idp.exceptions.ClientError) as caught:
        update(pool, anna[2], **{name: "true"})
    assert caught.value.response["Error"]["Code"] in ("NotAuthorizedException", "InvalidParameterException")


def test_attributes_the_client_may_not_write(pool, anna):
    client = pool.with_client(WriteAttributes=["nickname"])
    access = client.sign_in(anna[0])["AccessToken"]
    update(client, access, nickname="Ann")
    with refused(*UNAUTHORIZED):
        update(client, access, nickname="Anne", email="x@example.com")
    with refused(*UNAUTHORIZED):
        client.idp.delete_user_attributes(AccessToken=access, UserAttributeNames=["email"])
    assert own(pool, anna[2])["nickname"] == "Ann", "nothing of a refused call is kept"


def test_attributes_the_client_may_not_read(pool, anna):
    client = pool.with_client(ReadAttributes=["nickname"])
    shown = own(client, client.sign_in(anna[0])["AccessToken"])
    assert "nickname" in shown and "email" not in shown


def test_immutable_attributes(make_pool):
    pool = make_pool(Schema=[{"Name": "employee", "AttributeDataType": "String", "Mutable": False}])
    access = pool.sign_in(pool.create_user(custom__employee="7"))["AccessToken"]
    with refused("InvalidParameterException"):
        update(pool, access, custom__employee="8")
    with refused("InvalidParameterException"):
        pool.idp.delete_user_attributes(AccessToken=access, UserAttributeNames=["custom:employee"])
    assert own(pool, access)["custom:employee"] == "7"


def test_values_are_checked(make_pool):
    pool = make_pool(
        Schema=[
            {
                "Name": "age",
                "AttributeDataType": "Number",
                "Mutable": True,
                "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "150"},
            },
            {
                "Name": "code",
                "AttributeDataType": "String",
                "Mutable": True,
                "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "4"},
            },
        ]
    )
    access = pool.sign_in(pool.create_user())["AccessToken"]
    update(pool, access, custom__age="150", custom__code="abcd", birthdate="2000-02-29")
    for values in (
        {"custom__age": "151"},
        {"custom__age": "0"},
        {"custom__age": "old"},
        {"custom__code": "a"},
        {"custom__code": "abcde"},
        {"birthdate": "2001-02-29"},
        {"email": "nobody"},
        {"phone_number": "12345"},
        {"name": "x" * 2049},
    ):
        with refused("InvalidParameterException"):
            update(pool, access, **values)


def test_an_empty_value_deletes(pool, anna):
    update(pool, anna[2], nickname="")
    assert "nickname" not in own(pool, anna[2])


def test_attributes_are_deleted(pool, anna):
    pool.idp.delete_user_attributes(AccessToken=anna[2], UserAttributeNames=["nickname"])
    assert "nickname" not in own(pool, anna[2])


def test_change_password(pool, anna):
    name, _, access = anna
    change = {"AccessToken": access, "ProposedPassword": OTHER_PASSWORD}
    with refused(*WRONG_PASSWORD):
        pool.idp.change_password(**change, PreviousPassword="Wrong-Horse-7!")
    with refused("InvalidPasswordException"):
        pool.idp.change_password(AccessToken=access, PreviousPassword=PASSWORD, ProposedPassword="too-simple")
    pool.idp.change_password(**change, PreviousPassword=PASSWORD)
    assert pool.idp.get_user(AccessToken=access), "tokens outlive a change of password"
    assert pool.srp(name, OTHER_PASSWORD).sign_in()["AuthenticationResult"]
    with refused(*WRONG_PASSWORD):
        pool.sign_in(name)


def test_guessing_the_previous_password_ends(pool, anna):
    kinds = []
    for n in range(12):
        with pytest.raises(pool.idp.exceptions.ClientError) as caught:
            pool.idp.change_password(
                AccessToken=anna[2], PreviousPassword=f"Wrong-Horse-{n}!", ProposedPassword=OTHER_PASSWORD
            )
        kinds.append((caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]))
    assert kinds[0] == WRONG_PASSWORD
    assert kinds[-1] != WRONG_PASSWORD, "twelve guesses in a row were all looked at"


def test_users_delete_themselves(pool, anna):
    name, _, access = anna
    pool.idp.delete_user(AccessToken=access)
    with refused("UserNotFoundException"):
        pool.get_user(name)
    with pytest.raises(pool.idp.exceptions.ClientError):
        pool.idp.get_user(AccessToken=access)
