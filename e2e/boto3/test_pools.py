"""User pools: every setting is kept and read back; defaults, tags, pagination; what is refused."""

import re

import pytest
from kit import idp_client, refused, unique

MAIL_CODE = "Code {####}"

SETTINGS = {
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 12,
            "RequireUppercase": False,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": False,
            "PasswordHistorySize": 3,
            "TemporaryPasswordValidityDays": 2,
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
    },
    "DeletionProtection": "INACTIVE",
    "AutoVerifiedAttributes": ["email"],
    "SmsVerificationMessage": MAIL_CODE,
    "EmailVerificationMessage": MAIL_CODE,
    "EmailVerificationSubject": "Your code",
    "VerificationMessageTemplate": {
        "SmsMessage": MAIL_CODE,
        "EmailMessage": MAIL_CODE,
        "EmailSubject": "Your code",
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
    },
    "SmsAuthenticationMessage": "Sign in with {####}",
    "MfaConfiguration": "OFF",
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT", "ReplyToEmailAddress": "help@example.com"},
    "AdminCreateUserConfig": {
        "AllowAdminCreateUserOnly": True,
        "InviteMessageTemplate": {
            "SMSMessage": "{username} {####}",
            "EmailMessage": "Hello {username}, {####}",
            "EmailSubject": "Welcome",
        },
    },
    "UserPoolTags": {"team": "identity", "stage": "test"},
    "AccountRecoverySetting": {
        "RecoveryMechanisms": [
            {"Name": "verified_email", "Priority": 1},
            {"Name": "verified_phone_number", "Priority": 2},
        ]
    },
    "UserPoolTier": "ESSENTIALS",
}
CREATION_ONLY = {
    "AliasAttributes": ["email", "preferred_username"],
    "UsernameConfiguration": {"CaseSensitive": False},
}


def describe(idp, pool_id):
    return idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]


def create(idp, **settings):
    return idp.create_user_pool(PoolName=unique("pool"), **settings)["UserPool"]


