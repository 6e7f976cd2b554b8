"""`poolhouse dev` itself: inbox, clock, reset, snapshot, seed file, and who may drive it."""

import json
import os

import pytest
import requests
from kit import PASSWORD, Pool, attributes, claims, idp_client, refused, unique
from poolhouse import Poolhouse

pytestmark = pytest.mark.skipif("POOLHOUSE_URL" in os.environ, reason="needs a server of its own")
POOL_ID = "us-east-1_Seed12345"
CLIENT_ID = "1example23456789abcdefghij"
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdef"
SEED = {
    "pools": [
        {
            "Id": POOL_ID,
            "PoolName": "seeded",
            "AutoVerifiedAttributes": ["email"],
            "Clients": [
                {"ClientId": CLIENT_ID, "ClientName": "web", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]},
                {
                    "ClientId": "server00000000000000000000",
                    "ClientName": "server",
                    "ClientSecret": SECRET,
                    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
                },
            ],
            "Groups": [{"GroupName": "staff", "Precedence": 1}],
            "Users": [
                {
                    "Username": "anna",
                    "Password": PASSWORD,
                    "UserStatus": "CONFIRMED",
                    "UserAttributes": attributes(email="anna@example.com", email_verified="true"),
                    "Groups": ["staff"],
                },
                {"Username": "ben", "Password": PASSWORD, "UserStatus": "FORCE_CHANGE_PASSWORD"},
            ],
        }
    ]
}


@pytest.fixture(scope="module")
def own():
    """A server that these tests may wipe."""
    server = Poolhouse.start()
    yield server
    server.stop()


@pytest.fixture
def empty(own):
    own.reset()
    return own, idp_client(own)


def pools(idp):
    return {pool["Id"] for pool in idp.list_user_pools(MaxResults=60)["UserPools"]}


def test_reset_leaves_nothing(empty):
    server, idp = empty
    pool = Pool.create(server, idp, {}, {"AutoVerifiedAttributes": ["email"]})
    pool.sign_up("anna", email="anna@example.com")
    server.advance(100)
    server.reset()
    assert pools(idp) == set()
    assert server.inbox("anna@example.com") == []
    with refused("ResourceNotFoundException"):
        pool.sign_in("anna")


def test_restore_brings_back_what_the_snapshot_saw(empty):
    server, idp = empty
    pool = Pool.create(server, idp, {}, {})
    pool.create_user("anna")
    tokens = pool.sign_in("anna")
    snapshot = server.snapshot()
    pool.create_user("ben")
    idp.admin_delete_user(UserPoolId=pool.id, Username="anna")
    for _ in range(2):
        server.restore(snapshot)
        assert pool.sign_in("anna")["AccessToken"]
        assert pool.refresh(tokens["RefreshToken"])["AccessToken"]
        with refused("UserNotFoundException"):
            pool.get_user("ben")
        pool.create_user("ben")


def test_a_snapshot_nobody_made(own):
    answer = requests.post(f"{own.url}/_poolhouse/restore", json={"id": "nothing"}, timeout=10)
    assert 400 <= answer.status_code < 500


def test_the_inbox_is_an_array_newest_first(empty):
    server, idp = empty
    pool = Pool.create(server, idp, {}, {"AutoVerifiedAttributes": ["email"]})
    assert server.inbox("anna@example.com") == []
    pool.sign_up("anna", email="anna@example.com")
    pool.resend("anna")
    pool.sign_up("ben", email="ben@example.com")
    messages = server.inbox("anna@example.com")
    assert [message["purpose"] for message in messages] == ["resend_code", "sign_up"]
    for message in messages:
        assert set(message) == {
            "at", "to", "medium", "purpose", "code", "link", "subject", "text", "html", "pool_id", "username",
        }  # fmt: skip
        assert message["link"] is None and message["at"].endswith("Z")


def test_the_clock_moves_what_the_server_issues(empty):
    server, idp = empty
    server.set_clock(0)
    assert server.clock()["offset_seconds"] == 0
    server.advance(3600)
    server.advance(-600)
    assert server.clock()["offset_seconds"] == 3000
    pool = Pool.create(server, idp, {}, {})
    pool.create_user("anna")
    moved = claims(pool.sign_in("anna")["AccessToken"])["iat"]
    server.set_clock(0)
    real = claims(pool.sign_in("anna")["AccessToken"])["iat"]
    assert 2990 <= moved - real <= 3010


def test_srp_goes_on_while_the_clock_is_moved(empty):
    """The client's TIMESTAMP is real time, and is judged by it."""
    server, idp = empty
    pool = Pool.create(server, idp, {}, {})
    pool.create_user("anna")
    server.set_clock(7 * 24 * 3600)
    assert pool.srp("anna").sign_in()["AuthenticationResult"]
    server.set_clock(0)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9229", "localhost.evil.example", "169.254.169.254"])
