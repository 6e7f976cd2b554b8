"""Writes botocore_vectors.json: requests signed by botocore, which the verifier must accept.

Run with botocore installed: python3 botocore_vectors.py > botocore_vectors.json
"""

import datetime
import hashlib
import json
from unittest import mock
from urllib.parse import urlsplit

import botocore.auth
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 2, 28, 23, 59, 30, tzinfo=datetime.timezone.utc)
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TARGET = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools",
}
LIST = '{"MaxResults": 1}'
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
HOST = "http://localhost:9229"

# name, method, url, headers, body, session token, service, seconds a presigned request is valid
CASES = [
    ("cognito-idp", "POST", f"{HOST}/", TARGET, LIST, None, "cognito-idp", None),
    ("session token", "POST", f"{HOST}/", TARGET, LIST, "IQoJb3JpZ2luX2Vj+/==", "cognito-idp", None),
    ("body of several scripts", "POST", f"{HOST}/", TARGET, '{"Name": "\u00e9\u4e2d\U0001f600"}', None, "cognito-idp", None),
    (
        "hash of the body in a header",
        "POST",
        f"{HOST}/",
        {**TARGET, "X-Amz-Content-SHA256": hashlib.sha256(LIST.encode()).hexdigest()},
        LIST,
        None,
        "cognito-idp",
        None,
    ),
    ("default port", "POST", "https://cognito-idp.eu-west-1.amazonaws.com/", TARGET, LIST, None, "cognito-idp", None),
    ("sts", "POST", f"{HOST}/", FORM, "Action=GetCallerIdentity&Version=2011-06-15", None, "sts", None),
    ("spaces in a header", "POST", f"{HOST}/", {**TARGET, "X-Note": "  a   b  c "}, LIST, None, "cognito-idp", None),
    ("path", "GET", f"{HOST}/a%20b/./c/../%C3%A9//d:e/", {}, "", None, "execute-api", None),
    ("query", "GET", f"{HOST}/?b=2&a=%2F%20~&a-b=1&a=%C3%A9&c=", {}, "", None, "execute-api", None),
    ("presigned", "GET", f"{HOST}/?Action=GetCallerIdentity&Version=2011-06-15", {}, "", None, "sts", 60),
    ("presigned with token", "GET", f"{HOST}/?x=%20y", {}, "", "IQoJb3JpZ2luX2Vj+/==", "sts", 604800),
    ("presigned with a header", "GET", f"{HOST}/", {"X-K8s-Aws-Id": "cluster"}, "", None, "sts", 60),
]


def sign(name, method, url, headers, body, token, service, expires):
    request = AWSRequest(method=method, url=url, headers=headers, data=body.encode())
    request.context["payload_signing_enabled"] = True
    credentials = Credentials(KEY, SECRET, token)
    if expires is None:
        signer = SigV4Auth(credentials, service, "eu-west-1")
    else:
        signer = SigV4QueryAuth(credentials, service, "eu-west-1", expires=expires)
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda: NOW):
        signer.add_auth(request)
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    return {
        "name": name,
        "method": method,
        "path": parts.path,
        "query": parts.query,
        "headers": [["Host", parts.netloc], *([k, v if isinstance(v, str) else v.decode()] for k, v in prepared.headers.items())],
        "body": body,
        "service": service,
        "token": token,
    }


print(
    json.dumps(
        {
            "botocore": botocore.__version__,
            "access_key_id": KEY,
            "secret_access_key": SECRET,
            "now": int(NOW.timestamp()),
            "requests": [sign(*case) for case in CASES],
        },
        indent=1,
    )
)
