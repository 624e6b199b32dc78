"""axe-core finds nothing: in both themes and languages, with everything
open, on a desktop and a phone; and the screenshots of those pages."""

import itertools

import pytest

from stand import AUTH, CONFLICT, FILES, failing, run, syncing

ENGINE = "nas.notes"
LOOKS = list(itertools.product(("light", "dark"), ("en", "zh-CN"),
                               (1280, 390)))


@pytest.fixture
def stand(make_stand):
    stand = make_stand()
    stand.engine("laptop.notes", **syncing())
    stand.engine(ENGINE)
    stand.engine("phone.notes", **failing())
    runs = [run(i, (18 - i) * 3_600_000, **(AUTH if i in (5, 9) else {}))
            for i in range(17, 11, -1)]
    stand.answer(ENGINE, runs=runs, changes=FILES, conflicts=[CONFLICT])
    return stand


def choose(browser, language):
    browser.js("""const s = document.getElementById("lang");
        s.value = arguments[0]; s.dispatchEvent(new Event("change"));""",
               language)


@pytest.mark.parametrize("scheme,language,width", LOOKS)
def test_no_violations(browser, stand, scheme, language, width):
    browser.scheme(scheme)
    browser.size(width, 1000)
    browser.open(stand.url)
    browser.wait("document.querySelectorAll('.card').length === 3")
    choose(browser, language)
    browser.settle()
    browser.screenshot(f"{scheme}-{language}-{width}")
    assert browser.axe() == []

    browser.click(f"[data-engine='{ENGINE}'] .more")
    browser.wait("document.querySelectorAll('.run').length === 6")
    browser.click(".run .link-button")
    browser.wait_text(".files", FILES[0][1])
    browser.wait_text("[data-part=conflicts]", CONFLICT[1])
    browser.settle()
    browser.screenshot(f"{scheme}-{language}-{width}-open", full=True)
    assert browser.axe() == []


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_no_violations_among_many_in_every_state(browser, stand, scheme):
    stand.engine("a.queued", st="queued")
    stand.engine("b.disabled", st="disabled", en=False)
    stand.engine("c.stalled", **syncing(up=100_000, ru=1000, pr=1000))
    stand.engine("d.offline").send(st="bye")
    stand.engines["d.offline"].close()
    for i in range(4):
        stand.engine(f"team.host{i}")
    browser.scheme(scheme)
    browser.open(stand.url)
    browser.wait("document.querySelectorAll('.card').length === 11")
    browser.wait("document.querySelector('.card[data-state=offline]')")
    browser.settle()
    browser.screenshot(f"{scheme}-many")
    assert browser.axe() == []


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_no_violations_when_stale_or_empty(browser, make_stand, scheme):
    browser.scheme(scheme)
    stand = make_stand()
    browser.open(stand.url)
    browser.wait_text("#empty", "No engine yet")
    assert browser.axe() == []
    stand.engine(ENGINE)
    browser.wait_text(".name", ENGINE)
    stand.gateway.process.kill()
    browser.wait_text("#stale", "No connection")
    assert browser.axe() == []
    browser.screenshot(f"{scheme}-stale")
