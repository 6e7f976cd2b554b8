"""Administrators: calls must be signed, and an account sees nothing of another, nor a region."""

import botocore
import botocore.exceptions
import pytest
from kit import PASSWORD, Pool, attributes, idp_client, refused, unique

STRANGER = "444455556666"


@pytest.fixture(scope="module")
def stranger(server):
    return idp_client(server, access_key=STRANGER)


@pytest.fixture
def own(pool):
    """A pool with a user and a group."""
    pool.create_user("anna", email="anna@example.com")
    pool.idp.create_group(UserPoolId=pool.id, GroupName="staff")
    return pool


def test_an_access_key_of_twelve_digits_selects_the_account(stranger):
    arn = stranger.create_user_pool(PoolName="theirs")["UserPool"]["Arn"]
    assert arn.split(":")[4] == STRANGER


def test_a_region_is_its_own(server):
    frankfurt = idp_client(server, region="eu-central-1")
    pool_id = frankfurt.create_user_pool(PoolName="frankfurt")["UserPool"]["Id"]
    assert pool_id.startswith("eu-central-1_")
    with refused("ResourceNotFoundException"):
        idp_client(server).describe_user_pool(UserPoolId=pool_id)


def calls(idp, pool):
    """Every operation on a pool, by name, as a call that would succeed for its owner."""
    p = {"UserPoolId": pool.id}
    u = {**p, "Username": "anna"}
    c = {**p, "ClientId": pool.client_id}
    g = {**p, "GroupName": "staff"}
    arn = f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool.id}"
    attribute = {"Name": "x", "AttributeDataType": "String"}
    return {
        "DescribeUserPool": lambda: idp.describe_user_pool(**p),
        "UpdateUserPool": lambda: idp.update_user_pool(**p),
        "AddCustomAttributes": lambda: idp.add_custom_attributes(**p, CustomAttributes=[attribute]),
        "TagResource": lambda: idp.tag_resource(ResourceArn=arn, Tags={"a": "b"}),
        "UntagResource": lambda: idp.untag_resource(ResourceArn=arn, TagKeys=["a"]),
        "ListTagsForResource": lambda: idp.list_tags_for_resource(ResourceArn=arn),
        "CreateUserPoolClient": lambda: idp.create_user_pool_client(**p, ClientName="x"),
        "DescribeUserPoolClient": lambda: idp.describe_user_pool_client(**c),
        "UpdateUserPoolClient": lambda: idp.update_user_pool_client(**c),
        "ListUserPoolClients": lambda: idp.list_user_pool_clients(**p),
        "AddUserPoolClientSecret": lambda: idp.add_user_pool_client_secret(**c),
        "ListUserPoolClientSecrets": lambda: idp.list_user_pool_client_secrets(**c),
        "DeleteUserPoolClientSecret": lambda: idp.delete_user_pool_client_secret(**c, ClientSecretId="x--1"),
        "DeleteUserPoolClient": lambda: idp.delete_user_pool_client(**c),
        "ListUsers": lambda: idp.list_users(**p),
        "AdminCreateUser": lambda: idp.admin_create_user(**p, Username="ben", MessageAction="SUPPRESS"),
        "AdminGetUser": lambda: idp.admin_get_user(**u),
        "AdminUpdateUserAttributes": lambda: idp.admin_update_user_attributes(
            **u, UserAttributes=attributes(name="x")
        ),
        "AdminDeleteUserAttributes": lambda: idp.admin_delete_user_attributes(**u, UserAttributeNames=["name"]),
        "AdminSetUserPassword": lambda: idp.admin_set_user_password(**u, Password=PASSWORD, Permanent=True),
        "AdminResetUserPassword": lambda: idp.admin_reset_user_password(**u),
        "AdminConfirmSignUp": lambda: idp.admin_confirm_sign_up(**u),
        "AdminEnableUser": lambda: idp.admin_enable_user(**u),
        "AdminDisableUser": lambda: idp.admin_disable_user(**u),
        "AdminDeleteUser": lambda: idp.admin_delete_user(**u),
        "AdminUserGlobalSignOut": lambda: idp.admin_user_global_sign_out(**u),
        "CreateGroup": lambda: idp.create_group(**p, GroupName="new"),
        "GetGroup": lambda: idp.get_group(**g),
        "UpdateGroup": lambda: idp.update_group(**g),
        "DeleteGroup": lambda: idp.delete_group(**g),
        "ListGroups": lambda: idp.list_groups(**p),
        "ListUsersInGroup": lambda: idp.list_users_in_group(**g),
        "AdminAddUserToGroup": lambda: idp.admin_add_user_to_group(**u, GroupName="staff"),
        "AdminRemoveUserFromGroup": lambda: idp.admin_remove_user_from_group(**u, GroupName="staff"),
        "AdminListGroupsForUser": lambda: idp.admin_list_groups_for_user(**u),
        "AdminInitiateAuth": lambda: idp.admin_initiate_auth(
            **c, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "anna", "PASSWORD": PASSWORD}
        ),
        "AdminRespondToAuthChallenge": lambda: idp.admin_respond_to_auth_challenge(
            **c,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            ChallengeResponses={"USERNAME": "anna", "NEW_PASSWORD": PASSWORD},
            Session="A" * 20,
        ),
        "DeleteUserPool": lambda: idp.delete_user_pool(**p),
    }


