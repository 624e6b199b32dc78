"""What is shown: every state in colour and word, errors, history, conflicts,
other engines; in both languages, on a phone, by keyboard, and two hundred at
once."""

import pytest
from selenium.webdriver.common.keys import Keys

from browser import WAIT_S
from bus import Engine
from stand import AUTH, CONFLICT, FILES, failing, run, syncing
from syncbus_test import wait_until

ENGINE = "nas.notes"
STATES = {
    "idle": {}, "queued": {"st": "queued"}, "syncing": syncing(),
    "error": failing(), "disabled": {"st": "disabled", "en": False},
    # No progress for over a minute, on the engine's own clock.
    "stalled": syncing(permille=310, up=100_000, ru=1000, pr=1000),
}


@pytest.fixture
def stand(make_stand):
    return make_stand()


def open_page(browser, stand, count):
    browser.open(stand.url)
    browser.wait("document.querySelectorAll('.card').length"
                 f" === {count}", f"{count} engines")


def card(name):
    return f"[data-engine='{name}']"


def test_every_state_has_its_word_its_sign_and_its_colour(browser, stand):
    for name, fields in STATES.items():
        stand.engine(f"x.{name}", **fields)
    stand.engine("x.offline").send(st="bye")
    stand.engines["x.offline"].close()
    open_page(browser, stand, 7)
    words = {"idle": "Idle", "queued": "Queued", "syncing": "Syncing",
             "error": "Failed", "disabled": "Disabled", "stalled": "Stalled",
             "offline": "Offline"}
    looks = set()
    for state, word in words.items():
        browser.wait_text(f"{card('x.' + state)} .badge", word)
        looks.add(browser.js(
            "const b = document.querySelector(arguments[0]);"
            "return b.querySelector('use').getAttribute('href');",
            f"{card('x.' + state)} .badge"))
    assert len(looks) == len(words)
    assert browser.console() == []


def test_a_run_under_way_in_numbers(browser, stand):
    stand.engine(ENGINE, **syncing())
    open_page(browser, stand, 1)
    browser.wait_text(".meta", "12 of 40")
    assert "7.0 MiB of 24.0 MiB" in browser.text(".meta")
    assert "5.0 MiB/s" in browser.text(".meta")
    assert browser.text(".what") == "Uploading"
    assert browser.text(".item") == "/assets/figure.png"
    assert browser.text(".percent") == "57 %"
    bar = browser.find("[role=progressbar]")
    assert bar.get_attribute("aria-valuenow") == "57"
    assert bar.get_attribute("aria-valuetext") == "57 percent, Uploading"
    assert bar.get_attribute("aria-label") == f"Progress of {ENGINE}"
    assert "57 %" in browser.js("return document.title;")


def test_an_error_has_text_remedy_and_the_stores_own_words(browser, stand):
    stand.engine(ENGINE, **failing())
    open_page(browser, stand, 1)
    box = browser.text(".error-box")
    assert "auth" in box and "What to do" in box
    assert "401 Unauthorized: bad password" in box
    assert "3 failures in a row" in browser.text(".facts")


def test_an_error_is_said_in_the_pages_language(browser, stand):
    stand.engine(ENGINE, **failing())
    open_page(browser, stand, 1)
    browser.js("""const s = document.getElementById("lang");
        s.value = "zh-CN"; s.dispatchEvent(new Event("change"));""")
    browser.wait_text(".badge", "失败")
    msg = browser.find(".error-box strong")
    assert msg.get_attribute("lang") == "zh-CN"
    assert not msg.text.isascii()
    assert not browser.find(".error-box dd").text.isascii()


def test_markup_in_a_name_of_a_file_stays_text(browser, stand):
    name = "/<img src=x onerror=alert(1)>.sy"
    stand.engine(ENGINE, **syncing(it=name))
    open_page(browser, stand, 1)
    assert browser.text(".item") == name
    assert browser.all("main img") == []


def test_a_name_cannot_turn_the_text_around(browser, stand):
    hostile = "/\u202egpj.\u2066exe"
    stand.engine(ENGINE, **syncing(it=hostile))
    stand.engine("nas.failed", **failing(last=run(
        3, ok=False, code="network", why="\u202esaid")))
    stand.answer(ENGINE, runs=[run(17)], changes=[["+", hostile, 1]],
                 conflicts=[])
    open_page(browser, stand, 2)
    shown = "/\\u202egpj.\\u2066exe"
    assert browser.text(f"{card(ENGINE)} .item") == shown
    assert browser.text(f"{card('nas.failed')} .cause") == "\\u202esaid"
    browser.click(f"{card(ENGINE)} .more")
    browser.wait("document.querySelector('.run .link-button')")
    browser.click(".run .link-button")
    browser.wait_text(".files", shown)


