/*
 * app.js - the page: the stream feeds the model, the model is drawn once per
 * frame, and what cannot be current is said.
 *
 *   stream.js ──▶ model.js ──▶ list.js ──▶ card.js ──▶ details.js
 *                    ▲                        │
 *                    └──── actions.js ◀───────┘ buttons
 */

import * as format from "./format.js";
import * as list from "./list.js";
import * as login from "./login.js";
import * as model from "./model.js";
import {Stream} from "./stream.js";
import {announce} from "./notice.js";
import {byId, setAttribute, setHidden, setText} from "./dom.js";
import {follow, onRefused} from "./actions.js";
import {language, loadCodes, setLanguage, t} from "./texts.js";

const LOST_MS = 1200; /* a shorter break is nobody's business */

let link = "connecting"; /* connecting, live, lost, stale */
let heard_at = 0; /* when the last word came, of our clock; 0: never */
let lost_timer = 0;
let lost_why = ""; /* the gateway's words, when it answered at all */
let frame = 0;

/* ---- drawing ---- */

function schedule() {
    if (!frame)
        frame = requestAnimationFrame(draw);
}

/* Frames stop while the page is hidden; the model goes on. */
function draw() {
    frame = 0;
    list.draw();
    const has_data = heard_at > 0;
    setHidden(byId("skeleton"), has_data);
    setHidden(byId("empty"), !has_data || model.engines.size > 0);
    setHidden(byId("bus"), !has_data || model.isBusUp());
    drawAway();
    drawLink();
    drawTitle();
}

/* What can be said while the hub is away depends on what was heard. */
function drawAway() {
    const nothing = model.engines.size === 0;
    const unheard = nothing && !model.isBusUp();
    setText(byId("bus-text"), t(nothing ? "busNever" : "busDown"));
    setText(byId("empty-title"), t(unheard ? "unheardTitle" : "emptyTitle"));
    setText(byId("empty-text"), t(unheard ? "unheardText" : "emptyText"));
}

function drawTitle() {
    const engines = [...model.engines.values()];
    const active = engines.filter(model.isActive);
    const failed = engines.filter(({state}) => state === "error").length;
    let text = "syncbus";

    if (link === "stale")
        text = "… " + text;
    else if (failed > 0)
        text = `(${failed}) ${t("error")} · ${text}`;
    else if (active.length === 1 && active[0].progress.overallPercent !== null)
        text = `${Math.floor(active[0].progress.overallPercent)} % · ${text}`;
    else if (active.length > 0)
        text = `${active.length} × ${t("syncing")} · ${text}`;
    if (document.title !== text)
        document.title = text;
}

function drawLink() {
    const shown = link === "live" && !model.isBusUp() ? "away" : link;
    setAttribute(byId("link"), "data-link", shown);
    setText(byId("link-text"), t(shown === "stale" ? "lost" : shown));
    setAttribute(document.body, "data-stale", link === "stale");
    setHidden(byId("stale"), link !== "stale");
    setText(byId("stale-text"), heard_at > 0
        ? t("stale", format.clock(heard_at)) : t("staleNothing"));
    setText(byId("stale-why"), lost_why);
}

function setLink(value) {
    const before = link;
    if (before === value)
        return;
    link = value;
    if (value === "stale")
        announce(t("lostSaid"));
    else if (before === "stale" && value === "live")
        announce(t("liveSaid"));
    model.setOnline(value === "live");
    drawLink();
    drawTitle();
}

/* ---- the stream ---- */

const handlers = {
    snapshot(data) {
        model.takeCommon(data);
        model.takeAll(data.engines);
    },

    state(data) {
        const before = model.engines.get(data.engine);
        model.takeCommon(data);
        model.take(data);
        follow(before, data);
    },

    beat(data) {
        model.takeCommon(data);
    },
};

const stream = new Stream("/v1/events", {
    open() {
        clearTimeout(lost_timer);
        lost_timer = 0;
        /* Who has been here before may hear nothing until something changes. */
        if (heard_at > 0)
            setLink("live");
    },

    event(name, data) {
        const handler = handlers[name];
        if (handler)
            handler(data);
        heard_at = Date.now();
        setLink("live");
        schedule();
    },

    lost(why) {
        lost_why = why;
        if (link === "stale")
            drawLink();
        if (link === "live")
            setLink("lost");
        if (!lost_timer && link !== "stale")
            lost_timer = setTimeout(() => setLink("stale"), LOST_MS);
    },

    refused(problem) {
        signInAgain(problem);
    },
});

function signInAgain(problem) {
    stream.stop();
    model.clear();
    schedule();
    login.ask(problem);
}

/* ---- the rest ---- */

function translate() {
    document.documentElement.lang = language;
    byId("lang").value = language;
    for (const node of document.querySelectorAll("[data-t]"))
        setText(node, t(node.dataset.t));
    for (const node of document.querySelectorAll("[data-t-label]"))
        setAttribute(node, "aria-label", t(node.dataset.tLabel));
    list.translate();
    drawAway();
    drawLink();
    drawTitle();
}

list.start();
login.start(() => stream.start());
model.onChange(schedule);
onRefused(signInAgain);
byId("lang").addEventListener("change", (event) => {
    setLanguage(event.target.value);
    translate();
});
byId("retry").addEventListener("click", () => stream.start());
addEventListener("online", () => stream.hurry());
document.addEventListener("visibilitychange", () => {
    if (!document.hidden)
        stream.hurry();
});
setInterval(list.tick, 1000);
translate();
stream.start();
loadCodes().then(() => {
    model.touchAll();
    schedule();
});
