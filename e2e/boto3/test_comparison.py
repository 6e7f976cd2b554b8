"""The comparison in the README: everything it says Poolhouse refuses is refused."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "comparison"))

from probes import PROBES, ask, new_pool  # noqa: E402


@pytest.mark.parametrize("title", PROBES)
def test_refused(server, title):
    assert ask(new_pool(server), title) is True


def test_the_readme_holds_every_row():
    readme = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
    for title in PROBES:
        assert f"| {title} | refused |" in readme, title
