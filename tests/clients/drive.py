"""Runs in build/packages/clients: lets a client written by others call the gateway,
and prints what it made of the answers as one JSON object.

    drive.py PACKAGE URL TOKEN
"""

import asyncio
import json
import os
import sys
from urllib.parse import urlsplit

NOT_THERE = "/api/sync/setSyncMode"  # answered with code -1


def siyuan_cli(url, token):
    """Its own retries, its own reading of statuses."""
    os.environ["SIYUAN_URL"], os.environ["SIYUAN_TOKEN"] = url, token
    from siyuan_cli.client import SiYuanClient
    from siyuan_cli.exceptions import AuthError

    client = SiYuanClient()
    result = {
        "version": client.call("system/version")["data"],
        "sync": client.call("sync/performSync"),
        "info": client.call("sync/getSyncInfo")["data"],
        "refused": client.call("sync/setSyncMode", {"mode": 1})["code"],
        "missing": client.call("sync/nothing")["code"],
    }
    os.environ["SIYUAN_TOKEN"] = "wrong"
    try:
        SiYuanClient().call("sync/getSyncInfo")
    except AuthError:
        result["wrong"] = "refused"
    return result


def siyuan_mcp(url, token):
    """Raises unless the status is 200 and the code 0; 15 s for an answer."""
    from siyuan_mcp.config.loader import Config
    from siyuan_mcp.siyuan import SiyuanClient

    def client_of(token):
        parts = urlsplit(url)
        return SiyuanClient(Config(siyuan={
            "host": parts.hostname, "port": parts.port, "token": token}))

    async def run():
        client = client_of(token)
        result = {
            "version": await client._call_api("/api/system/version", {}),
            "sync": await client._call_api("/api/sync/performSync", {}),
            "info": await client._call_api("/api/sync/getSyncInfo", {}),
        }
        try:
            await client._call_api(NOT_THERE, {})
        except ValueError as error:
            result["refused"] = str(error)
        await client.close()
        client = client_of("wrong")
        try:
            await client._call_api("/api/sync/getSyncInfo", {})
        except ConnectionError as error:
            result["wrong"] = str(error)
        await client.close()
        return result
    return asyncio.run(run())


def siyuanhelper(url, token):
    """Reads JSON only where the type says so; knows just code, msg, data."""
    from siyuanhelper.api import Siyuan
    from siyuanhelper.exceptions import SiyuanApiException

    async def run():
        client = Siyuan(url, token)
        result = {
            "version": await client._post("/api/system/version"),
            "sync": await client._post("/api/sync/performSync", upload=True),
            "info": await client._post("/api/sync/getSyncInfo"),
        }
        try:
            await client._post(NOT_THERE, mode=1)
        except SiyuanApiException:
            result["refused"] = -1
        await client.close()
        return result
    return asyncio.run(run())


if __name__ == "__main__":
    drive = {"siyuan-cli": siyuan_cli, "siyuan-mcp": siyuan_mcp,
             "siyuanhelper": siyuanhelper}[sys.argv[1]]
    print(json.dumps(drive(*sys.argv[2:])))
