#!/usr/bin/env python3
"""Floods a server with log-ins and times honest ones meanwhile; says how much memory it takes.

  cargo build --release
  tests/bench/log_in_flood.py target/release/qianshou --connections 300 --log-ins 3000

Starts the program over a database of its own. Kinds of flood, one after the other:

  one-name     wrong guesses of one name, from one address
  many-names   wrong guesses of ever other names, from one address
  right        right passwords, from one address
  everywhere   wrong guesses of ever other names, from 200 addresses of 127.0.0.0/8

The honest log-ins come from two accounts: one that has logged in from the flood's address before (a
known place), and one from elsewhere.
"""
import argparse, asyncio, collections, json, os, re, signal, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("--connections", type=int, default=300)
parser.add_argument("--log-ins", type=int, default=3000)
parser.add_argument("--port", type=int, default=18311)
options = parser.parse_args()


class Connection:
    """One kept connection that posts JSON."""

    def __init__(self, source):
        self.source, self.streams = source, None

    async def post(self, path, body, token=None):
        for attempt in range(2):
            try:
                if self.streams is None:
                    self.streams = await asyncio.open_connection(
                        "127.0.0.1", options.port, local_addr=(self.source, 0)
                    )
                reader, writer = self.streams
                data = json.dumps(body).encode()
                head = f"POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
                if token:
                    head += f"Authorization: Bearer {token}\r\n"
                writer.write(head.encode() + b"\r\n" + data)
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                status = int(head.split()[1])
                length = re.search(r"content-length: (\d+)", head, re.I)
                answer = await reader.readexactly(int(length[1])) if length else b""
                return status, answer
            except (OSError, asyncio.IncompleteReadError):
                self.streams = None
                if attempt:
                    raise


async def log_in(connection, name, password):
    status, answer = await connection.post("/sessions", {"username": name, "password": password})
    return status, answer


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) // 1024


async def flood(kind, credentials, source):
    left, statuses = [options.log_ins], collections.Counter()

    async def work(index):
        connection = Connection(source(index))
        while left[0] > 0:
            left[0] -= 1
            status, _ = await log_in(connection, *credentials(left[0]))
            statuses[status] += 1

    began = time.monotonic()
    await asyncio.gather(*(work(index) for index in range(options.connections)))
    return statuses, time.monotonic() - began


async def main(server, password):
    _, answer = await log_in(Connection("127.0.0.1"), "admin", password)
    token = json.loads(answer)["token"]
    made = {}
    for name in ["victim", "home", "elsewhere"]:
        body = {"username": name, "role": "leader"}
        _, answer = await Connection("127.0.0.1").post("/accounts", body, token)
        made[name] = json.loads(answer)["password"]
    flooded = "127.0.0.2"
    await log_in(Connection(flooded), "home", made["home"])
    print(f"start: {resident(server.pid)} MiB")
    kinds = {
        "one-name": (lambda index: ("victim", "wrong password"), lambda index: flooded),
        "many-names": (lambda index: (f"name-{index}", "wrong password"), lambda index: flooded),
        "right": (lambda index: ("victim", made["victim"]), lambda index: "127.0.0.4"),
        "everywhere": (
            lambda index: (f"far-{index}", "wrong password"),
            lambda index: f"127.1.0.{1 + index % 200}",
        ),
    }
    for kind, (credentials, source) in kinds.items():
        task = asyncio.create_task(flood(kind, credentials, source))
        times, refused, most = {"home": [], "elsewhere": []}, collections.Counter(), 0
        while not task.done():
            for name, address in [("home", flooded), ("elsewhere", "127.0.0.3")]:
                began = time.monotonic()
                status, _ = await log_in(Connection(address), name, made[name])
                if status == 201:
                    times[name].append(time.monotonic() - began)
                else:
                    refused[status] += 1
            most = max(most, resident(server.pid))
            await asyncio.sleep(0.05)
        statuses, seconds = await task
        honest = ", ".join(
            f"{name} {len(took)} times, median {sorted(took)[len(took) // 2] * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms"
            for name, took in times.items()
            if took
        )
        print(
            f"{kind}: {dict(statuses)} in {seconds:.1f} s; honest: {honest}; refused {dict(refused)}; "
            f"memory {most} MiB, then {resident(server.pid)} MiB",
            flush=True,
        )
    await asyncio.sleep(15)
    print(f"15 s later: {resident(server.pid)} MiB")


# Some versions make a new database only when told to.
usage = subprocess.run([options.program, "serve", "--help"], capture_output=True, text=True).stdout
create = ["--create"] if "--create" in usage else []
with tempfile.TemporaryDirectory() as folder:
    server = subprocess.Popen(
        [options.program, "serve", *create, "--listen", f"127.0.0.1:{options.port}", "--database", f"sqlite:{folder}/x.db"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "QIANSHOU_LOG": "error"},
        text=True,
    )
    try:
        password = re.search(r"password：(\S+)", server.stdout.readline())[1]
        server.stdout.readline()
        asyncio.run(main(server, password))
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