def test_a_rebound_name_is_refused(own, host):
    for method, path in (("GET", "/_poolhouse/inbox?to=a"), ("POST", "/_poolhouse/reset"), ("POST", "/")):
        answer = requests.request(
            method,
            own.url + path,
            headers={
                "Host": host,
                "X-Amz-Target": "AWSCognitoIdentityProviderService.SignUp",
                "Content-Type": "application/x-amz-json-1.1",
            },
            data="{}",
            timeout=10,
        )
        assert answer.status_code == 421, (method, path)


@pytest.mark.parametrize("host", ["localhost", "localhost:9229", "app.localhost", "127.0.0.1", "[::1]:9229"])
def test_local_names_are_served(own, host):
    answer = requests.get(f"{own.url}/_poolhouse/clock", headers={"Host": host}, timeout=10)
    assert answer.status_code == 200


def test_another_sites_page_cannot_drive_the_controls(empty):
    server, idp = empty
    pool_id = idp.create_user_pool(PoolName=unique("pool"))["UserPool"]["Id"]
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        for method, path in (("GET", "inbox?to=a"), ("POST", "reset"), ("PUT", "clock"), ("OPTIONS", "reset")):
            answer = requests.request(
                method, f"{server.url}/_poolhouse/{path}", headers={"Origin": origin}, data="{}", timeout=10
            )
            assert answer.status_code >= 400, (origin, method, path)
            assert "Access-Control-Allow-Origin" not in answer.headers
    assert pools(idp) == {pool_id}


def seeded(tmp_path, seed, *arguments):
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(seed))
    return Poolhouse.start("--seed", str(file), *arguments)


def test_a_seed_file(tmp_path):
    data = str(tmp_path / "data")
    for _ in range(2):  # A second start over the same data changes nothing.
        server = seeded(tmp_path, SEED, "--data", data)
        try:
            idp = idp_client(server)
            assert pools(idp) == {POOL_ID}
            web = Pool(server, idp, POOL_ID, CLIENT_ID, None)
            assert web.sign_in("anna")["AccessToken"]
            assert web.password_auth("ben")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
            behind = Pool(server, idp, POOL_ID, "server00000000000000000000", SECRET)
            assert behind.srp("anna").sign_in()["AuthenticationResult"]
            groups = idp.admin_list_groups_for_user(UserPoolId=POOL_ID, Username="anna")["Groups"]
            assert [group["GroupName"] for group in groups] == ["staff"]
        finally:
            server.stop()


@pytest.mark.parametrize(
    ("break_it", "path"),
    [
        (lambda pool: pool["Users"][0].update(Password="weak"), "pools[0].Users[0]"),
        (lambda pool: pool["Clients"][0].update(AccessTokenValidity=99), "pools[0].Clients[0]"),
        (lambda pool: pool["Users"][0].update(Groups=["nothing"]), "pools[0].Users[0]"),
        (lambda pool: pool.update(Id="wrong"), "pools[0]"),
    ],
    ids=["weak password", "invalid client", "unknown group", "invalid id"],
)
def test_a_seed_file_with_an_error_says_where(tmp_path, break_it, path):
    seed = json.loads(json.dumps(SEED))
    break_it(seed["pools"][0])
    with pytest.raises(RuntimeError) as caught:
        seeded(tmp_path, seed)
    assert path in str(caught.value)


def test_data_outlives_the_server(tmp_path):
    server = Poolhouse.start("--data", str(tmp_path))
    pool = Pool.create(server, idp_client(server), {}, {})
    pool.create_user("anna")
    token = pool.sign_in("anna")["RefreshToken"]
    server.stop()
    server = Poolhouse.start("--data", str(tmp_path))
    try:
        again = Pool(server, idp_client(server), pool.id, pool.client_id, None)
        assert again.sign_in("anna")["AccessToken"] and again.refresh(token)["AccessToken"]
        assert again.srp("anna").sign_in()["AuthenticationResult"]
    finally:
        server.stop()


def test_a_second_server_on_the_same_data_is_refused(tmp_path):
    server = Poolhouse.start("--data", str(tmp_path))
    try:
        with pytest.raises(RuntimeError):
            Poolhouse.start("--data", str(tmp_path)).stop()
    finally:
        server.stop()


def test_the_network_is_served_only_when_asked_twice():
    with pytest.raises(RuntimeError):
        Poolhouse.start("--listen", "0.0.0.0:0").stop()
