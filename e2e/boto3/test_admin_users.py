"""Users as administrators make, see, change and delete them."""

import pytest
from kit import OTHER_PASSWORD, PASSWORD, as_dict, attributes, claims, refused, unique

ABSENT = ("UserNotFoundException", "User does not exist.")


def test_a_user_is_shown_as_it_was_made(pool):
    name = unique("anna")
    made = pool.idp.admin_create_user(
        UserPoolId=pool.id,
        Username=name,
        MessageAction="SUPPRESS",
        UserAttributes=attributes(email="anna@example.com", email_verified="true", nickname="Annie"),
    )["User"]
    assert made["Username"] == name and made["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    user = pool.get_user(name)
    assert user["UserAttributes"][0]["Name"] == "sub"
    shown = as_dict(user["UserAttributes"])
    assert shown.pop("sub")
    assert shown == {"email": "anna@example.com", "email_verified": "true", "nickname": "Annie"}
    assert user["Enabled"] is True and "UserMFASettingList" not in user and "PreferredMfaSetting" not in user


def test_a_name_is_taken_once(pool):
    name = pool.create_user()
    with refused("UsernameExistsException"):
        pool.idp.admin_create_user(UserPoolId=pool.id, Username=name)
    sub = pool.user_attributes(name)["sub"]
    with refused("UsernameExistsException"):
        pool.idp.admin_create_user(UserPoolId=pool.id, Username=sub)


def test_in_email_pools_the_address_is_taken_once(make_pool):
    pool = make_pool(UsernameAttributes=["email"])
    one, two = f"{unique('a')}@example.com", f"{unique('b')}@example.com"
    pool.create_user(one)
    pool.create_user(two)
    with refused("UsernameExistsException"):
        pool.idp.admin_create_user(UserPoolId=pool.id, Username=one)
    with refused("AliasExistsException"):
        pool.idp.admin_update_user_attributes(UserPoolId=pool.id, Username=two, UserAttributes=attributes(email=one))
    with refused("InvalidParameterException"):
        pool.idp.admin_create_user(UserPoolId=pool.id, Username="not-an-address")


def test_in_email_pools_a_new_address_is_the_new_name(make_pool):
    pool = make_pool(UsernameAttributes=["email"])
    old, new = f"{unique('old')}@example.com", f"{unique('new')}@example.com"
    pool.create_user(old)
    pool.idp.admin_update_user_attributes(UserPoolId=pool.id, Username=old, UserAttributes=attributes(email=new))
    assert pool.sign_in(new)
    with refused("UserNotFoundException"):
        pool.sign_in(old)


def test_a_verified_alias_is_taken_once(make_pool):
    pool = make_pool(AliasAttributes=["email", "preferred_username"])
    values = {"email": "anna@example.com", "email_verified": "true"}
    one, two = pool.create_user(**values), pool.create_user()
    update = {"UserPoolId": pool.id, "Username": two}
    with refused("AliasExistsException"):
        pool.idp.admin_update_user_attributes(**update, UserAttributes=attributes(**values))
    with refused("AliasExistsException"):
        pool.idp.admin_create_user(
            UserPoolId=pool.id, Username=unique("x"), UserAttributes=attributes(**values), MessageAction="SUPPRESS"
        )
    three = unique("three")
    pool.idp.admin_create_user(
        UserPoolId=pool.id,
        Username=three,
        UserAttributes=attributes(**values),
        MessageAction="SUPPRESS",
        ForceAliasCreation=True,
    )
    assert pool.get_user("anna@example.com")["Username"] == three
    assert pool.user_attributes(one)["email_verified"] == "false"
    pool.idp.admin_update_user_attributes(
        UserPoolId=pool.id, Username=one, UserAttributes=attributes(preferred_username="anna-of-all")
    )
    with refused("AliasExistsException"):
        pool.idp.admin_update_user_attributes(
            **update, UserAttributes=attributes(preferred_username="anna-of-all")
        )
    assert claims(pool.sign_in("anna-of-all")["AccessToken"])["username"] == one


def test_attributes_change_and_go(pool):
    name = pool.create_user(nickname="Annie", email="anna@example.com", email_verified="true")
    pool.idp.admin_update_user_attributes(
        UserPoolId=pool.id, Username=name, UserAttributes=attributes(nickname="Ann", email="ann@example.com")
    )
    shown = pool.user_attributes(name)
    assert shown["nickname"] == "Ann" and shown["email_verified"] == "false"
    pool.idp.admin_delete_user_attributes(UserPoolId=pool.id, Username=name, UserAttributeNames=["nickname"])
    assert "nickname" not in pool.user_attributes(name)


def test_immutable_and_required_attributes(make_pool):
    pool = make_pool(
        Schema=[
            {"Name": "employee", "AttributeDataType": "String", "Mutable": False},
            {"Name": "email", "AttributeDataType": "String", "Required": True},
        ]
    )
    name = pool.create_user(custom__employee="7", email="anna@example.com")
    update = {"UserPoolId": pool.id, "Username": name}
    with refused("InvalidParameterException"):
        pool.idp.admin_update_user_attributes(**update, UserAttributes=attributes(custom__employee="8"))
    for gone in ("custom:employee", "email", "sub"):
        with refused("InvalidParameterException"):
            pool.idp.admin_delete_user_attributes(**update, UserAttributeNames=[gone])
    with refused("InvalidParameterException"):
        pool.idp.admin_update_user_attributes(**update, UserAttributes=attributes(sub="x"))
    assert pool.user_attributes(name)["custom:employee"] == "7"


def test_attributes_that_only_developers_see(make_pool):
    pool = make_pool(
        Schema=[{"Name": "note", "AttributeDataType": "String", "DeveloperOnlyAttribute": True, "Mutable": True}]
    )
    name = pool.create_user()
    pool.idp.admin_update_user_attributes(
        UserPoolId=pool.id, Username=name, UserAttributes=[{"Name": "dev:custom:note", "Value": "vip"}]
    )
    assert pool.user_attributes(name)["dev:custom:note"] == "vip"
    tokens = pool.sign_in(name)
    own = as_dict(pool.idp.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"])
    assert "dev:custom:note" not in own and "dev:custom:note" not in claims(tokens["IdToken"])
    with pytest.raises(pool.idp.exceptions.ClientError):
        pool.idp.update_user_attributes(
            AccessToken=tokens["AccessToken"], UserAttributes=[{"Name": "dev:custom:note", "Value": "x"}]
        )


def test_passwords(pool):
    name = pool.create_user()
    with refused("InvalidPasswordException"):
        pool.set_password(name, "too-simple")
    pool.set_password(name, OTHER_PASSWORD, permanent=False)
    assert pool.get_user(name)["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert pool.password_auth(name, OTHER_PASSWORD)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    pool.set_password(name, PASSWORD)
    assert pool.get_user(name)["UserStatus"] == "CONFIRMED" and pool.sign_in(name)


def test_disable_and_enable(pool):
    name = pool.create_user()
    pool.idp.admin_disable_user(UserPoolId=pool.id, Username=name)
    assert pool.get_user(name)["Enabled"] is False
    pool.idp.admin_enable_user(UserPoolId=pool.id, Username=name)
    assert pool.get_user(name)["Enabled"] is True


def test_delete(pool):
    name = pool.create_user()
    sub = pool.user_attributes(name)["sub"]
    pool.idp.admin_delete_user(UserPoolId=pool.id, Username=name)
    with refused(*ABSENT):
        pool.get_user(name)
    pool.create_user(name)
    assert pool.user_attributes(name)["sub"] != sub


def test_every_call_about_a_user_nobody_is(pool):
    idp, named = pool.idp, {"UserPoolId": pool.id, "Username": "nobody"}
    calls = [
        lambda: idp.admin_get_user(**named),
        lambda: idp.admin_delete_user(**named),
        lambda: idp.admin_disable_user(**named),
        lambda: idp.admin_enable_user(**named),
        lambda: idp.admin_confirm_sign_up(**named),
        lambda: idp.admin_reset_user_password(**named),
        lambda: idp.admin_set_user_password(**named, Password=PASSWORD),
        lambda: idp.admin_update_user_attributes(**named, UserAttributes=attributes(name="x")),
        lambda: idp.admin_delete_user_attributes(**named, UserAttributeNames=["name"]),
        lambda: idp.admin_list_groups_for_user(**named),
        lambda: idp.admin_user_global_sign_out(**named),
    ]
    for call in calls:
        with refused(*ABSENT):
            call()
