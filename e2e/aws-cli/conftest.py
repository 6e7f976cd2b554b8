"""Fixtures: one server for the run, and the AWS CLI pointed at it."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from poolhouse import REGION, Poolhouse  # noqa: E402


@pytest.fixture(scope="session")
def server():
    server = Poolhouse.running_or_started()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def environment(server, tmp_path_factory):
    """No configuration of whoever runs the tests; the tools of this virtual environment first in PATH."""
    home = tmp_path_factory.mktemp("home")
    return {
        "HOME": str(home),
        "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": server.url,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="session")
def aws(environment):
    """`aws("operation", "--option", "value")` against cognito-idp: the JSON answer, or the error text."""

    def run(*arguments):
        done = subprocess.run(
            ["aws", "cognito-idp", *arguments], env=environment, capture_output=True, text=True, timeout=60
        )
        if done.returncode == 0:
            return json.loads(done.stdout) if done.stdout.strip() else {}
        return done.stderr.strip()

    return run
