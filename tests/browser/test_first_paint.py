"""The page as it comes: small, from this gateway only, under a strict policy,
the second time from the cache."""

import gzip
import urllib.parse

from browser import requests

ENGINE = "nas.notes"


def open_with_engine(browser, stand):
    stand.engine(ENGINE)
    browser.open(stand.url)
    browser.wait(f"document.querySelector('[data-engine=\"{ENGINE}\"]')")
    browser.settle()


def test_first_paint_says_nothing_to_the_console(browser, make_stand):
    stand = make_stand()
    open_with_engine(browser, stand)

    assert browser.text(".name") == ENGINE
    assert browser.text(".badge") == "Idle"
    assert browser.text("#link") == "Live"
    assert browser.js("return document.title;") == "syncbus"
    assert browser.console() == []


def test_nothing_is_asked_of_anybody_else_and_all_is_small(browser,
                                                           make_stand):
    stand = make_stand()
    open_with_engine(browser, stand)
    found = requests(browser.network())
    hosts = {urllib.parse.urlsplit(url).netloc for url in found}
    assert hosts == {f"127.0.0.1:{stand.gateway.port}"}
    assert len(found) > 15, found

    total = sum(row["bytes"] for row in found.values())
    assert 10_000 < total < 100 * 1024, (total, found)
    assert all(row["status"] == 200 for row in found.values()), found


def test_the_policy_is_there_and_bites(browser, make_stand):
    stand = make_stand()
    answer = stand.gateway.ask("GET", "/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    for word in ("unsafe", "data:", "http", "*"):
        assert word not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"

    open_with_engine(browser, stand)
    assert browser.js("""
        window.refused = [];
        document.addEventListener("securitypolicyviolation",
            (event) => refused.push(event.effectiveDirective));
        const attempts = [
            () => document.body.insertAdjacentHTML("beforeend", "<b>x</b>"),
            () => { document.createElement("script").textContent = "x"; },
        ];
        const image = document.createElement("img");
        image.src = "http://127.0.0.2/elsewhere.png";
        document.body.append(image);
        return attempts.map((attempt) => {
            try {
                attempt();
                return "done";
            } catch (problem) {
                return problem.name;
            }
        });
    """) == ["TypeError", "TypeError"]
    browser.wait("refused.includes('img-src')", "a reported violation")


def test_the_second_time_it_paints_from_the_cache(browser, make_stand):
    stand = make_stand()
    open_with_engine(browser, stand)
    browser.network()
    browser.open("about:blank")
    open_again = stand.url
    browser.open(open_again)
    browser.wait(f"document.querySelector('[data-engine=\"{ENGINE}\"]')")
    found = requests(browser.network())

    page = found.pop(open_again)
    assert page.get("wire_status") == 304, page
    parts = {url: row for url, row in found.items() if "/dashboard/" in url}
    assert len(parts) > 15
    assert all(row["cached"] for row in parts.values()), parts


def test_who_takes_no_gzip_gets_the_same_bytes(make_stand):

    stand = make_stand()
    plain = stand.gateway.ask("GET", "/")
    packed = stand.gateway.ask("GET", "/",
                               headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2

    refused = stand.gateway.ask("GET", "/",
                                headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.body == plain.body


def test_a_part_of_another_version_is_not_found(make_stand):
    stand = make_stand()
    answer = stand.gateway.ask("GET", "/dashboard/0123456789abcdef/app.js")
    assert answer.status == 404


def test_a_gateway_set_to_chinese_serves_a_chinese_page(browser, make_stand):
    stand = make_stand("--lang", "zh-CN")
    stand.engine(ENGINE)
    browser.open(stand.url)
    browser.wait_text(".badge", "空闲")
    assert browser.js("return document.documentElement.lang;") == "zh-CN"
    assert browser.console() == []
