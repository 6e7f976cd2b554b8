"""Step-up authentication: a level asked for, what an access token is worth toward it, and what tokens say of it."""

import pytest
from choice import answer, begin, select
from factors import SMS, TOTP, demand, prefer, set_up_token
from kit import OTHER_PASSWORD, PASSWORD, claims, refused
from totp import totp

ONE, TWO, THREE, FOUR = (f"urn:cognito:loa:{n}" for n in (1, 2, 3, 4))
OUT_OF_REACH = (
    "InvalidParameterException",
    "The user has no authentication factors that satisfy a requested ACR value.",
)
REACHED = ("InvalidParameterException", "The access token already satisfies the requested ACR value.")


def told(tokens):
    """`acr` and `amr`, which both tokens say alike."""
    id_token, access_token = (claims(tokens[name]) for name in ("IdToken", "AccessToken"))
    assert (id_token["acr"], id_token["amr"]) == (access_token["acr"], access_token["amr"])
    return access_token["acr"], access_token["amr"]


@pytest.fixture
def stair(house):
    """A house with optional second factors, and a user with a software token that nothing asks for."""
    demand(house, "OPTIONAL", (SMS, TOTP))
    name = house.create_user()
    return house, name, set_up_token(house, house.sign_in(name)["AccessToken"])


def finish(house, name, asked, secret):
    """Answers SOFTWARE_TOKEN_MFA with the code after the one that set it up."""
    assert asked["ChallengeName"] == TOTP and "AuthenticationResult" not in asked
    code = {"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": totp(secret, 1)}
    return house.respond(TOTP, code, asked["Session"])["AuthenticationResult"]


def test_up_from_a_password_and_no_higher_by_a_refresh(stair):
    house, name, secret = stair
    before = house.sign_in(name)
    assert told(before) == (ONE, ["pwd"])
    asked = begin(house, name, TARGET_ACR_VALUES=FOUR, ACCESS_TOKEN=before["AccessToken"], MAX_AGE="300")
    after = finish(house, name, asked, secret)
    assert told(after) == (FOUR, ["pwd", "otp", "mfa"])
    assert claims(before["AccessToken"])["origin_jti"] != claims(after["AccessToken"])["origin_jti"]
    for tokens, expected in ((before, ONE), (after, FOUR)):
        assert told(house.refresh(tokens["RefreshToken"]))[0] == expected
    with refused(*REACHED):
        begin(house, name, TARGET_ACR_VALUES=THREE, ACCESS_TOKEN=after["AccessToken"])


def test_from_nothing(stair):
    house, name, secret = stair
    asked = begin(house, name, TARGET_ACR_VALUES=FOUR)
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    asked = select(house, name, asked, "PASSWORD", PASSWORD=PASSWORD)
    assert told(finish(house, name, asked, secret)) == (FOUR, ["pwd", "otp", "mfa"])


def test_by_srp_and_through_the_administrators_calls(stair):
    house, name, secret = stair
    srp = house.srp(name)
    asked = house.admin_initiate(
        "USER_AUTH",
        USERNAME=name,
        TARGET_ACR_VALUES=f"{FOUR} {ONE}",
        PREFERRED_CHALLENGE="PASSWORD_SRP",
        SRP_A=srp.parameters["SRP_A"],
    )
    asked = house.respond("PASSWORD_VERIFIER", srp.answer(asked), asked["Session"])
    assert told(finish(house, name, asked, secret)) == (FOUR, ["pwd", "otp", "mfa"])


def test_a_code_and_a_password_in_either_order(house, server):
    email = "anna@example.com"
    name = house.create_user(email=email, email_verified="true")
    asked = begin(house, name, PREFERRED_CHALLENGE="EMAIL_OTP")
    by_code = answer(house, name, asked, server.code(email))["AuthenticationResult"]
    assert told(by_code) == (TWO, ["email_otp"])
    asked = begin(house, name, TARGET_ACR_VALUES=THREE, ACCESS_TOKEN=by_code["AccessToken"])
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    both = select(house, name, asked, "PASSWORD", PASSWORD=PASSWORD)["AuthenticationResult"]
    assert told(both) == (THREE, ["pwd", "email_otp", "mfa"])

    by_password = house.sign_in(name)["AccessToken"]
    asked = begin(
        house, name, TARGET_ACR_VALUES=THREE, ACCESS_TOKEN=by_password, PREFERRED_CHALLENGE="EMAIL_OTP"
    )
    both = answer(house, name, asked, server.code(email))["AuthenticationResult"]
    assert told(both) == (THREE, ["pwd", "email_otp", "mfa"])


