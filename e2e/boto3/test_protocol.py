"""AWS JSON 1.1 as it looks on the wire, and what is answered to requests that are not it."""

import json

import pytest
import requests
from kit import PASSWORD

PREFIX = "AWSCognitoIdentityProviderService."
JSON = "application/x-amz-json-1.1"
EXPOSED = {"x-amzn-requestid", "x-amzn-errortype", "x-amzn-errormessage", "date"}


def post(server, target, body, **headers):
    """POST / with this target and body (text or JSON). A header given as None is left out."""
    sent = {"X-Amz-Target": PREFIX + target if target else None, "Content-Type": JSON}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    prepared = {name: value for name, value in sent.items() if value is not None}
    return requests.post(f"{server.url}/", data=data, headers=prepared, timeout=30)


def assert_refused(answer, kind, message=None, member="message"):
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert body["__type"] == kind
    assert answer.headers["x-amzn-ErrorType"].startswith(kind)
    if message is not None:
        assert body[member] == message


def sign_in(pool, **changes):
    body = {
        "ClientId": pool.client_id,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "anna", "PASSWORD": PASSWORD},
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


@pytest.fixture
def anna(pool):
    pool.create_user("anna")
    return pool


def test_success(server, anna):
    answer = post(server, "InitiateAuth", sign_in(anna))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == JSON
    assert len(answer.headers["x-amzn-RequestId"]) == 36
    assert answer.json()["AuthenticationResult"]["TokenType"] == "Bearer"


def test_an_error(server, anna):
    answer = post(server, "InitiateAuth", sign_in(anna, AuthParameters={"USERNAME": "anna", "PASSWORD": "no"}))
    assert_refused(answer, "NotAuthorizedException", "Incorrect username or password.")
    assert answer.headers["Content-Type"] == JSON
    assert answer.headers["x-amzn-ErrorMessage"] == "Incorrect username or password."
    assert set(answer.json()) == {"__type", "message"}


def test_empty_results_are_an_empty_object(server, anna):
    access = anna.sign_in("anna")["AccessToken"]
    assert post(server, "GlobalSignOut", {"AccessToken": access}).text == "{}"


@pytest.mark.parametrize("content_type", ["application/json", f"{JSON}; charset=utf-8", JSON.upper()])
def test_content_types_that_are_understood(server, anna, content_type):
    assert post(server, "InitiateAuth", sign_in(anna), Content_Type=content_type).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_content_types_a_browser_sends_unasked_are_not(server, anna, content_type):
    answer = post(server, "InitiateAuth", json.dumps(sign_in(anna)).encode(), Content_Type=content_type)
    assert answer.status_code in (400, 415)
    assert "AuthenticationResult" not in answer.text


@pytest.mark.parametrize(
    "target",
    ["Nothing", "initiateauth", "InitiateAuthX", "", "../InitiateAuth", "InitiateAuth.InitiateAuth"],
)
def test_unknown_operations(server, target):
    answer = post(server, None, "{}", X_Amz_Target=PREFIX + target)
    assert_refused(answer, "UnknownOperationException")


def test_unknown_services_and_no_target(server):
    assert_refused(post(server, None, "{}", X_Amz_Target="Nobody.InitiateAuth"), "UnknownOperationException")
    assert_refused(post(server, None, "{}"), "UnknownOperationException")


def test_an_operation_that_is_not_built_says_so(server, idp):
    with pytest.raises(idp.exceptions.ClientError) as caught:
        idp.describe_risk_configuration(UserPoolId="eu-west-1_aBcDeFgHi")
    assert caught.value.response["Error"]["Code"] == "OperationNotEnabledException"


@pytest.mark.parametrize("body", ["{", "not json", '{"ClientId": }', "{} {}", "\ufeff{}", '{"a":1,}', "nul"])
def test_malformed_json(server, body):
    assert_refused(post(server, "InitiateAuth", body.encode()), "SerializationException")


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "true"])
def test_json_that_is_no_object(server, body):
    assert_refused(post(server, "InitiateAuth", body), "SerializationException")


def test_bytes_that_are_no_utf8(server):
    body = b'{"ClientId": "\xff\xfe"}'
    assert_refused(post(server, "InitiateAuth", body), "SerializationException")


def test_an_unpaired_surrogate(server, anna):
    body = json.dumps(sign_in(anna)).replace("anna", "\\ud800")
    answer = post(server, "InitiateAuth", body)
    assert answer.status_code == 400 and "__type" in answer.json()


def test_members_given_twice(server, anna):
    """Two readers of such a body may see two different requests."""
    body = json.dumps(sign_in(anna))
    twice = body[:-1] + f', "ClientId": "{"0" * 26}"}}'
    assert_refused(post(server, "InitiateAuth", twice), "SerializationException")
    nested = body.replace('"USERNAME": "anna"', '"USERNAME": "anna", "USERNAME": "ben"')
    assert nested != body
    assert_refused(post(server, "InitiateAuth", nested), "SerializationException")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"AuthParameters": "text"}, "Expected map or null"),
        ({"AuthParameters": []}, "Expected map or null"),
        ({"ClientId": {}}, "Start of structure or map found where not expected."),
        ({"ClientId": 7}, None),
        ({"ClientId": True}, None),
        ({"ClientId": ["a"]}, None),
        ({"AuthParameters": {"USERNAME": 1}}, None),
    ],
)
def test_values_of_the_wrong_type(server, anna, changes, message):
    answer = post(server, "InitiateAuth", sign_in(anna, **changes))
    assert_refused(answer, "SerializationException", message, member="Message")


