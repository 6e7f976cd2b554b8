"""Asks Poolhouse, moto and cognito-local what they refuse, and prints the table of the README.

usage: measure.py NAME=URL…, for instance Poolhouse=http://localhost:9229 moto=http://localhost:5000

README.md in this folder tells how each is started.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "boto3")]

from poolhouse import Poolhouse  # noqa: E402
from probes import PROBES, ask, new_pool  # noqa: E402

WORDS = {True: "refused", False: "**let through**", None: "not there"}


def main(arguments: list[str]) -> None:
    servers = {name: Poolhouse(url) for name, url in (a.split("=", 1) for a in arguments)}
    answers = {title: {} for title in PROBES}
    for name, server in servers.items():
        for title in PROBES:
            answers[title][name] = ask(new_pool(server), title)
    print("| must be refused |", " | ".join(servers), "|")
    print("| --- |", " | ".join("---" for _ in servers), "|")
    for title, row in answers.items():
        print(f"| {title} |", " | ".join(WORDS[row[name]] for name in servers), "|")
    for name in servers:
        counts = [sum(row[name] is answer for row in answers.values()) for answer in WORDS]
        print(f"\n{name}: {counts[0]} refused, {counts[1]} let through, {counts[2]} not there", end="")
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