def state(pool):
    """All that a stranger's call could have changed."""
    described = pool.idp.describe_user_pool(UserPoolId=pool.id)
    del described["ResponseMetadata"]
    client = pool.idp.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)
    del client["ResponseMetadata"]
    users = pool.idp.list_users(UserPoolId=pool.id)["Users"]
    groups = pool.idp.list_groups(UserPoolId=pool.id)["Groups"]
    return described, client, users, groups


def test_another_account_is_told_that_nothing_is_there(own, stranger):
    before = state(own)
    for name, call in calls(stranger, own).items():
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException", name
    assert state(own) == before


def test_another_region_likewise(own, server):
    elsewhere = idp_client(server, region="eu-west-1")
    for name, call in calls(elsewhere, own).items():
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException", name


def test_unsigned_calls_are_refused(own, server):
    unsigned = idp_client(server, signature_version=botocore.UNSIGNED)
    before = state(own)
    listed = {
        "CreateUserPool": lambda: unsigned.create_user_pool(PoolName="x"),
        "ListUserPools": lambda: unsigned.list_user_pools(MaxResults=1),
    }
    for name, call in {**calls(unsigned, own), **listed}.items():
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == "MissingAuthenticationTokenException", name
    assert state(own) == before


def test_accounts_list_their_own(server):
    mine, theirs = idp_client(server, access_key="100000000001"), idp_client(server, access_key="100000000002")
    pool_id = mine.create_user_pool(PoolName="mine")["UserPool"]["Id"]
    assert [p["Id"] for p in mine.list_user_pools(MaxResults=60)["UserPools"]] == [pool_id]
    assert theirs.list_user_pools(MaxResults=60)["UserPools"] == []


def test_a_page_token_of_another_account(server):
    mine, theirs = idp_client(server, access_key="100000000003"), idp_client(server, access_key="100000000004")
    for idp in (mine, theirs):
        for _ in range(3):
            idp.create_user_pool(PoolName=unique("pool"))
    token = mine.list_user_pools(MaxResults=1)["NextToken"]
    with refused("InvalidParameterException"):
        theirs.list_user_pools(MaxResults=1, NextToken=token)


def test_an_arn_of_another_account_or_region(own):
    for account, region in ((STRANGER, "us-east-1"), ("000000000000", "eu-west-1")):
        arn = f"arn:aws:cognito-idp:{region}:{account}:userpool/{own.id}"
        with refused("ResourceNotFoundException"):
            own.idp.list_tags_for_resource(ResourceArn=arn)


def test_public_calls_need_no_signature(server, own):
    anonymous = idp_client(server, signature_version=botocore.UNSIGNED)
    assert Pool(server, anonymous, own.id, own.client_id, None).sign_in("anna")["AccessToken"]
