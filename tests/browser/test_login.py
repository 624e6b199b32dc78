"""Signing in: with the access code, with a token, with a wrong one; a reader
may look but not act."""

import pytest

ENGINE = "nas.notes"
SECRETS = {"access_code": "open sesame", "api_token": "admin-0123456789",
           "reader_token": "reader-0123456789"}


@pytest.fixture
def stand(make_stand):
    stand = make_stand(secrets=SECRETS)
    stand.engine(ENGINE)
    return stand


def sign_in(browser, secret):
    browser.wait("document.getElementById('login').open")
    field = browser.find("#secret")
    field.clear()
    field.send_keys(secret)
    browser.click("#login-go")


def open_page(browser, stand):
    browser.open(stand.url)
    browser.wait("document.getElementById('login').open")


@pytest.mark.parametrize("secret", ("access_code", "api_token"))
def test_either_secret_lets_in(browser, stand, secret):
    stand.answer(ENGINE)
    open_page(browser, stand)
    assert browser.js("return document.activeElement.id;") == "secret"
    assert browser.all(".card") == []
    sign_in(browser, SECRETS[secret])
    browser.wait_text(".name", ENGINE)
    assert browser.js("return document.getElementById('login').open;") is False

    browser.click("[data-verb=sync]")
    browser.wait_text("#toasts", "sync requested")
    browser.open(stand.url)
    browser.wait_text(".name", ENGINE)
    # A token stays in this tab; the code is exchanged for a cookie.
    in_tab = browser.js("return sessionStorage.getItem('syncbus.token');")
    assert in_tab == (SECRETS[secret] if secret == "api_token" else None)
    kept = browser.js("return JSON.stringify(localStorage);")
    assert SECRETS[secret] not in kept

    browser.click("#logout")
    browser.wait("document.getElementById('login').open")


def test_a_wrong_one_is_refused_in_words(browser, stand):
    open_page(browser, stand)
    sign_in(browser, "guessed")
    browser.wait_text("#login-error", "neither the access code nor a token")
    assert browser.js("return document.activeElement.id;") == "secret"
    sign_in(browser, SECRETS["access_code"])
    browser.wait_text(".name", ENGINE)


def test_too_many_guesses_are_told_to_wait(browser, stand):
    open_page(browser, stand)
    for _ in range(12):
        browser.js("document.getElementById('login-error').textContent = '';")
        sign_in(browser, "guessed")
        browser.wait("document.getElementById('login-error').textContent")
        if "Too many attempts" in browser.text("#login-error"):
            return
    raise AssertionError(browser.text("#login-error"))


def test_a_reader_looks_but_does_not_act(browser, stand):
    answering = stand.answer(ENGINE)
    open_page(browser, stand)
    sign_in(browser, SECRETS["reader_token"])
    browser.wait_text(".name", ENGINE)
    browser.click("[data-verb=sync]")
    browser.wait("document.querySelector('.toast[data-kind=error]')")
    assert answering.commands == []


def test_a_session_that_ends_asks_again(browser, stand):
    open_page(browser, stand)
    sign_in(browser, SECRETS["api_token"])
    browser.wait_text(".name", ENGINE)
    browser.js("sessionStorage.setItem('syncbus.token', 'revoked');")
    browser.click("[data-verb=sync]")
    browser.wait("document.getElementById('login').open")
    browser.wait("document.querySelector('.card') === null")  # the next frame


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_the_dialog_has_no_violations(browser, stand, scheme):
    browser.scheme(scheme)
    open_page(browser, stand)
    browser.settle()
    browser.screenshot(f"{scheme}-login")
    assert browser.axe() == []
