"""Groups: their own life, membership, pagination, and what they put into tokens."""

import pytest
from kit import claims, refused, unique

ROLE = "arn:aws:iam::000000000000:role/"


def make(pool, name=None, **members):
    name = name or unique("group")
    return pool.idp.create_group(UserPoolId=pool.id, GroupName=name, **members)["Group"]


def add(pool, user, group):
    pool.idp.admin_add_user_to_group(UserPoolId=pool.id, Username=user, GroupName=group)


def test_a_group_is_made_changed_and_deleted(pool):
    named = {"UserPoolId": pool.id, "GroupName": "staff"}
    made = make(pool, "staff", Description="Everyone", Precedence=3, RoleArn=ROLE + "staff")
    found = pool.idp.get_group(**named)["Group"]
    assert found == made
    assert (found["Description"], found["Precedence"], found["RoleArn"]) == ("Everyone", 3, ROLE + "staff")
    pool.idp.update_group(**named, Description="Most", Precedence=0)
    changed = pool.idp.get_group(**named)["Group"]
    assert (changed["Description"], changed["Precedence"]) == ("Most", 0)
    assert changed["LastModifiedDate"] >= made["LastModifiedDate"]
    with refused("GroupExistsException", "A group with the name already exists."):
        make(pool, "staff")
    pool.idp.delete_group(**named)
    for call in (pool.idp.get_group, pool.idp.delete_group, pool.idp.update_group, pool.idp.list_users_in_group):
        with refused("ResourceNotFoundException"):
            call(**named)


def test_members(pool):
    anna, ben = pool.create_user(), pool.create_user()
    make(pool, "staff")
    for _ in range(2):
        add(pool, anna, "staff")
    add(pool, ben, "staff")
    members = pool.idp.list_users_in_group(UserPoolId=pool.id, GroupName="staff")["Users"]
    assert {user["Username"] for user in members} == {anna, ben}
    pool.idp.admin_remove_user_from_group(UserPoolId=pool.id, Username=anna, GroupName="staff")
    members = pool.idp.list_users_in_group(UserPoolId=pool.id, GroupName="staff")["Users"]
    assert [user["Username"] for user in members] == [ben]
    with refused("UserNotFoundException", "User does not exist."):
        add(pool, "nobody", "staff")
    with refused("ResourceNotFoundException"):
        add(pool, anna, "nothing")


def test_pages(pool):
    user = pool.create_user()
    names = {make(pool)["GroupName"] for _ in range(5)}
    for name in names:
        add(pool, user, name)
    listings = {
        "list_groups": ({"UserPoolId": pool.id}, "Groups", "GroupName"),
        "admin_list_groups_for_user": ({"UserPoolId": pool.id, "Username": user}, "Groups", "GroupName"),
    }
    for operation, (arguments, member, key) in listings.items():
        pages = list(pool.idp.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": 2}))
        assert [len(page[member]) for page in pages] == [2, 2, 1], operation
        assert {item[key] for page in pages for item in page[member]} == names, operation


def test_pages_of_members(pool):
    make(pool, "staff")
    users = {pool.create_user() for _ in range(5)}
    for user in users:
        add(pool, user, "staff")
    paginator = pool.idp.get_paginator("list_users_in_group")
    pages = list(
        paginator.paginate(UserPoolId=pool.id, GroupName="staff", PaginationConfig={"PageSize": 2})
    )
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
    assert {item["Username"] for page in pages for item in page["Users"]} == users


def test_a_page_token_of_another_listing_or_pool(pool, make_pool):
    for _ in range(3):
        make(pool)
    token = pool.idp.list_groups(UserPoolId=pool.id, Limit=1)["NextToken"]
    with refused("InvalidParameterException"):
        pool.idp.list_groups(UserPoolId=make_pool().id, Limit=1, NextToken=token)
    with refused("InvalidParameterException"):
        pool.idp.list_users(UserPoolId=pool.id, Limit=1, PaginationToken=token)


def test_tokens_carry_groups_by_precedence(pool):
    user = pool.create_user()
    for name, members in {
        "last": {},
        "second": {"Precedence": 10, "RoleArn": ROLE + "second"},
        "first": {"Precedence": 1, "RoleArn": ROLE + "first"},
    }.items():
        make(pool, name, **members)
        add(pool, user, name)
    tokens = pool.sign_in(user)
    id_claims = claims(tokens["IdToken"])
    assert id_claims["cognito:groups"] == ["first", "second", "last"]
    assert id_claims["cognito:preferred_role"] == ROLE + "first"
    assert sorted(id_claims["cognito:roles"]) == [ROLE + "first", ROLE + "second"]
    access = claims(tokens["AccessToken"])
    assert access["cognito:groups"] == ["first", "second", "last"]
    assert "cognito:roles" not in access


def test_a_tie_prefers_no_role(pool):
    user = pool.create_user()
    for name in ("one", "two"):
        make(pool, name, Precedence=1, RoleArn=ROLE + name)
        add(pool, user, name)
    found = claims(pool.sign_in(user)["IdToken"])
    assert "cognito:preferred_role" not in found and len(found["cognito:roles"]) == 2


def test_without_groups_there_is_no_claim(pool):
    tokens = pool.sign_in(pool.create_user())
    for kind in ("IdToken", "AccessToken"):
        assert not [name for name in claims(tokens[kind]) if name.startswith("cognito:g")]


@pytest.mark.parametrize("end", ["group", "user"])
def test_memberships_end_with_group_or_user(pool, end):
    user = pool.create_user()
    make(pool, "staff")
    add(pool, user, "staff")
    if end == "group":
        pool.idp.delete_group(UserPoolId=pool.id, GroupName="staff")
        make(pool, "staff")
    else:
        pool.idp.admin_delete_user(UserPoolId=pool.id, Username=user)
        pool.create_user(user)
    assert pool.idp.list_users_in_group(UserPoolId=pool.id, GroupName="staff")["Users"] == []
    assert pool.idp.admin_list_groups_for_user(UserPoolId=pool.id, Username=user)["Groups"] == []
    assert "cognito:groups" not in claims(pool.sign_in(user)["IdToken"])
