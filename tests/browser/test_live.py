"""A real engine syncs, and the page shows it: by itself, and on a click."""

import contextlib
import os

import pytest

import dejavu_reader
from bus import Hub
from engine import KEY, Device
from gateway import Gateway
from syncbus_test import Held, wait_until

ENGINE = "device"
CARD = f"[data-engine='{ENGINE}']"

# Every value the progress bar takes, from before the run on.
RECORD = """
window.seen = [];
const bar = document.querySelector("[role=progressbar]");
const note = () => {
    const state = bar.closest(".card").dataset.state;
    if (state === "syncing")
        seen.push(Number(bar.getAttribute("aria-valuenow")));
};
new MutationObserver(note).observe(bar.closest(".card"),
    {attributes: true, subtree: true, attributeFilter:
        ["aria-valuenow", "data-state"]});
"""


@pytest.fixture
def device(short_dir):
    device = Device(short_dir, name=ENGINE)
    device.fill(40)
    return device


@pytest.fixture
def page(browser, processes, short_dir, device):
    """The dashboard of a real engine whose first run is over."""
    hub = Hub(short_dir)
    hub.start(processes)
    gateway = Gateway(processes, hub, "--hub-control", hub.control)
    device.start(processes, "--watch", "no", "--interval", "3600",
                 hub=f"ipc://{short_dir}", direction="both").wait_ready()
    browser.open(f"http://127.0.0.1:{gateway.port}/")
    browser.wait_text(f"{CARD} .badge", "Idle")
    browser.wait_text(f"{CARD} .facts", "ago")
    return browser


def from_another_device(device, folder, count):
    """Files that the next run fetches; their chunks in the store."""
    folder.mkdir()
    other = Device(folder, store=device.store, name="other")
    names = [f"assets/figure{i}.png" for i in range(count)]
    for name in names:
        other.write(name, "").write_bytes(os.urandom(300_000))
    assert other.once(direction="both").returncode == 0
    files = dejavu_reader.verify(device.cloud, KEY).files
    return [device.cloud / "objects" / chunk[:2] / chunk[2:]
            for name in names for chunk in files["/" + name]["chunks"]]


def test_a_click_runs_a_sync_that_is_seen_from_start_to_end(page, device,
                                                            short_dir):
    chunks = from_another_device(device, short_dir / "other", 6)
    page.js(RECORD)
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(Held(path)) for path in chunks]
        page.click(f"{CARD} [data-verb=sync]")
        page.wait_text("#toasts", "sync requested")
        shown = 0
        while held:  # one after the other, each when the page has shown one
            wanted = wait_until(lambda: [one for one in held if one.is_wanted],
                                20, "a chunk")
            wanted[0].let_go()
            held.remove(wanted[0])
            if held:
                shown = page.wait(f"Math.max(...seen, 0) > {shown}"
                                  " && Math.max(...seen)")
    page.wait_text("#toasts", "device: synced, ", 60)
    page.wait_text(f"{CARD} .badge", "Idle")

    seen = page.js("return seen;")
    between = {value for value in seen if 0 < value < 100}
    assert len(between) >= 3, seen
    assert seen == sorted(seen), seen
    assert len(device.runs()) == 2 and device.runs()[-1]["ok"]
    assert page.console() == []


def test_the_history_shows_the_run_and_its_files(page, device):
    device.write("20240101120000-testbox/added.sy", "a new page")
    page.click(f"{CARD} [data-verb=sync]")
    page.wait_text("#toasts", "device: synced, ", 60)
    page.click(f"{CARD} .more")
    page.wait(f"document.querySelectorAll(\"{CARD} .run\").length === 2")
    assert page.js("return document.querySelectorAll('.chart g').length;") == 4

    page.click(f"{CARD} .run .link-button")
    page.wait_text(f"{CARD} .files", "/20240101120000-testbox/added.sy")
    assert "sent" in page.text(f"{CARD} .files")
    assert page.console() == []


def test_an_open_history_takes_up_the_run_that_ends(page, device):
    page.click(f"{CARD} .more")
    page.wait(f"document.querySelectorAll(\"{CARD} .run\").length === 1")
    device.write("20240101120000-testbox/more.sy", "more")
    page.click(f"{CARD} [data-verb=sync]")
    page.wait(f"document.querySelectorAll(\"{CARD} .run\").length === 2")


def test_sync_is_switched_off_and_on(page):
    switch = f"{CARD} [role=switch]"
    assert page.attribute(switch, "aria-checked") == "true"
    page.click(switch)
    page.wait_text(f"{CARD} .badge", "Disabled")
    page.wait(f"document.querySelector(\"{switch}\")"
              ".getAttribute('aria-checked') === 'false'")
    page.wait_text("#toasts", "sync is switched off")
    page.click(switch)
    page.wait_text(f"{CARD} .badge", "Idle")
    page.wait_text("#toasts", "sync is switched on")
    assert page.console() == []


def test_a_run_that_fails_says_why_and_what_to_do(page, device):
    assert "Failed" not in page.text()
    for path in device.store.rglob("*"):
        if path.is_file() and "refs" not in path.parts:
            path.unlink()
    device.write("20240101120000-testbox/last.sy", "x")
    page.click(f"{CARD} [data-verb=sync]")
    page.wait_text(f"{CARD} .badge", "Failed", 60)
    box = page.text(f"{CARD} .error-box")
    assert "What to do" in box
    assert len(box) > 60, box