def test_of_a_long_path_the_end_is_seen(browser, stand):
    stand.engine(ENGINE, **syncing(it="/" + "deep/" * 28 + "name.png"))
    browser.size(390, 800)
    open_page(browser, stand, 1)
    assert browser.js("""
        const item = document.querySelector(".item");
        const range = document.createRange();
        const text = item.firstChild.firstChild;
        range.setStart(text, text.length - 8);
        range.setEnd(text, text.length);
        const end = range.getBoundingClientRect();
        const box = item.getBoundingClientRect();
        return item.scrollWidth > item.clientWidth && end.width > 0
            && end.left >= box.left && end.right <= box.right + 1;""")
    assert browser.attribute(".item", "title").endswith("deep/name.png")


def test_an_unknown_share_is_no_number(browser, stand):
    fields = syncing()
    fields.pop("pm")
    stand.engine(ENGINE, **fields)
    open_page(browser, stand, 1)
    browser.wait_text(".what", "Uploading")
    assert not browser.text(".percent")
    bar = browser.find("[role=progressbar]")
    assert bar.get_attribute("aria-valuenow") is None
    assert bar.get_attribute("aria-valuetext") == "Uploading"
    assert "Syncing" in browser.js("return document.title;")


@pytest.mark.parametrize("width", (390, 820, 1280))
def test_of_many_each_is_small_and_whole(browser, stand, width):
    for i in range(9):
        stand.engine(f"team.host{i}", **(failing() if i == 3 else {}))
    stand.engine("laptop.notes", **syncing())
    browser.size(width, 900)
    open_page(browser, stand, 10)
    assert browser.js(
        "return document.documentElement.scrollWidth;") <= width
    # Neither a name nor a button breaks its line.
    assert browser.js("""
        return [...document.querySelectorAll(".name, .button span")]
            .filter((n) => n.checkVisibility() && n.getClientRects().length)
            .filter((n) => {
                const range = document.createRange();
                range.selectNodeContents(n);
                return range.getClientRects().length > 1;
            }).map((n) => n.textContent);""") == []
    assert browser.js("""
        return document.querySelector(arguments[0]).offsetHeight;""",
                      card("team.host0")) < 240
    assert browser.text(f"{card('team.host0')} .facts") is None
    browser.click(f"{card('team.host0')} .more")
    browser.wait_text(f"{card('team.host0')} .facts", "Last run")


def test_what_a_button_shows_is_in_its_name(browser, stand):
    """For those who say what they see."""
    stand.engine(ENGINE)
    open_page(browser, stand, 1)
    assert browser.js("""
        return [...document.querySelectorAll(".card button")].filter((n) =>
            !n.getAttribute("aria-label").startsWith(n.textContent.trim()))
            .map((n) => n.textContent);""") == []


def test_times_are_written_as_the_browser_writes_them(browser, stand):
    stand.engine(ENGINE)
    stand.answer(ENGINE, runs=[run(17)], conflicts=[])
    agent = browser.js("return navigator.userAgent;")
    moment = {}
    for tags in ("de,en-GB,en", "en-US,en"):  # the last as it was
        browser.cdp("Emulation.setUserAgentOverride", userAgent=agent,
                    acceptLanguage=tags)
        open_page(browser, stand, 1)
        browser.click(".more")
        browser.wait("document.querySelector('.run time')")
        moment[tags] = browser.text(".run time")
    assert "M" in moment["en-US,en"]
    assert "M" not in moment["de,en-GB,en"], moment


def test_a_browser_whose_clock_is_wrong_counts_all_the_same(browser, stand):
    stand.engine(ENGINE)
    script = browser.cdp("Page.addScriptToEvaluateOnNewDocument", source="""
        const now = Date.now;
        Date.now = () => now() - 86400000;""")
    open_page(browser, stand, 1)
    browser.cdp("Page.removeScriptToEvaluateOnNewDocument", **script)
    browser.wait_text(".meta", "minutes ago")
    assert " minutes ago, took" in browser.text(".facts")
    browser.wait_text(".facts", "in ")
    assert "day" not in browser.text(".card")


def test_history_conflicts_and_sisters(browser, stand):
    stand.engine(ENGINE)
    stand.engine("laptop.notes")
    runs = [run(i, (18 - i) * 3_600_000, **(AUTH if i in (5, 9) else {}))
            for i in range(17, 0, -1)]
    stand.answer(ENGINE, runs=runs, changes=FILES, conflicts=[CONFLICT])
    open_page(browser, stand, 2)
    browser.click(f"{card(ENGINE)} .more")
    browser.wait("document.querySelectorAll('.run').length === 17")
    assert len(browser.all(".run[data-kind=failed]")) == 2
    label = browser.attribute(".chart", "aria-label")
    assert label.startswith("17 runs, 2 failed")
    assert len(browser.all(".chart rect.bad")) == 2

    browser.click(".run .link-button")
    browser.wait_text(".files", "/assets/old-figure.png")
    kinds = [n.text for n in browser.all(".file-kind")]
    assert kinds == ["added", "changed", "removed", "sent"]
    browser.wait_text("[data-part=conflicts]", CONFLICT[1])
    conflicts = browser.text("[data-part=conflicts]")
    assert "this engine's version won" in conflicts
    assert CONFLICT[4] in conflicts
    assert "laptop.notes" in browser.text("[data-part=kernels]")
    assert browser.console() == []


