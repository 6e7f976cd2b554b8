"""Choice-based sign-in (USER_AUTH): what there is to choose from, each way to begin, what follows."""

import pytest
from choice import PARAMETERS, UNAVAILABLE, answer, begin, select, sign_up
from factors import (
    EXPIRED,
    INVALID,
    SMS,
    TOTP,
    USED,
    WRONG_CODE,
    demand,
    prefer,
    reachable_user,
    set_up_token,
)
from kit import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, refused, unique
from totp import other_than, totp

# What there is to choose from


def test_a_client_that_does_not_allow_it(house):
    other = house.with_client(ExplicitAuthFlows=ALL_FLOWS)
    with refused("InvalidParameterException", "USER_AUTH flow not enabled for this client"):
        begin(other, house.create_user())
    with refused("InvalidParameterException", "Auth flow not enabled for this client"):
        other.admin_initiate("USER_AUTH", USERNAME=house.create_user())


def test_the_ways_are_those_of_pool_and_user(house, make_house):
    name, _, _ = reachable_user(house)
    challenge = begin(house, name)
    assert (challenge["ChallengeName"], challenge["ChallengeParameters"]) == ("SELECT_CHALLENGE", {})
    assert challenge["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]
    assert begin(house, house.create_user())["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    only_passwords = make_house("PASSWORD")
    name, _, _ = reachable_user(only_passwords)
    assert begin(only_passwords, name)["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]


def test_a_way_that_is_not_there_cannot_be_taken(make_house, server):
    pool = make_house("PASSWORD")
    name, phone, email = reachable_user(pool)
    challenge = begin(pool, name)
    for way in ("EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"):
        with refused(*UNAVAILABLE):
            select(pool, name, challenge, way)
        assert begin(pool, name, PREFERRED_CHALLENGE=way)["ChallengeName"] == "SELECT_CHALLENGE"
    with refused("InvalidParameterException"):
        select(pool, name, challenge, "PIGEON")
    with refused("InvalidParameterException"):
        begin(pool, name, PREFERRED_CHALLENGE="PIGEON")
    with refused("InvalidParameterException", "Missing required parameter ANSWER"):
        pool.respond("SELECT_CHALLENGE", {"USERNAME": name}, challenge["Session"])
    assert server.inbox(email) == server.inbox(phone) == []


def test_an_unknown_name(house):
    with refused("UserNotFoundException", "User does not exist."):
        begin(house, "nobody")
    with refused("InvalidParameterException", "Missing required parameter USERNAME"):
        house.initiate("USER_AUTH")


def test_a_hidden_unknown_name_looks_like_a_known_one(make_house):
    pool = make_house("PASSWORD", "EMAIL_OTP", client={"PreventUserExistenceErrors": "ENABLED"})
    name, _, _ = reachable_user(pool)
    for who in (name, "nobody"):
        challenge = begin(pool, who)
        assert challenge["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]
        with refused(*WRONG_PASSWORD):
            select(pool, who, challenge, "PASSWORD", PASSWORD="Wrong-Horse-7!")
        asked = select(pool, who, begin(pool, who), "EMAIL_OTP")
        assert "***" in asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"]
        with refused(*WRONG_CODE):
            answer(pool, who, asked, "1234567x")


# By password


def test_a_password_preferred_chosen_or_asked_for(house):
    name = house.create_user()
    with refused(*WRONG_PASSWORD):
        begin(house, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=OTHER_PASSWORD)
    assert begin(house, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)["AuthenticationResult"]

    challenge = begin(house, name)
    with refused(*WRONG_PASSWORD):
        select(house, name, challenge, "PASSWORD", PASSWORD=OTHER_PASSWORD)
    assert select(house, name, challenge, "PASSWORD", PASSWORD=PASSWORD)["AuthenticationResult"]
    with refused(*USED):
        select(house, name, challenge, "PASSWORD", PASSWORD=PASSWORD)

    asked = select(house, name, begin(house, name), "PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    with refused(*WRONG_PASSWORD):
        house.respond("PASSWORD", {"USERNAME": name, "PASSWORD": OTHER_PASSWORD}, asked["Session"])
    with refused(*INVALID):
        house.respond("PASSWORD", {"USERNAME": house.create_user(), "PASSWORD": PASSWORD}, asked["Session"])
    right = {"USERNAME": name, "PASSWORD": PASSWORD}
    assert house.respond("PASSWORD", right, asked["Session"])["AuthenticationResult"]


def test_srp_preferred_chosen_or_asked_for(house):
    name = house.create_user()
    for word, right in ((OTHER_PASSWORD, False), (PASSWORD, True)):
        for take in (
            lambda half: begin(house, name, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=half),
            lambda half: select(house, name, begin(house, name), "PASSWORD_SRP", SRP_A=half),
            lambda half: house.respond(
                "PASSWORD_SRP",
                {"USERNAME": name, "SRP_A": half},
                select(house, name, begin(house, name), "PASSWORD_SRP")["Session"],
            ),
        ):
            srp = house.srp(name, word)
            challenge = take(srp.parameters["SRP_A"])
            assert challenge["ChallengeName"] == "PASSWORD_VERIFIER"
            proof = srp.answer(challenge)
            if right:
                reply = house.respond("PASSWORD_VERIFIER", proof, challenge["Session"])
                assert reply["AuthenticationResult"]["AccessToken"]
            else:
                with refused(*WRONG_PASSWORD):
                    house.respond("PASSWORD_VERIFIER", proof, challenge["Session"])
        house.idp.admin_user_global_sign_out(UserPoolId=house.id, Username=name)


def test_a_choice_answered_for_someone_else(house):
    mine, theirs = house.create_user(), house.create_user(password=OTHER_PASSWORD)
    challenge = begin(house, mine)
    with refused(*INVALID):
        select(house, theirs, challenge, "PASSWORD", PASSWORD=OTHER_PASSWORD)
    other = house.with_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    with refused(*INVALID):
        select(other, mine, challenge, "PASSWORD", PASSWORD=PASSWORD)


def test_a_second_factor_follows_a_password(house, server):
    demand(house, "OPTIONAL", (SMS, TOTP))
    name, phone, _ = reachable_user(house)
    prefer(house, name, SMS)
    # A code by message is none to begin with where another is due.
    challenge = begin(house, name)
    assert challenge["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    with refused(*UNAVAILABLE):
        select(house, name, challenge, "SMS_OTP")
    asked = select(house, name, challenge, "PASSWORD", PASSWORD=PASSWORD)
    assert asked["ChallengeName"] == SMS and "AuthenticationResult" not in asked
    right = {"USERNAME": name, "SMS_MFA_CODE": server.code(phone)}
    assert house.respond(SMS, right, asked["Session"])["AuthenticationResult"]


def test_a_software_token_follows_srp(house):
    demand(house, "OPTIONAL", (TOTP,))
    name = house.create_user()
    secret = set_up_token(house, house.sign_in(name)["AccessToken"])
    prefer(house, name, TOTP)
    srp = house.srp(name)
    challenge = begin(house, name, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=srp.parameters["SRP_A"])
    asked = house.respond("PASSWORD_VERIFIER", srp.answer(challenge), challenge["Session"])
    assert asked["ChallengeName"] == TOTP
    right = {"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": totp(secret, 1)}
    assert house.respond(TOTP, right, asked["Session"])["AuthenticationResult"]


# By a code


@pytest.mark.parametrize("way", ["EMAIL_OTP", "SMS_OTP"])
@pytest.mark.parametrize("chosen", ["preferred", "selected"])
def test_a_code(house, server, way, chosen):
    name, phone, email = reachable_user(house)
    if chosen == "preferred":
        asked = begin(house, name, PREFERRED_CHALLENGE=way)
    else:
        challenge = begin(house, name)
        asked = select(house, name, challenge, way)
        with refused(*USED):
            select(house, name, challenge, way)
    assert asked["ChallengeName"] == way
    (message,) = server.inbox(email if way == "EMAIL_OTP" else phone)
    code = message["code"]
    assert len(code) == (8 if way == "EMAIL_OTP" else 6)
    for wrong in (other_than(code), code[:-1]):
        with refused(*WRONG_CODE):
            answer(house, name, asked, wrong)
    with refused("InvalidParameterException", f"Missing required parameter {PARAMETERS[way]}"):
        house.respond(way, {"USERNAME": name}, asked["Session"])
    assert answer(house, name, asked, code)["AuthenticationResult"]["AccessToken"]
    with refused(*USED):
        answer(house, name, asked, code)


def test_a_code_of_another_user_client_or_attempt(house, server):
    (mine, _, email), (theirs, _, their_email) = reachable_user(house), reachable_user(house)
    asked = begin(house, mine, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = server.code(email)
    begin(house, theirs, PREFERRED_CHALLENGE="EMAIL_OTP")
    if (their_code := server.code(their_email)) != code:
        with refused(*WRONG_CODE):
            answer(house, mine, asked, their_code)
    with refused(*INVALID):
        answer(house, theirs, asked, their_code)
    with refused(*INVALID):
        answer(house.with_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"]), mine, asked, code)
    assert answer(house, mine, asked, code)["AuthenticationResult"]


def test_a_code_expires(house, clock):
    name, _, email = reachable_user(house)
    asked = begin(house, name, PREFERRED_CHALLENGE="EMAIL_OTP")
    clock.advance(181)
    with refused(*EXPIRED):
        answer(house, name, asked, clock.code(email))


def test_guesses_are_limited(house, server):
    name, _, email = reachable_user(house)
    asked = begin(house, name, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = server.code(email)
    for _ in range(5):
        with refused(*WRONG_CODE):
            answer(house, name, asked, other_than(code))
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        answer(house, name, asked, code)


def test_a_disabled_user(house, server):
    name, _, email = reachable_user(house)
    asked = begin(house, name, PREFERRED_CHALLENGE="EMAIL_OTP")
    house.idp.admin_disable_user(UserPoolId=house.id, Username=name)
    with refused("NotAuthorizedException"):
        answer(house, name, asked, server.code(email))
    with refused("NotAuthorizedException", "User is disabled."):
        begin(house, name, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert len(server.inbox(email)) == 1


def test_through_the_administrators_calls(house, server):
    name, _, email = reachable_user(house)
    asked = house.admin_initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = server.code(email)

    def respond(given):
        return house.idp.admin_respond_to_auth_challenge(
            UserPoolId=house.id,
            ClientId=house.client_id,
            ChallengeName="EMAIL_OTP",
            ChallengeResponses={"USERNAME": name, "EMAIL_OTP_CODE": given},
            Session=asked["Session"],
        )

    with refused(*WRONG_CODE):
        respond(other_than(code))
    assert respond(code)["AuthenticationResult"]["AccessToken"]


def test_what_users_can_sign_in_with(house, by_email, server):
    name, _, _ = reachable_user(house)
    told = house.idp.get_user_auth_factors(AccessToken=house.sign_in(name)["AccessToken"])
    assert told["ConfiguredUserAuthFactors"] == ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]
    email = f"{unique('anna')}@example.com"
    sign_up(by_email, email)
    by_email.confirm_sign_up(email, server.code(email))
    told = by_email.idp.admin_get_user_auth_factors(UserPoolId=by_email.id, Username=email)
    assert told["ConfiguredUserAuthFactors"] == ["EMAIL_OTP"]
