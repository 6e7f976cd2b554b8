"""AdminCreateUser's temporary password and the NEW_PASSWORD_REQUIRED challenge."""

import json

import pytest
from kit import OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, attributes, refused, unique

TEMPORARY = "Temporary-Horse-1!"
CHALLENGE = "NEW_PASSWORD_REQUIRED"


def invite(pool, name, **members):
    return pool.idp.admin_create_user(UserPoolId=pool.id, Username=name, **members)["User"]


@pytest.fixture
def invited(pool):
    """A user with a temporary password."""
    name = unique("anna")
    invite(
        pool,
        name,
        TemporaryPassword=TEMPORARY,
        MessageAction="SUPPRESS",
        UserAttributes=attributes(email=f"{name}@example.com", email_verified="true"),
    )
    return name


def answer(pool, name, session, password=PASSWORD, **more):
    return pool.respond(CHALLENGE, {"USERNAME": name, "NEW_PASSWORD": password, **more}, session)


def test_the_invitation_carries_the_temporary_password(pool, server):
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    user = invite(pool, name, UserAttributes=attributes(email=email), DesiredDeliveryMediums=["EMAIL"])
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD" and user["Enabled"] is True
    message = server.inbox(email)[0]
    assert message["purpose"] == "invitation" and message["subject"] == "Your temporary password"
    assert name in message["text"] and message["code"] in message["text"]
    assert pool.password_auth(name, message["code"])["ChallengeName"] == CHALLENGE


def test_a_suppressed_invitation_is_not_sent(pool, server, invited):
    assert server.inbox(f"{invited}@example.com") == []


def test_the_challenge_describes_the_user(pool, invited):
    parameters = pool.password_auth(invited, TEMPORARY)["ChallengeParameters"]
    assert parameters["USER_ID_FOR_SRP"] == invited
    shown = json.loads(parameters["userAttributes"])
    assert shown["email"] == f"{invited}@example.com" and shown["email_verified"] == "true"
    assert json.loads(parameters["requiredAttributes"]) == []


def test_the_user_sets_a_password_of_its_own(pool, invited):
    session = pool.password_auth(invited, TEMPORARY)["Session"]
    assert answer(pool, invited, session)["AuthenticationResult"]["AccessToken"]
    assert pool.get_user(invited)["UserStatus"] == "CONFIRMED"
    assert pool.sign_in(invited)["AccessToken"]
    with refused(*WRONG_PASSWORD):
        pool.sign_in(invited, TEMPORARY)


def test_by_srp(pool, invited):
    reply = pool.srp(invited, TEMPORARY).sign_in()
    assert reply["ChallengeName"] == CHALLENGE
    assert answer(pool, invited, reply["Session"])["AuthenticationResult"]
    assert pool.srp(invited).sign_in()["AuthenticationResult"]


def test_through_the_administrators_calls(pool, invited):
    reply = pool.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME=invited, PASSWORD=TEMPORARY)
    result = pool.idp.admin_respond_to_auth_challenge(
        UserPoolId=pool.id,
        ClientId=pool.client_id,
        ChallengeName=CHALLENGE,
        ChallengeResponses={"USERNAME": invited, "NEW_PASSWORD": PASSWORD},
        Session=reply["Session"],
    )
    assert result["AuthenticationResult"]["IdToken"]


def test_missing_required_attributes_are_asked_for_and_set(make_pool):
    pool = make_pool(Schema=[{"Name": "name", "AttributeDataType": "String", "Required": True}])
    user = unique("anna")
    invite(pool, user, TemporaryPassword=TEMPORARY, MessageAction="SUPPRESS")
    reply = pool.password_auth(user, TEMPORARY)
    assert json.loads(reply["ChallengeParameters"]["requiredAttributes"]) == ["userAttributes.name"]
    with refused("InvalidParameterException"):
        answer(pool, user, reply["Session"])
    answer(pool, user, reply["Session"], **{"userAttributes.name": "Anna"})
    assert pool.user_attributes(user)["name"] == "Anna"


def test_an_attribute_that_was_given_is_not_replaced(make_pool):
    pool = make_pool(Schema=[{"Name": "email", "AttributeDataType": "String", "Required": True}])
    user = unique("anna")
    invite(
        pool,
        user,
        TemporaryPassword=TEMPORARY,
        MessageAction="SUPPRESS",
        UserAttributes=attributes(email="anna@example.com"),
    )
    session = pool.password_auth(user, TEMPORARY)["Session"]
    with refused("NotAuthorizedException", "Cannot modify an already provided email"):
        answer(pool, user, session, **{"userAttributes.email": "mallory@example.com"})
    assert pool.user_attributes(user)["email"] == "anna@example.com"


