"""The five-minute tour of the README, run as it is printed there, and refusals as the AWS CLI shows them."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README_ADDRESS = "http://localhost:9229"


def tour():
    """The shell blocks of the README between the two marks, as one script."""
    text = (ROOT / "README.md").read_text()
    section = re.search(r"<!-- tour -->(.*?)<!-- /tour -->", text, re.S)[1]
    return re.findall(r"```sh\n(.*?)```", section, re.S)


def test_the_tour_of_the_readme(server, environment, tmp_path):
    blocks = tour()
    assert len(blocks) >= 3
    script = "set -euo pipefail\n" + "\n".join(blocks).replace(README_ADDRESS, server.url)
    assert README_ADDRESS not in script
    own = {name: value for name, value in environment.items() if name in ("HOME", "PATH")}
    done = subprocess.run(
        ["bash", "-c", script], env=own, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert '"TokenType": "Bearer"' in done.stdout
    assert '"Username": "alice"' in done.stdout


@pytest.fixture(scope="module")
def pool(aws):
    pool_id = aws("create-user-pool", "--pool-name", "cli")["UserPool"]["Id"]
    client_id = aws(
        "create-user-pool-client", "--user-pool-id", pool_id, "--client-name", "cli",
        "--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH",
    )["UserPoolClient"]["ClientId"]  # fmt: skip
    return pool_id, client_id


def sign_in(aws, client_id, username, password):
    return aws(
        "initiate-auth", "--client-id", client_id, "--auth-flow", "USER_PASSWORD_AUTH",
        "--auth-parameters", f"USERNAME={username},PASSWORD={password}",
    )  # fmt: skip


def refusal(kind, operation, message):
    return f"An error occurred ({kind}) when calling the {operation} operation: {message}"


def test_users_are_listed_page_by_page(aws, pool):
    pool_id, _ = pool
    for name in ("anna", "ben", "carl"):
        aws("admin-create-user", "--user-pool-id", pool_id, "--username", name, "--message-action", "SUPPRESS")
    listed = aws("list-users", "--user-pool-id", pool_id, "--page-size", "1")["Users"]
    assert sorted(user["Username"] for user in listed) == ["anna", "ben", "carl"]
    found = aws("list-users", "--user-pool-id", pool_id, "--filter", 'username ^= "an"')["Users"]
    assert [user["Username"] for user in found] == ["anna"]


def test_a_wrong_password(aws, pool):
    pool_id, client_id = pool
    aws("admin-create-user", "--user-pool-id", pool_id, "--username", "dora", "--message-action", "SUPPRESS")
    aws(
        "admin-set-user-password", "--user-pool-id", pool_id, "--username", "dora",
        "--password", "Correct-Horse-7!", "--permanent",
    )  # fmt: skip
    assert sign_in(aws, client_id, "dora", "Correct-Horse-7!")["AuthenticationResult"]
    assert sign_in(aws, client_id, "dora", "Wrong-Horse-7!").endswith(
        refusal("NotAuthorizedException", "InitiateAuth", "Incorrect username or password.")
    )


def test_what_is_not_there(aws):
    assert aws("describe-user-pool", "--user-pool-id", "us-east-1_000000000").endswith(
        refusal(
            "ResourceNotFoundException", "DescribeUserPool", "User pool us-east-1_000000000 does not exist."
        )
    )


def test_a_call_without_credentials(server, environment):
    anonymous = {name: value for name, value in environment.items() if "KEY" not in name}
    done = subprocess.run(
        ["aws", "cognito-idp", "list-user-pools", "--max-results", "1", "--no-sign-request"],
        env=anonymous, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0 and "MissingAuthenticationTokenException" in done.stderr