def test_out_of_reach(stair):
    house, _, _ = stair
    other = house.create_user()
    for level in (TWO, THREE, FOUR):
        with refused(*OUT_OF_REACH):
            begin(house, other, TARGET_ACR_VALUES=level)
    asked = begin(house, other, TARGET_ACR_VALUES=f"{FOUR} urn:x {ONE}")
    tokens = select(house, other, asked, "PASSWORD", PASSWORD=PASSWORD)["AuthenticationResult"]
    assert told(tokens) == (ONE, ["pwd"])


def test_parameters_that_say_nothing(stair):
    house, name, _ = stair
    token = house.sign_in(name)["AccessToken"]
    with refused("InvalidParameterException"):
        begin(house, name, ACCESS_TOKEN=token)
    for unknown in ("4", "urn:cognito:loa:5"):
        with refused("InvalidParameterException"):
            begin(house, name, TARGET_ACR_VALUES=unknown)
    for age in ("-1", "soon", "1.5", "9" * 20):
        with refused("InvalidParameterException"):
            begin(house, name, TARGET_ACR_VALUES=FOUR, ACCESS_TOKEN=token, MAX_AGE=age)


def test_tokens_of_others(stair, make_house):
    house, name, _ = stair
    invalid = ("NotAuthorizedException", "Invalid Access Token")
    other, elsewhere = house.create_user(), make_house("PASSWORD")
    elsewhere.create_user(name)
    for token in (
        house.sign_in(other)["AccessToken"],
        house.with_client().sign_in(name)["AccessToken"],
        elsewhere.sign_in(name)["AccessToken"],
        house.sign_in(name)["IdToken"],
    ):
        with refused("NotAuthorizedException"):
            begin(house, name, TARGET_ACR_VALUES=FOUR, ACCESS_TOKEN=token)
    with refused(*invalid):
        begin(house, other, TARGET_ACR_VALUES=FOUR, ACCESS_TOKEN=house.sign_in(name)["AccessToken"])


def test_tokens_that_have_ended(stair):
    house, name, secret = stair
    before = house.sign_in(name)
    asked = begin(house, name, TARGET_ACR_VALUES=FOUR, ACCESS_TOKEN=before["AccessToken"])
    house.idp.revoke_token(Token=before["RefreshToken"], ClientId=house.client_id)
    revoked = ("NotAuthorizedException", "Access Token has been revoked")
    with refused(*revoked):
        finish(house, name, asked, secret)
    with refused(*revoked):
        begin(house, name, TARGET_ACR_VALUES=FOUR, ACCESS_TOKEN=before["AccessToken"])


def test_credit_that_is_worth_nothing_any_more(stair, clock):
    house, name, _ = stair
    token = house.sign_in(name)["AccessToken"]

    def step_up(**more):
        return begin(house, name, TARGET_ACR_VALUES=FOUR, ACCESS_TOKEN=token, **more)["ChallengeName"]

    assert step_up() == step_up(MAX_AGE="600") == TOTP
    clock.advance(60)
    assert (step_up(MAX_AGE="30"), step_up(MAX_AGE="600")) == ("SELECT_CHALLENGE", TOTP)
    house.idp.change_password(
        AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=OTHER_PASSWORD
    )
    assert step_up() == "SELECT_CHALLENGE"


def test_mfa_is_a_floor(stair):
    house, name, secret = stair
    prefer(house, name, TOTP)
    asked = begin(house, name, TARGET_ACR_VALUES=ONE)
    asked = select(house, name, asked, "PASSWORD", PASSWORD=PASSWORD)
    assert told(finish(house, name, asked, secret)) == (FOUR, ["pwd", "otp", "mfa"])


def test_the_smallest_plan(make_pool):
    lite = make_pool(client={"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}, UserPoolTier="LITE")
    name = lite.create_user()
    with refused("FeatureUnavailableInTierException"):
        begin(lite, name, TARGET_ACR_VALUES=ONE)
