"""ListUsers: the filter grammar, AttributesToGet, pages."""

import pytest
from kit import Pool, as_dict, refused


@pytest.fixture(scope="module")
def people(server, idp):
    pool = Pool.create(server, idp, {}, {"Schema": [{"Name": "tier", "AttributeDataType": "String"}]})
    pool.create_user("anna", email="anna@example.com", name="Anna Berg", given_name="Anna", family_name="Berg")
    pool.create_user("annabel", email="annabel@example.com", name="Annabel Lee", given_name="Annabel")
    pool.create_user("ben", email="ben@example.org", phone_number="+4366412345", preferred_username="benny")
    pool.create_user("quo", name='the "quoted" one')
    pool.create_user("pct", name="100%_sure")
    pool.idp.admin_create_user(UserPoolId=pool.id, Username="invited", MessageAction="SUPPRESS")
    pool.idp.admin_disable_user(UserPoolId=pool.id, Username="ben")
    return pool


def found(pool, **members):
    return [user["Username"] for user in pool.idp.list_users(UserPoolId=pool.id, **members)["Users"]]


EVERYONE = {"anna", "annabel", "ben", "quo", "pct", "invited"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", EVERYONE),
        ('username = "anna"', {"anna"}),
        ('username ^= "anna"', {"anna", "annabel"}),
        ('username = "Anna"', set()),
        ('email = "anna@example.com"', {"anna"}),
        ('email ^= "anna"', {"anna", "annabel"}),
        ('phone_number = "+4366412345"', {"ben"}),
        ('phone_number ^= "+43"', {"ben"}),
        ('name ^= "Anna"', {"anna", "annabel"}),
        ('given_name = "Anna"', {"anna"}),
        ('family_name = "Berg"', {"anna"}),
        ('preferred_username = "benny"', {"ben"}),
        ('cognito:user_status = "CONFIRMED"', EVERYONE - {"invited"}),
        ('cognito:user_status = "force_change_password"', {"invited"}),
        ('status = "Disabled"', {"ben"}),
        ('status = "Enabled"', EVERYONE - {"ben"}),
        (r'name = "the \"quoted\" one"', {"quo"}),
        ('name ^= "100%"', {"pct"}),
        ('name ^= "1__"', set()),
        ('name ^= "%"', set()),
        ('username="anna"', {"anna"}),
        ('email = "nobody@example.com"', set()),
    ],
)
def test_filters(people, text, expected):
    assert set(found(people, Filter=text)) == expected


def test_by_sub(people):
    sub = people.user_attributes("anna")["sub"]
    assert found(people, Filter=f'sub = "{sub}"') == ["anna"]


def test_filtered_users_are_sorted_by_the_attribute(people):
    assert found(people, Filter='email ^= "a"') == ["anna", "annabel"]


@pytest.mark.parametrize(
    "text",
    [
        'custom:tier = "1"',
        'nickname = "x"',
        "username = anna",
        'username == "anna"',
        'username != "anna"',
        'username "anna"',
        '= "anna"',
        'username = "anna',
        'username = "anna" or email = "x"',
        'username = "anna" email = "x"',
        "username = \"x\"; DROP TABLE users; --",
    ],
)
def test_what_is_no_filter_is_refused(people, text):
    with refused("InvalidParameterException"):
        found(people, Filter=text)


def test_the_shape_of_a_user(people):
    user = people.idp.list_users(UserPoolId=people.id, Filter='username = "anna"')["Users"][0]
    assert set(user) == {
        "Username", "Attributes", "UserCreateDate", "UserLastModifiedDate", "Enabled", "UserStatus",
    }  # fmt: skip
    assert user["Enabled"] is True and user["UserStatus"] == "CONFIRMED"
    assert user["Attributes"][0]["Name"] == "sub"


def test_chosen_attributes(people):
    arguments = {"UserPoolId": people.id, "Filter": 'username = "anna"'}
    user = people.idp.list_users(**arguments, AttributesToGet=["email", "given_name"])["Users"][0]
    assert as_dict(user["Attributes"]) == {"email": "anna@example.com", "given_name": "Anna"}


def test_pages(people):
    paginator = people.idp.get_paginator("list_users")
    pages = list(paginator.paginate(UserPoolId=people.id, PaginationConfig={"PageSize": 4}))
    assert [len(page["Users"]) for page in pages] == [4, 2]
    names = [user["Username"] for page in pages for user in page["Users"]]
    assert sorted(names) == sorted(EVERYONE)


def test_pages_of_a_filter(people):
    paginator = people.idp.get_paginator("list_users")
    pages = paginator.paginate(
        UserPoolId=people.id, Filter='status = "Enabled"', PaginationConfig={"PageSize": 1}
    )
    names = [user["Username"] for page in pages for user in page["Users"]]
    assert sorted(names) == sorted(EVERYONE - {"ben"})


def test_page_tokens_made_up_or_used_elsewhere(people, make_pool, clock):
    token = people.idp.list_users(UserPoolId=people.id, Limit=1)["PaginationToken"]
    for forged in ("x", token[:-1], token[:-4] + "AAAA"):
        with refused("InvalidParameterException"):
            found(people, Limit=1, PaginationToken=forged)
    with refused("InvalidParameterException"):
        found(make_pool(), Limit=1, PaginationToken=token)
    with refused("InvalidParameterException"):
        found(people, Limit=1, PaginationToken=token, Filter='status = "Disabled"')
    clock.advance(3601)
    with refused("InvalidParameterException"):
        found(people, Limit=1, PaginationToken=token)


def test_the_limit_is_bounded(people):
    with refused("InvalidParameterException"):
        found(people, Limit=61)
