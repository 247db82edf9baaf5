"""People at their screens: `python -m tests.drills.users` reads a plan as JSON from stdin, and prints what they met.

A process of its own, so that the drill's bookkeeping does not slow the people down. Each user keeps one connection and
one jar of cookies, signs in by the form where the plan gives an account, and thinks between two pages.
"""

import asyncio
import json
import random
import re
import sys
import time
from urllib.parse import urlencode

#: A little faster than people are: 2 to 8 seconds, on average five.
THINK = (2, 8)
ARRIVAL_SECONDS = 30


class User:
    def __init__(self, number, port, plan, log):
        self.random = random.Random(number)
        self.port, self.plan, self.log = port, plan, log
        self.cookies = {}
        self.reader = self.writer = None

    async def live(self, ends_at):
        await asyncio.sleep(self.random.uniform(0, ARRIVAL_SECONDS))
        if account := self.plan.get("account"):
            await self.sign_in(*account)
        while time.monotonic() < ends_at:
            name, paths = self.random.choices(self.plan["pages"], [page[2] for page in self.plan["pages"]])[
                0
            ][:2]
            await self.ask(name, "GET", self.random.choice(paths))
            await asyncio.sleep(self.random.uniform(*THINK))
        if self.writer:
            self.writer.close()

    async def sign_in(self, login, password):
        body = await self.ask("sign-in form", "GET", "/akun/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)[1]
        await self.ask(
            "sign-in", "POST", "/akun/login/",
            {"csrfmiddlewaretoken": token, "login": login, "password": password},
        )  # fmt: skip
        if "sessionid" not in self.cookies:
            raise RuntimeError(f"{login} could not sign in: {self.log[-1]}")

    async def ask(self, name, method, path, form=None):
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{key}={value}" for key, value in self.cookies.items()))
        if token := self.plan.get("token"):
            lines.append(f"Authorization: Bearer {token}")
        body = urlencode(form).encode() if form else b""
        if form:
            lines += [
                "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
                f"Origin: http://127.0.0.1:{self.port}",
            ]  # fmt: skip
        began = time.perf_counter()
        status, content = await self.exchange("\r\n".join([*lines, "", ""]).encode() + body)
        self.log.append((name, status, time.perf_counter() - began))
        return content.decode(errors="replace")

    async def exchange(self, request):
        """(status, body); status 0 when the connection broke."""
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(request)
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            for cookie in re.findall(r"(?im)^set-cookie: *([^=]+)=([^;\r]*)", head):
                self.cookies[cookie[0]] = cookie[1]
            if length := re.search(r"(?im)^content-length: (\d+)", head):
                content = await self.reader.readexactly(int(length[1]))
            else:
                content = await self.read_chunks() if "chunked" in head.lower() else b""
            return int(head.split()[1]), content
        except (OSError, asyncio.IncompleteReadError):
            self.writer = None
            return 0, b""

    async def read_chunks(self):
        content = b""
        while size := int(await self.reader.readline(), 16):
            content += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return content


async def main(port, seconds, plans):
    log = []
    ends_at = time.monotonic() + seconds
    await asyncio.gather(*(User(number, port, plan, log).live(ends_at) for number, plan in enumerate(plans)))
    return log


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(**json.load(sys.stdin)))))