def test_null_is_absent(server, anna):
    assert post(server, "InitiateAuth", sign_in(anna, ClientMetadata=None)).status_code == 200
    answer = post(server, "InitiateAuth", sign_in(anna, AuthFlow=None))
    assert_refused(answer, "InvalidParameterException")


def test_unknown_members_are_ignored(server, anna):
    assert post(server, "InitiateAuth", sign_in(anna, Surprise={"a": [1]})).status_code == 200


def test_a_missing_member(server, anna):
    answer = post(server, "InitiateAuth", sign_in(anna, AuthFlow=...))
    assert_refused(
        answer,
        "InvalidParameterException",
        "1 validation error detected: Value at 'authFlow' failed to satisfy constraint: Member must not be null",
    )


def test_an_unknown_enum_value(server, anna):
    answer = post(server, "InitiateAuth", sign_in(anna, AuthFlow="OPEN_SESAME"))
    assert_refused(answer, "InvalidParameterException")
    assert answer.json()["message"].startswith(
        "1 validation error detected: Value 'OPEN_SESAME' at 'authFlow' failed to satisfy constraint: "
        "Member must satisfy enum value set: ["
    )


def test_a_pattern(server, anna):
    body = {"ClientId": anna.client_id, "Username": "an na", "Password": PASSWORD}
    answer = post(server, "SignUp", body)
    assert_refused(answer, "InvalidParameterException")
    assert answer.json()["message"].startswith(
        "1 validation error detected: Value at 'username' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: "
    )


def test_several_faults_at_once(server, anna):
    body = {"ClientId": anna.client_id, "Username": "a" * 129, "ConfirmationCode": "1 2"}
    answer = post(server, "ConfirmSignUp", body)
    assert_refused(answer, "InvalidParameterException")
    text = answer.json()["message"]
    assert text.startswith("2 validation errors detected: ")
    assert "'username'" in text and "'confirmationCode'" in text
    assert "length less than or equal to 128" in text


def test_secrets_are_not_repeated(server, anna):
    body = {"ClientId": anna.client_id, "Username": "anna smith", "Password": "secret secret " * 30}
    answer = post(server, "SignUp", body)
    assert_refused(answer, "InvalidParameterException")
    assert "secret secret" not in answer.text and "anna smith" not in answer.text


def test_the_earliest_fault_is_answered(server):
    """Target before signature before body before constraints."""
    assert_refused(post(server, "Nothing", "{"), "UnknownOperationException")
    assert_refused(post(server, "DescribeUserPool", "{"), "MissingAuthenticationTokenException")
    assert_refused(post(server, "InitiateAuth", "{"), "SerializationException")


def test_a_body_too_large(server, anna):
    body = json.dumps(sign_in(anna, ClientMetadata={"x": "y" * (2 * 1024 * 1024)}))
    answer = post(server, "InitiateAuth", body)
    assert answer.status_code in (400, 413)
    assert "AuthenticationResult" not in answer.text


def test_a_deeply_nested_body(server):
    for body in ("[" * 100_000, '{"a":' * 100_000):
        assert post(server, "InitiateAuth", body).status_code == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods(server, method):
    answer = requests.request(
        method, f"{server.url}/", headers={"X-Amz-Target": PREFIX + "InitiateAuth"}, data="{}", timeout=30
    )
    assert answer.status_code in (200, 400, 404, 405) and "AuthenticationResult" not in answer.text
    if method != "GET":
        assert answer.status_code >= 400


# An application served from this machine.
APP = "http://localhost:3000"


@pytest.mark.parametrize("origin", ["https://app.example.com", "null", "http://localhost.example.com"])
def test_a_page_from_elsewhere_drives_nothing(server, anna, origin):
    """`dev` accepts any credentials, so a signature proves nothing about the page that made it."""
    for answer in (
        post(server, "InitiateAuth", sign_in(anna), Origin=origin),
        requests.options(f"{server.url}/", headers={"Origin": origin}, timeout=30),
    ):
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_browser_asks_first(server):
    wanted = "content-type,x-amz-target,x-amz-user-agent,amz-sdk-request"
    answer = requests.options(
        f"{server.url}/",
        headers={
            "Origin": APP,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": wanted,
        },
        timeout=30,
    )
    assert answer.status_code == 200 and answer.content == b""
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == wanted
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Max-Age"] == "172800"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_browser_may_read_success_and_failure(server, anna):
    answers = [
        post(server, "InitiateAuth", sign_in(anna), Origin=APP),
        post(server, "InitiateAuth", sign_in(anna, AuthFlow="X"), Origin=APP),
        post(server, "Nothing", "{}", Origin=APP),
        post(server, "InitiateAuth", "{", Origin=APP),
        post(server, "DescribeUserPool", "{}", Origin=APP),
    ]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        exposed = {name.strip().lower() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
        assert EXPOSED <= exposed


def test_a_signature_on_a_public_call_is_ignored(server, anna):
    garbage = "AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/cognito-idp/aws4_request, Signature=00"
    assert post(server, "InitiateAuth", sign_in(anna), Authorization=garbage).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic YTpi", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=x, Signature=y"],
)
def test_garbled_signatures_are_refused(server, authorization):
    answer = post(server, "ListUserPools", {"MaxResults": 1}, Authorization=authorization)
    assert answer.status_code in (400, 403)
    assert answer.json()["__type"] in (
        "MissingAuthenticationTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
    )
