"""Kill -9 under write load: is every acknowledged write still there, and none there twice?

    crash.py --target poolhouse --rounds 100    kills Poolhouse over its embedded store
    crash.py --target postgres --rounds 100     kills the PostgreSQL postmaster under it

Each round lets writers run for a moment, kills, starts again and compares. The last line counts rounds.
"""

import argparse
import contextlib
import datetime
import glob
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

PASSWORD = "Correct-Horse 7!"
WRITERS = 8
USERS = 16
REGION = "us-east-1"


class Client:
    """One keep-alive connection to the API."""

    def __init__(self, port):
        self.port = port
        self.connection = None

    def call(self, operation, **members):
        """The status and the body; raises OSError or HTTPException when no whole answer came."""
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
            "X-Amz-Date": stamp,
            "Authorization": f"AWS4-HMAC-SHA256 Credential=crash/{stamp[:8]}/{REGION}/cognito-idp/aws4_request, "
            f"SignedHeaders=host;x-amz-date;x-amz-target, Signature={'0' * 64}",
        }
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.connection.request("POST", "/", json.dumps(members), headers)
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            raise

    def must(self, operation, **members):
        status, body = self.call(operation, **members)
        if status != 200:
            raise RuntimeError(f"{operation}: {status} {body}")
        return body