def test_a_list_that_fails_to_load_can_be_asked_for_again(browser, stand):
    stand.engine(ENGINE)
    open_page(browser, stand, 1)
    browser.click(".more")
    browser.wait_text("[data-part=runs]", "Could not be loaded")
    stand.answer(ENGINE, runs=[run(17)], conflicts=[])
    browser.js("document.querySelector('[data-part=runs] .button').click();")
    browser.wait("document.querySelectorAll('.run').length === 1")


def test_the_language_is_switched_and_remembered(browser, stand):
    stand.engine(ENGINE, **syncing())
    open_page(browser, stand, 1)
    browser.js("""const s = document.getElementById("lang");
        s.value = "zh-CN"; s.dispatchEvent(new Event("change"));""")
    browser.wait_text(".badge", "同步中")
    assert browser.text(".what") == "正在上传"
    assert browser.js("return document.documentElement.lang;") == "zh-CN"
    open_page(browser, stand, 1)
    browser.wait_text("[data-verb=cancel]", "取消")
    left = browser.js("""return [...document.querySelectorAll("[data-t]")]
        .filter((n) => /^[\\x20-\\x7e]+$/.test(n.textContent))
        .map((n) => n.dataset.t);""")
    assert left == []


def test_a_phone_needs_no_scrolling_to_the_side(browser, stand):
    long_name = "a-host-with-a-rather-long-name.of-a-tenant.notes"
    stand.engine(long_name, **syncing())
    stand.engine(ENGINE, **failing())
    stand.answer(ENGINE, runs=[run(17, **AUTH)], changes=FILES,
                 conflicts=[CONFLICT])
    for width in (320, 390):
        browser.size(width, 800)
        open_page(browser, stand, 2)
        browser.click(f"{card(ENGINE)} .more")
        browser.wait_text("[data-part=conflicts]", CONFLICT[1])
        browser.click(".run .link-button")
        browser.wait_text(".files", FILES[0][1])
        assert browser.js(
            "return document.documentElement.scrollWidth;") <= width


def test_everything_is_reached_by_keyboard(browser, stand):
    stand.engine(ENGINE)
    answering = stand.answer(ENGINE, runs=[run(17)], changes=FILES,
                             conflicts=[])
    open_page(browser, stand, 1)
    browser.js("document.body.focus();")
    walked = []
    for _ in range(6):
        browser.press(Keys.TAB)
        walked.append(browser.js("""const n = document.activeElement;
            const outline = getComputedStyle(n).outlineStyle;
            return [n.id || n.dataset.verb || n.className, outline];"""))
    names = [name for name, _ in walked]
    assert names == ["skip", "lang", "toggle", "sync", "cancel", "more"]
    assert all(outline != "none" for _, outline in walked), walked

    browser.find(".more").send_keys(Keys.ENTER)
    browser.wait("document.querySelectorAll('.run').length === 1")
    browser.find(".run .link-button").send_keys(Keys.SPACE)
    browser.wait_text(".files", FILES[0][1])
    browser.find("[data-verb=sync]").send_keys(Keys.ENTER)
    browser.wait_text("#toasts", "sync requested")
    assert answering.commands[-1]["cmd"] == "sync"


def test_two_hundred_engines_stay_quick(browser, stand):

    engines = []
    for i in range(200):
        engine = Engine(stand.context, stand.hub.ingest, f"team.host{i:03}")
        engine.wait_subscribed()
        engines.append(engine)
    for i, engine in enumerate(engines):
        engine.send(st="idle", en=True, prov="webdav", cloud="main",
                    ttl=10000, sync=1)
    open_page(browser, stand, 200)
    browser.js("""
        window.added = 0;
        new MutationObserver((all) => all.forEach((one) => {
            added += one.addedNodes.length;
        })).observe(document.getElementById("engines"), {childList: true});
        window.longest = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((e) => {
            longest = Math.max(longest, e.duration);
        })).observe({type: "longtask"});
    """)

    def all_are_shown():  # said again: what was said once does not last
        for i, engine in enumerate(engines):
            engine.send(**syncing(permille=i))
        return browser.js("return document.querySelectorAll"
                          "('.card[data-state=syncing]').length;") == 200
    wait_until(all_are_shown, WAIT_S, "200 runs")
    assert browser.js("return added;") == 0, "cards were made again"
    assert browser.js("return longest;") < 5000

    browser.find("#find").send_keys("host19")
    browser.wait("[...document.querySelectorAll('.card')]"
                 ".filter((n) => !n.hidden).length === 10")
    for engine in engines:
        engine.close()