def test_nobody_verifies_an_address_on_the_way_in(pool):
    user = unique("anna")
    invite(pool, user, TemporaryPassword=TEMPORARY, MessageAction="SUPPRESS")
    session = pool.password_auth(user, TEMPORARY)["Session"]
    with pytest.raises(pool.idp.exceptions.ClientError):
        answer(
            pool,
            user,
            session,
            **{"userAttributes.email": "anna@example.com", "userAttributes.email_verified": "true"},
        )
    assert pool.user_attributes(user).get("email_verified") != "true"


def test_a_password_against_the_policy_leaves_the_session_usable(pool, invited):
    session = pool.password_auth(invited, TEMPORARY)["Session"]
    with refused("InvalidPasswordException"):
        answer(pool, invited, session, "short")
    assert answer(pool, invited, session)["AuthenticationResult"]


def test_a_session_is_used_once(pool, invited):
    session = pool.password_auth(invited, TEMPORARY)["Session"]
    answer(pool, invited, session)
    with refused("NotAuthorizedException"):
        answer(pool, invited, session, OTHER_PASSWORD)
    assert pool.sign_in(invited)["AccessToken"]


def test_only_one_of_two_sessions_wins(pool, invited):
    first = pool.password_auth(invited, TEMPORARY)["Session"]
    second = pool.password_auth(invited, TEMPORARY)["Session"]
    answer(pool, invited, first)
    with refused("NotAuthorizedException"):
        answer(pool, invited, second, OTHER_PASSWORD)


@pytest.mark.parametrize("session", ["A" * 20, "A" * 2000])
def test_a_session_made_up(pool, invited, session):
    with refused("NotAuthorizedException", "Invalid session for the user."):
        answer(pool, invited, session)


def test_a_session_with_a_changed_character(pool, invited):
    session = pool.password_auth(invited, TEMPORARY)["Session"]
    middle = len(session) // 2
    changed = session[:middle] + ("A" if session[middle] != "A" else "B") + session[middle + 1 :]
    with refused("NotAuthorizedException", "Invalid session for the user."):
        answer(pool, invited, changed)


def test_no_session_at_all(pool, invited):
    with pytest.raises(pool.idp.exceptions.ClientError) as caught:
        pool.respond(CHALLENGE, {"USERNAME": invited, "NEW_PASSWORD": PASSWORD})
    assert caught.value.response["Error"]["Code"] in ("InvalidParameterException", "NotAuthorizedException")


def test_another_users_session(pool, invited):
    other = unique("other")
    invite(pool, other, TemporaryPassword=TEMPORARY, MessageAction="SUPPRESS")
    session = pool.password_auth(other, TEMPORARY)["Session"]
    with refused("NotAuthorizedException"):
        answer(pool, invited, session)
    assert pool.get_user(invited)["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_a_session_of_another_client_or_pool(pool, make_pool, invited):
    session = pool.password_auth(invited, TEMPORARY)["Session"]
    for stranger in (pool.with_client(), make_pool()):
        with refused("NotAuthorizedException"):
            answer(stranger, invited, session)


def test_a_session_expires(pool, invited, clock):
    session = pool.password_auth(invited, TEMPORARY)["Session"]
    clock.advance(3 * 60 + 1)
    with refused("NotAuthorizedException", "Invalid session for the user, session is expired."):
        answer(pool, invited, session)


def test_a_session_lives_as_long_as_the_client_says(pool, invited, clock):
    client = pool.with_client(AuthSessionValidity=15)
    session = client.password_auth(invited, TEMPORARY)["Session"]
    clock.advance(14 * 60)
    assert answer(client, invited, session)["AuthenticationResult"]


def test_a_session_overtaken_by_the_administrator(pool, invited):
    session = pool.password_auth(invited, TEMPORARY)["Session"]
    pool.set_password(invited, OTHER_PASSWORD)
    with refused("NotAuthorizedException"):
        answer(pool, invited, session)
    assert pool.sign_in(invited, OTHER_PASSWORD)["AccessToken"]


def test_a_temporary_password_expires_and_is_renewed(pool, server, clock):
    name, email = unique("anna"), f"{unique('anna')}@example.com"
    invite(pool, name, UserAttributes=attributes(email=email), DesiredDeliveryMediums=["EMAIL"])
    old = server.code(email)
    clock.advance(7 * 24 * 3600 + 1)
    with refused(
        "NotAuthorizedException", "Temporary password has expired and must be reset by an administrator."
    ):
        pool.password_auth(name, old)
    invite(pool, name, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
    new = server.code(email)
    assert pool.password_auth(name, new)["ChallengeName"] == CHALLENGE
    with refused(*WRONG_PASSWORD):
        pool.password_auth(name, old)


def test_only_an_invited_user_is_invited_again(pool, server):
    name = pool.create_user(email="anna@example.com")
    text = f"Resend not possible. {name} status is not FORCE_CHANGE_PASSWORD"
    with refused("UnsupportedUserStateException", text):
        invite(pool, name, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
    with refused("UserNotFoundException"):
        invite(pool, "nobody", MessageAction="RESEND")
