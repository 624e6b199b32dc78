"""The gateway goes away and comes back; the page says so and goes on."""

from stand import syncing
from streams import Events

ENGINE = "nas.notes"


def open_page(browser, stand, **fields):
    stand.engine(ENGINE, **fields)
    browser.open(stand.url)
    browser.wait_text("#link", "Live")


def test_a_restart_of_the_gateway_is_survived(browser, make_stand):
    stand = make_stand()
    open_page(browser, stand)
    browser.js("window.same_page = true;")
    port = stand.gateway.port

    stand.gateway.process.kill()
    browser.wait_text("#stale", "No connection to the gateway")
    assert "Data from" in browser.text("#stale")
    assert browser.text("#link") == "Reconnecting…"
    assert browser.attribute("[data-verb=sync]", "aria-disabled") == "true"
    browser.wait_text("#announcer", "Data may be old")
    browser.screenshot("stale")

    stand.engines[ENGINE].send(**syncing())
    stand.start_gateway(port)
    browser.wait_text("#link", "Live")
    browser.wait_text(".badge", "Syncing")
    assert browser.js("return document.getElementById('stale').hidden;")
    assert browser.js("return window.same_page;") is True
    browser.wait_text("#announcer", "current")


def test_a_gateway_that_hangs_is_noticed(browser, make_stand):
    """Its connections stay open, but its beat does not come."""
    stand = make_stand()
    open_page(browser, stand)
    stand.gateway.process.pause()
    browser.wait_text("#stale", "No connection", 40)
    stand.gateway.process.resume()
    browser.wait_text("#link", "Live")


def test_try_now_does_not_wait(browser, make_stand):
    stand = make_stand()
    open_page(browser, stand)
    port = stand.gateway.port
    stand.gateway.process.kill()
    browser.wait_text("#stale", "No connection")
    # From here on no timer fires: only the button connects.
    browser.js("""for (let i = setTimeout(() => 0); i > 0; i--)
            clearTimeout(i);
        window.setTimeout = () => 0;""")
    stand.start_gateway(port)
    browser.click("#retry")
    browser.wait_text("#link", "Live")


def test_a_hub_that_is_away_is_said(browser, make_stand):
    stand = make_stand()
    open_page(browser, stand)
    stand.hub_process.kill()
    browser.wait_text("#bus", "state aggregator is away")
    browser.wait_text(".badge", "Unknown")
    assert browser.text("#link") == "Not live"


def test_a_hub_that_never_answered_is_said(browser, make_stand):
    stand = make_stand()
    stand.hub_process.kill()
    stand.gateway.process.kill()
    stand.start_gateway()
    browser.open(stand.url)
    browser.wait_text("#bus", "does not answer")
    browser.wait_text("#empty", "Nothing heard yet")
    assert browser.text("#link") == "Not live"


def test_a_gateway_without_room_says_so(browser, make_stand):
    stand = make_stand("--max-streams", "1")
    stand.engine(ENGINE)
    other = Events(stand.gateway.port)
    other.expect("snapshot")
    browser.open(stand.url)
    browser.wait_text("#stale-why", "stream")
    other.close()
    browser.wait_text("#link", "Live")
    assert browser.text("#stale") is None
