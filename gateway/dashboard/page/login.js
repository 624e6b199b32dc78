/*
 * login.js - the dialog that asks for the access code or a token.
 */

import {Refused, isSignedIn, signIn, signOut} from "./api.js";
import {byId, setHidden, setText} from "./dom.js";
import {t} from "./texts.js";

let on_done = () => {};

export function start(done) {
    on_done = done;
    byId("login-form").addEventListener("submit", submit);
    /* There is nothing behind it to go back to. */
    byId("login").addEventListener("cancel", (event) =>
        event.preventDefault());
    byId("logout").addEventListener("click", async () => {
        await signOut();
        location.reload();
    });
    showButton();
}

export function ask(refused) {
    const dialog = byId("login");
    setText(byId("login-error"),
            refused && refused.status === 429 ? reasonOf(refused) : "");
    if (!dialog.open)
        dialog.showModal();
    byId("secret").focus();
}

export function showButton() {
    setHidden(byId("logout"), !isSignedIn());
}

async function submit(event) {
    event.preventDefault();
    const field = byId("secret"), go = byId("login-go");
    if (go.getAttribute("aria-disabled") === "true")
        return;
    go.setAttribute("aria-disabled", "true");
    setText(byId("login-error"), "");
    try {
        await signIn(field.value.trim(), byId("remember").checked);
        field.value = "";
        byId("login").close();
        showButton();
        on_done();
    } catch (problem) {
        setText(byId("login-error"), reasonOf(problem));
        field.focus();
        field.select();
    }
    go.removeAttribute("aria-disabled");
}

function reasonOf(problem) {
    if (!(problem instanceof Refused))
        return String(problem.message);
    if (problem.status === 0 || problem.status >= 500)
        return t("loginUnreachable");
    if (problem.status === 429)
        return t("loginWait", problem.waitSeconds);
    return t("loginWrong");
}
