"""What clients that cannot be installed do, done again from what they are
known to send and to rely on; nothing here is taken from their code."""

import json
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from gateway import Gateway
from syncbus_test import wait_until

PERFORM, INFO = "/api/sync/performSync", "/api/sync/getSyncInfo"


def post(site, path, data=b"", headers=None, timeout=60):
    """urllib, as most scripts have it: HTTPError from 400 on."""
    request = urllib.request.Request(site.url + path, data, headers or {},
                                     method="POST")
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return json.load(response)


def auth(site, scheme="Token"):
    return {"Authorization": f"{scheme} {site.token}"}


def test_the_blog_publisher_waits_until_synced_grows(site):
    """getSyncInfo, performSync {}, then getSyncInfo every 1.5 s for 30 s at
    most until `synced`, a number, has grown."""
    before = post(site, INFO, b"{}", auth(site))
    assert before["code"] == 0
    before = before["data"]["synced"]
    assert isinstance(before, int)
    assert post(site, PERFORM, b"{}", auth(site))["code"] == 0
    deadline = time.monotonic() + 30
    while True:
        answer = post(site, INFO, b"{}", auth(site))
        if answer["data"]["synced"] > before:
            break
        assert time.monotonic() < deadline, answer
        time.sleep(1.5)


def test_the_mcp_design_takes_a_timeout_for_still_running(processes, site):
    """performSync {} with a time limit, then getSyncInfo {} for `stat`."""
    site.engine.pause()  # the run takes longer than the client waits
    try:
        answer = post(site, PERFORM, b"{}", auth(site), timeout=1)
        raise AssertionError(f"from an engine that is stopped: {answer}")
    except (TimeoutError, socket.timeout):
        pass
    answer = post(site, INFO, b"{}", auth(site))
    assert answer["code"] == 0 and isinstance(answer["data"]["stat"], str)
    site.engine.resume()
    wait_until(lambda: site.last_run() >= 1, 20, "the run it asked for")
    stat = post(site, INFO, b"{}", auth(site))["data"]["stat"]
    assert stat.startswith("uploaded/downloaded files ")


def test_the_python_class_without_a_body(site):
    """getSyncInfo without any body, performSync with a key that nobody
    knows."""
    answer = post(site, INFO, None, auth(site))
    assert (answer["code"], answer["msg"]) == (0, "")
    answer = post(site, PERFORM, b'{"mode":"0"}', auth(site))
    assert answer == {"code": 0, "msg": "", "data": None}


def test_the_plugin_on_a_server_with_a_lower_case_token(site):
    answer = post(site, PERFORM, b"{}", {
        **auth(site, "token"), "Content-Type": "application/json"})
    assert answer["code"] == 0


def test_the_chinese_text_begins_as_the_plugin_expects(processes, site):
    post(site, PERFORM, b"{}", auth(site))
    chinese = Gateway(processes, site.hub, "--lang", "zh-CN",
                      secrets={"api_token": site.token})
    # Until it has heard of the engine there is nothing to say.
    stat = wait_until(
        lambda: (chinese.ask(body="{}", headers=auth(site)).data or {})
        .get("stat"), 60, "what the last run did")
    assert stat.startswith("上传/下载文件数 ")


def test_the_aware_plugin_without_a_token_from_a_page(processes, site):
    """performSync {"upload":...} from a local page: no token, a JSON string
    without a type, CORS *; relies on code 0 and an answer that waits."""
    open_gateway = Gateway(processes, site.hub, "--hub-control",
                           site.hub.control)
    open_gateway.wait_state("idle")
    preflight = open_gateway.ask("OPTIONS", PERFORM, headers={
        "Origin": "http://127.0.0.1:6806",
        "Access-Control-Request-Method": "POST"})
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    for upload in (True, False):
        before = site.last_run()
        answer = open_gateway.ask(
            path=PERFORM, body=json.dumps({"upload": upload}), headers={
                "Origin": "http://127.0.0.1:6806", "User-Agent": "Mozilla/5.0",
                "Content-Type": "text/plain;charset=UTF-8"})
        assert answer.json["code"] == 0
        run = site.info()["lastRun"]
        assert run["run"] == before + 1
        assert run["direction"] == ("upload" if upload else "download")


def test_the_bash_script(site):
    """curl -fsS, which only looks at the status."""
    done = subprocess.run(
        ["curl", "-fsS", "-H", f"Authorization: Token {site.token}", "-d",
         '{"cmd":"sync"}', site.url + PERFORM], capture_output=True,
        timeout=60)
    assert done.returncode == 0 and json.loads(done.stdout)["code"] == 0
    done = subprocess.run(
        ["curl", "-fsS", "-H", "Authorization: Token wrong", "-d", "{}",
         site.url + PERFORM], capture_output=True, timeout=60)
    assert done.returncode == 22


def test_the_front_end_on_its_page(site):
    """getBootSync at the start, performSync at a click, getSyncInfo when the
    pointer rests on the icon; all with a cookie, after the login."""
    login = urllib.request.Request(
        site.url + "/api/system/loginAuth",
        json.dumps({"authCode": site.token, "rememberMe": True}).encode(),
        {"User-Agent": "Mozilla/5.0", "Origin": site.url})
    with urllib.request.urlopen(login, timeout=60) as response:
        assert json.load(response)["code"] == 0
        cookie = response.headers["Set-Cookie"].split(";")[0]
    page = {"Cookie": cookie, "Origin": site.url, "User-Agent": "Mozilla/5.0"}
    assert post(site, "/api/sync/getBootSync", b"{}", page)["code"] == 0
    assert post(site, PERFORM, b"{}", page)["code"] == 0
    data = post(site, INFO, b"{}", page)["data"]
    assert isinstance(data["kernels"], list) and data["kernel"]
    assert re.match(r"uploaded/downloaded files \d+/\d+<br>&emsp;uploaded/"
                    r"downloaded chunks \d+/\d+<br>&emsp;sent/received bytes"
                    r" [\d.]+ [kMG]?B/[\d.]+ [kMG]?B$", data["stat"])
    try:
        post(site, INFO, b"{}", {**page, "Origin": "http://evil.example"})
        raise AssertionError("a page of others was let in")
    except urllib.error.HTTPError as error:
        assert error.code == 401


def taken_up(url):
    """Connections of the gateway whose requests it has read."""
    port = f"{urllib.parse.urlsplit(url).port:04X}"
    rows = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    return sum(local.endswith(":" + port) and state == "01"
               and queues.endswith(":00000000")
               for _, local, _, state, queues, *_ in rows)


def test_two_that_click_at_once_share_a_run(site):
    """Newer kernels answer a call that waited without a second run."""
    answers = []
    before = site.last_run()
    threads = [threading.Thread(
        target=lambda: answers.append(post(site, PERFORM, b"{}", auth(site))))
        for _ in range(6)]
    site.engine.pause()  # so that none of them comes too late to share
    for thread in threads:
        thread.start()
    wait_until(lambda: taken_up(site.url) >= len(threads), 20, "all calls")
    site.engine.resume()
    for thread in threads:
        thread.join(120)
    assert [a["code"] for a in answers] == [0] * 6
    assert before < site.last_run() <= before + 2


def test_a_struct_with_fields_that_do_not_exist(site):
    """`synced` a JSON number that fits 64 bits, everything else may miss."""
    post(site, PERFORM, b"{}", auth(site))
    data = post(site, INFO, b"{}", auth(site))["data"]
    assert 0 < data["synced"] < 1 << 53
    assert not {"conflict", "syncSize", "lastSync"} & set(data)
