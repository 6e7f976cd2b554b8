"""The Python and JSON blocks of the README, run as they are printed there."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from kit import Pool, idp_client
from poolhouse import Poolhouse

README = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_the_python_block(server, tmp_path):
    (block,) = blocks("python")
    script = block.replace("http://localhost:9229", server.url)
    assert script != block
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Bearer"


@pytest.mark.skipif("POOLHOUSE_URL" in os.environ, reason="needs a server of its own")
def test_the_seed_file(tmp_path):
    (block,) = [b for b in blocks("json") if '"pools"' in b]
    pool = json.loads(block)["pools"][0]
    file = tmp_path / "seed.json"
    file.write_text(block)
    server = Poolhouse.start("--seed", str(file))
    try:
        seeded = Pool(server, idp_client(server), pool["Id"], pool["Clients"][0]["ClientId"], None)
        user = pool["Users"][0]
        assert seeded.srp(user["Username"], user["Password"]).sign_in()["AuthenticationResult"]
    finally:
        server.stop()
