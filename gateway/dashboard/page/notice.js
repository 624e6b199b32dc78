/*
 * notice.js - what is said: short notices that are seen and read out, and
 * announcements that are only read out.  Neither is chatty: one announcement
 * at a time, and the same one is not repeated at once.
 */

import {byId, make} from "./dom.js";

const TOAST_MS = 6000;
const PAUSE_MS = 1500;
const MOST_WAITING = 5; /* beyond, the oldest is dropped */

const waiting = [];
let timer = 0, last = "";

export function toast(text, kind = "info") {
    const box = byId("toasts");
    const node = make("p", {class: "toast", "data-kind": kind}, text);
    box.append(node);
    while (box.childElementCount > 3)
        box.firstElementChild.remove();
    setTimeout(() => node.remove(), TOAST_MS);
}

export function announce(text) {
    if (text === last || waiting.includes(text))
        return;
    waiting.push(text);
    if (waiting.length > MOST_WAITING)
        waiting.shift();
    if (!timer)
        say();
}

function say() {
    const log = byId("announcer");
    const text = waiting.shift();
    if (text === undefined) {
        timer = 0;
        last = "";
        return;
    }
    last = text;
    log.replaceChildren(make("p", {}, text));
    timer = setTimeout(say, PAUSE_MS);
}
