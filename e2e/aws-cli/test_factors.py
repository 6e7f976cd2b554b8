"""A software token set up within a sign-in, and an e-mail code as first factor, by the AWS CLI."""

import pytest
from totp import expired_totp, other_than, totp, wrong_totp

PASSWORD = "Correct-Horse-7!"


@pytest.fixture
def make_pool(aws):
    """`make_pool("--option", "value", …)` of create-user-pool: pool and client, with `anna`, who has a password."""

    def make(*options):
        pool_id = aws("create-user-pool", "--pool-name", "cli", *options)["UserPool"]["Id"]
        client_id = aws(
            "create-user-pool-client", "--user-pool-id", pool_id, "--client-name", "cli",
            "--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH",
        )["UserPoolClient"]["ClientId"]  # fmt: skip
        named = ("--user-pool-id", pool_id, "--username", "anna")
        aws(
            "admin-create-user", *named, "--message-action", "SUPPRESS",
            "--user-attributes", f"Name=email,Value={pool_id}@example.com",
        )  # fmt: skip
        aws("admin-set-user-password", *named, "--password", PASSWORD, "--permanent")
        return pool_id, client_id

    return make


def test_a_required_software_token(aws, make_pool):
    pool_id, client_id = make_pool()
    refused = aws("set-user-pool-mfa-config", "--user-pool-id", pool_id, "--mfa-configuration", "ON")
    assert "(InvalidParameterException)" in refused
    aws(
        "set-user-pool-mfa-config", "--user-pool-id", pool_id, "--mfa-configuration", "ON",
        "--software-token-mfa-configuration", "Enabled=true",
    )  # fmt: skip

    def sign_in():
        return aws(
            "initiate-auth", "--client-id", client_id, "--auth-flow", "USER_PASSWORD_AUTH",
            "--auth-parameters", f"USERNAME=anna,PASSWORD={PASSWORD}",
        )  # fmt: skip

    def respond(challenge, session, **responses):
        given = ",".join(f"{name}={value}" for name, value in {"USERNAME": "anna", **responses}.items())
        return aws(
            "respond-to-auth-challenge", "--client-id", client_id, "--challenge-name", challenge,
            "--session", session, "--challenge-responses", given,
        )  # fmt: skip

    challenge = sign_in()
    assert challenge["ChallengeName"] == "MFA_SETUP"
    assert "(NotAuthorizedException)" in respond("MFA_SETUP", challenge["Session"])
    made = aws("associate-software-token", "--session", challenge["Session"])
    secret = made["SecretCode"]

    def verify(code):
        return aws("verify-software-token", "--session", made["Session"], "--user-code", code)

    for code in (wrong_totp(secret), expired_totp(secret)):
        assert "(EnableSoftwareTokenMFAException)" in verify(code)
    verified = verify(totp(secret))
    assert verified["Status"] == "SUCCESS"
    access_token = respond("MFA_SETUP", verified["Session"])["AuthenticationResult"]["AccessToken"]
    factors = aws("get-user-auth-factors", "--access-token", access_token)
    assert factors["ConfiguredUserAuthFactors"] == ["PASSWORD", "SOFTWARE_TOKEN"]

    challenge = sign_in()
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"

    def answer(code):
        return respond("SOFTWARE_TOKEN_MFA", challenge["Session"], SOFTWARE_TOKEN_MFA_CODE=code)

    assert "(CodeMismatchException)" in answer(wrong_totp(secret))
    assert answer(totp(secret, 1))["AuthenticationResult"]["TokenType"] == "Bearer"


def test_a_code_as_first_factor(aws, make_pool, server):
    pool_id, client_id = make_pool(
        "--policies", "SignInPolicy={AllowedFirstAuthFactors=[PASSWORD,EMAIL_OTP]}"
    )
    challenge = aws(
        "initiate-auth", "--client-id", client_id, "--auth-flow", "USER_AUTH",
        "--auth-parameters", "USERNAME=anna",
    )  # fmt: skip
    assert challenge["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]

    def respond(asked, responses):
        return aws(
            "respond-to-auth-challenge", "--client-id", client_id, "--challenge-name", asked["ChallengeName"],
            "--session", asked["Session"], "--challenge-responses", f"USERNAME=anna,{responses}",
        )  # fmt: skip

    assert "(InvalidParameterException)" in respond(challenge, "ANSWER=SMS_OTP")
    asked = respond(challenge, "ANSWER=EMAIL_OTP")
    code = server.code(f"{pool_id}@example.com")
    assert "(CodeMismatchException)" in respond(asked, f"EMAIL_OTP_CODE={other_than(code)}")
    assert respond(asked, f"EMAIL_OTP_CODE={code}")["AuthenticationResult"]["AccessToken"]
