"""What the buttons send, and what is said when it is refused."""

import pytest

from answering import refusal
from stand import syncing

ENGINE = "nas.notes"


@pytest.fixture
def stand(make_stand):
    return make_stand()


def open_page(browser, stand, **fields):
    stand.engine(ENGINE, **fields)
    answering = stand.answer(ENGINE)
    browser.open(stand.url)
    browser.wait_text(".name", ENGINE)
    return answering


def commands(answering):
    return [c["cmd"] for c in answering.commands]


def test_cancel_is_sent_while_a_run_is_under_way(browser, stand):
    answering = open_page(browser, stand, **syncing())
    assert browser.attribute("[data-verb=sync]", "aria-disabled") == "true"
    browser.click("[data-verb=cancel]")
    browser.wait_text("#toasts", "will stop at the next safe point")
    assert commands(answering) == ["cancel"]


def test_a_disabled_button_sends_nothing(browser, stand):
    answering = open_page(browser, stand)
    browser.click("[data-verb=cancel]")
    browser.click("[data-verb=sync]")
    browser.wait_text("#toasts", "sync requested")
    assert commands(answering) == ["sync"]


def test_enable_and_disable_follow_the_switch(browser, stand):
    answering = open_page(browser, stand)
    browser.click("[role=switch]")
    browser.wait_text("#toasts", "sync is switched off")
    stand.engines[ENGINE].send(st="disabled", en=False)
    browser.wait_text(".badge", "Disabled")
    # It would be refused.
    assert browser.attribute("[data-verb=sync]", "aria-disabled") == "true"
    browser.click("[role=switch]")
    browser.wait_text("#toasts", "sync is switched on")
    assert commands(answering) == ["disable", "enable"]


def test_a_refusal_is_said_in_words(browser, stand):
    answering = open_page(browser, stand)
    answering.answer = lambda command: refusal("forbidden")
    browser.click("[data-verb=sync]")
    browser.wait("document.querySelector('.toast[data-kind=error]')")
    assert ENGINE in browser.text("#toasts")


def test_the_focus_stays_on_the_button_through_updates(browser, stand):
    open_page(browser, stand)
    browser.click("[data-verb=sync]")
    stand.engines[ENGINE].send(**syncing())
    browser.wait_text(".badge", "Syncing")
    assert browser.js("return document.activeElement.dataset.verb;") == "sync"


def test_an_engine_that_is_gone_takes_no_orders(browser, stand):
    open_page(browser, stand)
    stand.engines[ENGINE].send(st="bye")
    stand.engines[ENGINE].close()
    browser.wait_text(".badge", "Offline")
    for verb in ("sync", "cancel", "toggle"):
        assert browser.attribute(f"[data-verb={verb}]",
                                 "aria-disabled") == "true"