class Poolhouse:
    def __init__(self, *arguments):
        self.arguments = arguments
        self.process = None
        self.port = None

    def start(self):
        self.process = subprocess.Popen(
            [os.environ["POOLHOUSE_BIN"], "dev", "--listen", f"127.0.0.1:{self.port or 0}", *self.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # It says a lot while its database is gone.
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for line in self.process.stdout:
            if "listening on" in line:
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise RuntimeError("poolhouse did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Postgres:
    """A cluster of its own, with every safety on, on a Unix socket."""

    def __init__(self, folder):
        self.data = os.path.join(folder, "data")
        self.socket = folder
        os.chmod(folder, 0o777)
        found = shutil.which("initdb") or max(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        self.programs = os.path.dirname(os.path.realpath(found))
        self.as_user = []
        if os.geteuid() == 0:
            self.as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        self.run("initdb", "-D", self.data, "-U", "poolhouse", "--auth=trust", "--encoding=UTF8", "--locale=C")
        self.process = None

    def program(self, name):
        beside = os.path.join(self.programs, name)
        return beside if os.path.exists(beside) else shutil.which(name)

    def run(self, name, *arguments):
        subprocess.run([*self.as_user, self.program(name), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    @property
    def url(self):
        return f"postgres://poolhouse@%2F{self.socket[1:].replace('/', '%2F')}/postgres"

    def start(self):
        self.process = subprocess.Popen(
            [*self.as_user, self.program("postgres"), "-D", self.data, "-k", self.socket, "-c", "listen_addresses="],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        socket = os.path.join(self.socket, ".s.PGSQL.5432")
        for _ in range(600):
            if os.path.exists(socket) and self.process.poll() is None:
                ready = subprocess.run(
                    [self.program("psql") or "psql", "-h", self.socket, "-U", "poolhouse", "-c", "SELECT 1", "postgres"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                if ready.returncode == 0:
                    return
            if self.process.poll() is not None:
                # Children of the last postmaster still hold the shared memory for a moment.
                return self.start_again()
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def start_again(self):
        time.sleep(0.2)
        self.start()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Ledger:
    """What was tried and what was acknowledged."""

    def __init__(self):
        self.lock = threading.Lock()
        self.groups = {}  # name: acknowledged
        self.counters = {}  # user: (acknowledged, attempted)
        self.signed_up = {}  # name: acknowledged
        self.members = {}  # (user, group): acknowledged
        self.acknowledged = 0

    def tried(self, table, key, acknowledged):
        with self.lock:
            table[key] = table.get(key, False) or acknowledged
            self.acknowledged += acknowledged

    def counted(self, user, attempted, acknowledged):
        with self.lock:
            before, _ = self.counters.get(user, (0, 0))
            self.counters[user] = (attempted if acknowledged else before, attempted)
            self.acknowledged += acknowledged


def write(port, pool, app, ledger, writer, number, stop):
    """Writes until told to stop. Each writer has users of its own, so that their counters only rise."""
    client = Client(port)
    users = [f"user{i}" for i in range(writer, USERS, WRITERS)]
    dice = random.Random(number * 1000 + writer)
    group = None
    turn = 0
    while not stop.is_set():
        turn += 1
        act = dice.choice(["group", "counter", "counter", "member", "sign-up"])
        name = f"{act}-{number}-{writer}-{turn}"
        try:
            if act == "group":
                done = client.call("CreateGroup", UserPoolId=pool, GroupName=name)[0] == 200
                ledger.tried(ledger.groups, name, done)
                group = name if done else group
            elif act == "counter":
                user = dice.choice(users)
                value = ledger.counters.get(user, (0, 0))[1] + 1
                ledger.counted(user, value, False)
                attributes = [{"Name": "nickname", "Value": str(value)}]
                status, _ = client.call("AdminUpdateUserAttributes", UserPoolId=pool, Username=user, UserAttributes=attributes)
                ledger.counted(user, value, status == 200)
            elif act == "member" and group:
                user = dice.choice(users)
                ledger.tried(ledger.members, (user, group), False)
                status, _ = client.call("AdminAddUserToGroup", UserPoolId=pool, Username=user, GroupName=group)
                ledger.tried(ledger.members, (user, group), status == 200)
            elif act == "sign-up" and turn % 4 == 0:
                ledger.tried(ledger.signed_up, name, False)
                status, _ = client.call("SignUp", ClientId=app, Username=name, Password=PASSWORD)
                ledger.tried(ledger.signed_up, name, status == 200)
        except (OSError, http.client.HTTPException, ValueError):
            if act == "group":
                ledger.tried(ledger.groups, name, False)
            time.sleep(0.01)


def pages(client, operation, key, **members):
    token_in, token_out = ("PaginationToken",) * 2 if operation == "ListUsers" else ("NextToken",) * 2
    token = {}
    while True:
        page = client.must(operation, **members, **token)
        yield from page[key]
        if token_out not in page:
            return
        token = {token_in: page[token_out]}


def compare(port, pool, app, ledger):
    """Counts what was acknowledged and is gone, and what is there more often than it was asked for."""
    client = Client(port)
    lost, doubled = [], []
    groups = [g["GroupName"] for g in pages(client, "ListGroups", "Groups", UserPoolId=pool, Limit=60)]
    doubled += [g for g in set(groups) if groups.count(g) > 1] + [g for g in set(groups) if g not in ledger.groups]
    lost += [g for g, acknowledged in ledger.groups.items() if acknowledged and g not in set(groups)]
    users = {}
    for user in pages(client, "ListUsers", "Users", UserPoolId=pool):
        doubled += [user["Username"]] if user["Username"] in users else []
        users[user["Username"]] = {a["Name"]: a["Value"] for a in user["Attributes"]}
    for user, (acknowledged, attempted) in ledger.counters.items():
        value = int(users[user].get("nickname", 0))
        lost += [f"{user}: {value} after {acknowledged}"] if value < acknowledged else []
        doubled += [f"{user}: {value} beyond {attempted}"] if value > attempted else []
    lost += [name for name, acknowledged in ledger.signed_up.items() if acknowledged and name not in users]
    for user in {user for user, _ in ledger.members}:
        mine = [g["GroupName"] for g in pages(client, "AdminListGroupsForUser", "Groups", UserPoolId=pool, Username=user)]
        asked = {group: acknowledged for (u, group), acknowledged in ledger.members.items() if u == user}
        doubled += [f"{user} in {g}" for g in set(mine) if mine.count(g) > 1 or g not in asked]
        lost += [f"{user} in {g}" for g, acknowledged in asked.items() if acknowledged and g not in mine]
    # A sign-up is whole or not there: name, row, password.
    for name in ledger.signed_up:
        status, body = client.call(
            "InitiateAuth", ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD}
        )
        whole = "UserNotConfirmedException" if name in users else "UserNotFoundException"
        if body.get("__type") != whole:
            lost.append(f"{name} in part: {status} {body}")
    return lost, doubled


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--target", choices=["poolhouse", "postgres"], required=True)
    options.add_argument("--rounds", type=int, default=5)
    options = options.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="poolhouse-crash-", ignore_cleanup_errors=True))
        if options.target == "postgres":
            os.chmod(folder, 0o755)
            base = os.path.join(folder, "pg")
            os.mkdir(base)
            victim = Postgres(base)
            victim.start()
            stack.callback(victim.kill)
            house = Poolhouse("--store", victim.url)
        else:
            victim = house = Poolhouse("--data", os.path.join(folder, "data"))
        house.start()
        stack.callback(house.kill)
        client = Client(house.port)
        failed = acknowledged = lost_in_all = doubled_in_all = 0
        for number in range(options.rounds):
            ledger = Ledger()
            if number:
                client.must("DeleteUserPool", UserPoolId=pool)
            pool, app = fresh(client)
            stop = threading.Event()
            arguments = (house.port, pool, app, ledger)
            writers = [threading.Thread(target=write, args=(*arguments, w, number, stop)) for w in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(random.uniform(0.1, 0.5))
            victim.kill()
            time.sleep(0.02)
            stop.set()
            if victim is house:
                for writer in writers:
                    writer.join()
            victim.start()
            for writer in writers:
                writer.join()
            lost, doubled = settle(house.port, pool, app, ledger)
            acknowledged += ledger.acknowledged
            lost_in_all += len(lost)
            doubled_in_all += len(doubled)
            if lost or doubled:
                failed += 1
                print(f"round {number}: lost {lost[:5]}, doubled {doubled[:5]}", flush=True)
            client = Client(house.port)
        print(
            f"{options.target} killed {options.rounds} times: {acknowledged} writes acknowledged, "
            f"{lost_in_all} lost, {doubled_in_all} doubled"
        )
    print(f"{options.rounds - failed} passed, {failed} failed")
    return failed > 0


def fresh(client):
    """A pool of its own for the round, with a client and users."""
    pool = client.must("CreateUserPool", PoolName="crash")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    made = client.must("CreateUserPoolClient", UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows)
    for i in range(USERS):
        client.must("AdminCreateUser", UserPoolId=pool, Username=f"user{i}", MessageAction="SUPPRESS")
    return pool, made["UserPoolClient"]["ClientId"]


def settle(port, pool, app, ledger):
    """Compares once the server answers again: PostgreSQL recovers behind it."""
    for _ in range(100):
        try:
            return compare(port, pool, app, ledger)
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            last = error
            time.sleep(0.1)
    raise RuntimeError(f"the server did not recover: {last}")


if __name__ == "__main__":
    sys.exit(main())