def assert_contains(actual, expected):
    """Every member of `expected`, at any depth, stands in `actual` with this value."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert name in actual, f"{name} is missing"
            assert_contains(actual[name], value)
    else:
        assert actual == expected


def test_a_pool_begins_with_cognitos_defaults(idp):
    made = create(idp)
    found = describe(idp, made["Id"])
    assert re.fullmatch(r"us-east-1_[0-9A-Za-z]{9}", made["Id"])
    assert found["Arn"] == f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{made['Id']}"
    policy = found["Policies"]["PasswordPolicy"]
    assert_contains(
        policy,
        {
            "MinimumLength": 8,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
            "TemporaryPasswordValidityDays": 7,
        },
    )
    assert found["MfaConfiguration"] == "OFF"
    assert found["DeletionProtection"] == "INACTIVE"
    assert found["UserPoolTier"] == "ESSENTIALS"
    assert found["EstimatedNumberOfUsers"] == 0
    assert found["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False
    assert found["CreationDate"] == made["CreationDate"]


def test_the_standard_schema_is_described(idp):
    schema = {a["Name"]: a for a in create(idp)["SchemaAttributes"]}
    assert schema["sub"]["Required"] is True and schema["sub"]["Mutable"] is False
    assert schema["sub"]["StringAttributeConstraints"] == {"MinLength": "1", "MaxLength": "2048"}
    assert schema["birthdate"]["StringAttributeConstraints"] == {"MinLength": "10", "MaxLength": "10"}
    assert schema["email_verified"]["AttributeDataType"] == "Boolean"
    assert schema["updated_at"]["NumberAttributeConstraints"] == {"MinValue": "0"}
    strings = """name given_name family_name middle_name nickname preferred_username profile picture website
        email gender zoneinfo locale phone_number address""".split()
    for name in strings:
        assert schema[name]["AttributeDataType"] == "String", name
        assert schema[name]["Mutable"] is True and schema[name]["Required"] is False, name


def test_every_setting_is_read_back(idp):
    made = create(idp, **SETTINGS, **CREATION_ONLY)
    assert_contains(made, SETTINGS | CREATION_ONLY)
    assert_contains(describe(idp, made["Id"]), SETTINGS | CREATION_ONLY)


def test_an_update_sets_every_setting_and_drops_what_it_leaves_out(idp):
    pool_id = create(idp)["Id"]
    idp.update_user_pool(UserPoolId=pool_id, **SETTINGS)
    assert_contains(describe(idp, pool_id), SETTINGS)
    idp.update_user_pool(UserPoolId=pool_id)
    found = describe(idp, pool_id)
    assert found["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert found["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False
    assert not found.get("AutoVerifiedAttributes")


def test_custom_attributes_are_appended_and_keep_their_constraints(idp):
    pool_id = create(idp, Schema=[{"Name": "tier", "AttributeDataType": "String"}])["Id"]
    idp.add_custom_attributes(
        UserPoolId=pool_id,
        CustomAttributes=[
            {
                "Name": "age",
                "AttributeDataType": "Number",
                "Mutable": False,
                "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "150"},
            }
        ],
    )
    schema = {a["Name"]: a for a in describe(idp, pool_id)["SchemaAttributes"]}
    assert schema["custom:tier"]["Mutable"] is True
    assert schema["custom:age"]["Mutable"] is False
    assert schema["custom:age"]["NumberAttributeConstraints"] == {"MinValue": "1", "MaxValue": "150"}


def test_tags_are_set_listed_and_removed(idp):
    arn = create(idp, UserPoolTags={"a": "1"})["Arn"]
    idp.tag_resource(ResourceArn=arn, Tags={"b": "2", "a": "3"})
    assert idp.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "3", "b": "2"}
    idp.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert idp.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_pools_are_listed_page_by_page(server):
    idp = idp_client(server, access_key="555500000001")
    made = {create(idp)["Id"] for _ in range(5)}
    pages = list(idp.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["UserPools"]) for page in pages] == [2, 2, 1]
    assert {pool["Id"] for page in pages for pool in page["UserPools"]} == made


def test_a_deleted_pool_is_gone(idp):
    pool_id = create(idp)["Id"]
    idp.delete_user_pool(UserPoolId=pool_id)
    gone = ("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
    with refused(*gone):
        idp.describe_user_pool(UserPoolId=pool_id)
    with refused(*gone):
        idp.delete_user_pool(UserPoolId=pool_id)
    with refused(*gone):
        idp.admin_create_user(UserPoolId=pool_id, Username="anna")
    listed = idp.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 60})
    assert pool_id not in {pool["Id"] for page in listed for pool in page["UserPools"]}


def test_a_protected_pool_is_not_deleted(idp):
    pool_id = create(idp, DeletionProtection="ACTIVE")["Id"]
    with refused("InvalidParameterException"):
        idp.delete_user_pool(UserPoolId=pool_id)
    idp.update_user_pool(UserPoolId=pool_id, DeletionProtection="INACTIVE")
    idp.delete_user_pool(UserPoolId=pool_id)


def test_username_and_alias_attributes_exclude_each_other(idp):
    with refused("InvalidParameterException"):
        create(idp, UsernameAttributes=["email"], AliasAttributes=["phone_number"])


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        (
            {"Name": "x", "AttributeDataType": "String", "Required": True},
            "Required custom attributes are not supported currently.",
        ),
        (
            {"Name": "email", "AttributeDataType": "Number"},
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
        ),
        (
            {
                "Name": "x",
                "AttributeDataType": "String",
                "StringAttributeConstraints": {"MinLength": "9", "MaxLength": "3"},
            },
            "user.custom:x: Max length cannot be less than min length.",
        ),
        (
            {
                "Name": "x",
                "AttributeDataType": "Number",
                "NumberAttributeConstraints": {"MinValue": "9", "MaxValue": "3"},
            },
            "user.custom:x: Max value cannot be less than min value.",
        ),
        (
            {"Name": "x", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "2049"}},
            "user.custom:x: String attributes cannot have a length of more than 2048",
        ),
    ],
    ids=["required custom", "standard type", "length", "value", "too long"],
)
def test_a_schema_that_cannot_be_is_refused(idp, attribute, message):
    with refused("InvalidParameterException", message):
        create(idp, Schema=[attribute])


def test_mfa_without_a_way_to_send_it_is_refused(idp):
    text = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"
    with refused("InvalidParameterException", text):
        create(idp, MfaConfiguration="OPTIONAL")


def test_a_pool_that_requires_what_is_not_built_lets_nobody_in(make_pool):
    """MFA ON is kept and shown. As long as it cannot be enforced, no password gets anyone a token."""
    pool = make_pool(
        MfaConfiguration="ON",
        AutoVerifiedAttributes=["phone_number"],
        SmsConfiguration={"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x"},
    )
    assert describe(pool.idp, pool.id)["MfaConfiguration"] == "ON"
    name = pool.create_user()
    try:
        reply = pool.password_auth(name)
    except pool.idp.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "OperationNotEnabledException"
    else:
        assert "AuthenticationResult" not in reply
