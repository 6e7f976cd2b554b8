"""Sign-up without a password, a sign-in that confirms it, and sign-in straight after ConfirmSignUp."""

from choice import UNAVAILABLE, answer, begin, select, sign_up
from factors import EXPIRED, INVALID, USED, WRONG_CODE
from kit import OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, refused, unique
from totp import other_than


def test_a_password_is_needed_where_it_is_the_only_way(pool):
    with refused("InvalidParameterException"):
        sign_up(pool, unique("anna"), email="anna@example.com")


def test_a_code_confirms_whoever_signed_up_without_a_password(by_email, server):
    email = f"{unique('anna')}@example.com"
    assert sign_up(by_email, email)["UserConfirmed"] is False
    asked = begin(by_email, email, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert asked["AvailableChallenges"] == ["EMAIL_OTP"]
    code = server.code(email, "authentication")
    with refused(*WRONG_CODE):
        answer(by_email, email, asked, other_than(code))
    assert by_email.get_user(email)["UserStatus"] == "UNCONFIRMED"
    assert answer(by_email, email, asked, code)["AuthenticationResult"]["IdToken"]
    assert by_email.get_user(email)["UserStatus"] == "CONFIRMED"
    assert by_email.user_attributes(email)["email_verified"] == "true"


def test_without_a_password_none_is_right(by_email, server):
    email = f"{unique('anna')}@example.com"
    sign_up(by_email, email)
    by_email.confirm_sign_up(email, server.code(email))
    for given in (PASSWORD, "x"):
        with refused(*WRONG_PASSWORD):
            by_email.password_auth(email, given)
        challenge = begin(by_email, email, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=given)
        assert challenge["ChallengeName"] == "SELECT_CHALLENGE"
        assert challenge["AvailableChallenges"] == ["EMAIL_OTP"]
        with refused(*UNAVAILABLE):
            select(by_email, email, challenge, "PASSWORD", PASSWORD=given)
    with refused(*WRONG_PASSWORD):
        by_email.srp(email).sign_in()


def test_the_session_of_a_confirmed_sign_up_signs_in_once(by_email, server):
    email = f"{unique('anna')}@example.com"
    sign_up(by_email, email)
    session = by_email.confirm_sign_up(email, server.code(email))["Session"]
    other = by_email.with_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    with refused(*INVALID):
        begin(other, email, session=session)
    stranger = by_email.create_user(f"{unique('eve')}@example.com")
    with refused(*INVALID):
        begin(by_email, stranger, session=session)
    with refused(*INVALID):
        begin(by_email, email, session="s" * 40)
    with refused(*INVALID):
        by_email.respond("EMAIL_OTP", {"USERNAME": email, "EMAIL_OTP_CODE": "12345678"}, session)
    tokens = begin(by_email, email, session=session)["AuthenticationResult"]
    assert tokens["AccessToken"] and tokens["RefreshToken"]
    with refused(*USED):
        begin(by_email, email, session=session)


def test_the_session_of_a_confirmed_sign_up_expires(by_email, clock):
    email = f"{unique('anna')}@example.com"
    sign_up(by_email, email)
    session = by_email.confirm_sign_up(email, clock.code(email))["Session"]
    clock.advance(181)
    with refused(*EXPIRED):
        begin(by_email, email, session=session)


def test_the_session_of_a_confirmed_sign_up_does_not_outlive_a_disable(by_email, server):
    email = f"{unique('anna')}@example.com"
    sign_up(by_email, email)
    session = by_email.confirm_sign_up(email, server.code(email))["Session"]
    named = {"UserPoolId": by_email.id, "Username": email}
    by_email.idp.admin_disable_user(**named)
    with refused(*INVALID):
        begin(by_email, email, session=session)
    by_email.idp.admin_enable_user(**named)
    with refused(*INVALID):
        begin(by_email, email, session=session)


def test_where_the_code_is_no_first_factor_the_session_signs_nobody_in(make_house, server):
    pool = make_house("PASSWORD", UsernameAttributes=["email"])
    email = f"{unique('anna')}@example.com"
    pool.sign_up(email)
    session = pool.confirm_sign_up(email, server.code(email))["Session"]
    asked = begin(pool, email, session=session)
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"] and "AuthenticationResult" not in asked
    by_password = {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": OTHER_PASSWORD}
    with refused(*WRONG_PASSWORD):
        begin(pool, email, session=session, **by_password)
    by_password["PASSWORD"] = PASSWORD
    assert begin(pool, email, session=session, **by_password)["AuthenticationResult"]


def test_a_client_without_choice_gets_no_session(by_email, server):
    plain = by_email.with_client()
    email = f"{unique('anna')}@example.com"
    plain.sign_up(email)
    assert "Session" not in plain.confirm_sign_up(email, server.code(email))
