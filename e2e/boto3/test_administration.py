"""`poolhouse serve`, driven by boto3 with keys that `poolhouse iam` gave out, and by the temporary keys of STS."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from kit import ALL_FLOWS, PASSWORD

ACCOUNT = "123456789012"
BASE_URL = "https://id.example.com"
REGION = "eu-west-1"


class Serve:
    """A running `poolhouse serve` with its folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.flags = ["--base-url", BASE_URL, "--data", str(folder / "data")]
        self.process = subprocess.Popen(
            [os.environ["POOLHOUSE_BIN"], "serve", *self.flags]
            + ["--listen", "127.0.0.1:0", "--operations-listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=open(folder / "log", "w"),
            text=True,
        )
        line = self.process.stdout.readline()
        listening = re.search(r"listening on (http://\S+)", line)
        assert listening, line + (folder / "log").read_text()
        self.url = listening[1]

    def iam(self, act: str, *options: str, **documents: dict):
        """`poolhouse iam <act>` in the account; documents go by the name of their option."""
        for name, document in documents.items():
            file = self.folder / f"{name}.json"
            file.write_text(json.dumps(document))
            options += ("--" + name.replace("_", "-"), str(file))
        command = [os.environ["POOLHOUSE_BIN"], "iam", *self.flags, act, "--account-id", ACCOUNT, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def client(self, service: str, key: dict, region: str = REGION):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=key.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}),
        )


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    serve = Serve(tmp_path_factory.mktemp("serve"))
    yield serve
    serve.process.terminate()
    serve.process.wait(timeout=30)


@pytest.fixture(scope="module")
def root(serve):
    return serve.iam("init")["AccessKey"]


def allow(action, resource="*", **more):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(action, principal, **more):
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def refused(call, code, status, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    assert response["Error"]["Code"] == code, response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    return response["Error"]["Message"]


def test_a_key_does_what_its_policy_allows_on_one_pool(serve, root):
    idp = serve.client("cognito-idp", root)
    pools = [idp.create_user_pool(PoolName=name)["UserPool"] for name in ("one", "two")]
    serve.iam("create-user", "--user-name", "alice")
    key = serve.iam("create-access-key", "--user-name", "alice")["AccessKey"]
    alice = serve.client("cognito-idp", key)
    one, two = (pool["Id"] for pool in pools)
    message = refused(alice.describe_user_pool, "AccessDeniedException", 400, UserPoolId=one)
    assert message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: cognito-idp:DescribeUserPool on "
        f"resource: {pools[0]['Arn']} because no identity-based policy allows the cognito-idp:DescribeUserPool action"
    )
    document = allow("cognito-idp:Describe*", pools[0]["Arn"])
    serve.iam("put-user-policy", "--user-name", "alice", "--policy-name", "p", policy_document=document)
    assert alice.describe_user_pool(UserPoolId=one)["UserPool"]["Name"] == "one"
    refused(alice.describe_user_pool, "AccessDeniedException", 400, UserPoolId=two)
    refused(alice.delete_user_pool, "AccessDeniedException", 400, UserPoolId=one)
    elsewhere = serve.client("cognito-idp", key, region="us-east-1")
    refused(elsewhere.describe_user_pool, "AccessDeniedException", 400, UserPoolId=one)


def test_keys_that_do_not_count(serve, root):
    stranger = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x" * 40}
    guessed = {**root, "SecretAccessKey": "x" * 40}
    foreign = {**root, "SessionToken": "token"}
    for key, json_code, query_code in [
        (stranger, "UnrecognizedClientException", "InvalidClientTokenId"),
        (guessed, "InvalidSignatureException", "SignatureDoesNotMatch"),
        (foreign, "UnrecognizedClientException", "InvalidClientTokenId"),
    ]:
        refused(serve.client("cognito-idp", key).list_user_pools, json_code, 400, MaxResults=1)
        refused(serve.client("sts", key).get_caller_identity, query_code, 403)


def test_a_role_is_assumed(serve, root):
    serve.iam(
        "create-role", "--role-name", "reader",
        assume_role_policy_document=trust("sts:AssumeRole", {"AWS": ACCOUNT}),
    )  # fmt: skip
    document = allow("cognito-idp:List*")
    serve.iam("put-role-policy", "--role-name", "reader", "--policy-name", "p", policy_document=document)
    sts = serve.client("sts", root)
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/admin"
    role = f"arn:aws:iam::{ACCOUNT}:role/reader"
    assumed = sts.assume_role(RoleArn=role, RoleSessionName="work", DurationSeconds=900)
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/work"
    assert assumed["AssumedRoleUser"]["Arn"] == session
    key = assumed["Credentials"]
    assert serve.client("sts", key).get_caller_identity()["Arn"] == session
    idp = serve.client("cognito-idp", key)
    idp.list_user_pools(MaxResults=1)
    refused(idp.create_user_pool, "AccessDeniedException", 400, PoolName="x")
    without_token = {**key, "SessionToken": None}
    refused(serve.client("cognito-idp", without_token).list_user_pools, "UnrecognizedClientException", 400, MaxResults=1)
    other = f"arn:aws:iam::{ACCOUNT}:role/other"
    refused(sts.assume_role, "AccessDenied", 403, RoleArn=other, RoleSessionName="work")
    refused(sts.assume_role, "ValidationError", 400, RoleArn=role, RoleSessionName="work", DurationSeconds=7200)
    refused(sts.assume_role, "MalformedPolicyDocument", 400, RoleArn=role, RoleSessionName="work", Policy="{}")
    serve.iam("delete-role", "--role-name", "reader")
    refused(idp.list_user_pools, "UnrecognizedClientException", 400, MaxResults=1)


def test_a_user_of_a_pool_assumes_a_role(serve, root):
    idp = serve.client("cognito-idp", root)
    pool = idp.create_user_pool(PoolName="users")["UserPool"]["Id"]
    client = idp.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=ALL_FLOWS)
    client = client["UserPoolClient"]["ClientId"]
    idp.admin_create_user(UserPoolId=pool, Username="alice", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username="alice", Password=PASSWORD, Permanent=True)
    parameters = {"USERNAME": "alice", "PASSWORD": PASSWORD}
    tokens = idp.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
    tokens = tokens["AuthenticationResult"]
    provider = f"{BASE_URL.removeprefix('https://')}/{pool}"
    document = trust(
        "sts:AssumeRoleWithWebIdentity",
        {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}"},
        Condition={"StringEquals": {f"{provider}:aud": client}},
    )
    serve.iam("create-role", "--role-name", "app", assume_role_policy_document=document)
    sts = serve.client("sts", {"AccessKeyId": "none", "SecretAccessKey": "none"})
    wanted = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/app", "RoleSessionName": "alice"}
    assumed = sts.assume_role_with_web_identity(WebIdentityToken=tokens["IdToken"], **wanted)
    assert assumed["Audience"] == client
    identity = serve.client("sts", assumed["Credentials"]).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/app/alice"
    call = sts.assume_role_with_web_identity
    refused(call, "InvalidIdentityToken", 400, WebIdentityToken=tokens["AccessToken"], **wanted)
    idp.admin_user_global_sign_out(UserPoolId=pool, Username="alice")
    refused(call, "InvalidIdentityToken", 400, WebIdentityToken=tokens["IdToken"], **wanted)
