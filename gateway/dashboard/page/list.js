/*
 * list.js - all engines: their cards in the order of their ids, how many are
 * in each state, and which of them to show.
 */

import * as model from "./model.js";
import {byId, icon, make, setAttribute, setHidden, setText} from "./dom.js";
import {Card} from "./card.js";
import {t} from "./texts.js";

const MANY = 6; /* from here on cards are small until opened */
const FIND_FROM = 9;

const cards = new Map();
const chips = new Map();
let only = ""; /* the chosen state; "" is all */
let wanted = ""; /* what stands in the search box */

export function start() {
    const box = byId("chips");
    for (const state of ["", ...model.STATES]) {
        const number = make("b");
        const node = make("button",
                          {type: "button", class: "chip", "data-state": state,
                           "aria-pressed": String(state === ""),
                           on_click: () => choose(state)},
                          state ? icon(state) : "", make("span"), " ", number);
        chips.set(state, {node, number, word: node.querySelector("span")});
        box.append(node);
    }
    byId("find").addEventListener("input", (event) => {
        wanted = event.target.value.trim().toLowerCase();
        filter();
    });
}

function choose(state) {
    only = state;
    for (const [key, {node}] of chips)
        setAttribute(node, "aria-pressed", String(key === state));
    filter();
}

/* Everything that changed since the last time. */
export function draw() {
    const ids = [...model.changed];
    model.changed.clear();
    for (const id of ids) {
        const engine = model.engines.get(id);
        if (engine)
            put(id, engine);
        else
            drop(id);
    }
    drawOverview();
    filter();
}

function put(id, engine) {
    let card = cards.get(id);
    if (!card) {
        card = new Card(id);
        cards.set(id, card);
        insert(card);
    }
    card.update(engine);
}

/* Ids arrive in their order mostly: look from the end. */
function insert(card) {
    const list = byId("engines");
    let next = null;
    for (let node = list.lastElementChild;
         node && node.dataset.engine > card.id;
         node = node.previousElementSibling)
        next = node;
    list.insertBefore(card.node, next);
}

function drop(id) {
    const card = cards.get(id);
    if (!card)
        return;
    if (card.node.contains(document.activeElement))
        byId("engines").focus();
    card.node.remove();
    cards.delete(id);
}

function drawOverview() {
    const counts = model.countStates();
    const total = model.engines.size;

    setHidden(byId("overview"), total < 2);
    setHidden(byId("find-box"), total < FIND_FROM);
    for (const card of cards.values())
        card.beOneOf(total >= MANY);
    for (const [state, {node, number, word}] of chips) {
        const n = state ? counts.get(state) : total;
        setText(word, state ? t(state) : t("all"));
        setText(number, String(n));
        setHidden(node, n === 0 && state !== only && state !== "");
    }
}

function matches(engine) {
    const {engine: id, host, state} = engine;
    return (only === "" || state === only)
        && (wanted === "" || `${id} ${host}`.toLowerCase()
            .includes(wanted));
}

function filter() {
    let shown = 0;
    for (const [id, engine] of model.engines) {
        const visible = matches(engine);
        /* Who works on a card keeps it, whatever state it is in. */
        const {node} = cards.get(id);
        setHidden(node, !visible && !node.contains(document.activeElement));
        shown += visible ? 1 : 0;
    }
    setHidden(byId("none-match"), shown > 0 || model.engines.size === 0);
}

export function tick() {
    if (document.hidden)
        return;
    for (const card of cards.values()) {
        if (!card.node.hidden)
            card.tick();
    }
}

export function translate() {
    for (const card of cards.values())
        card.translate();
    byId("find").placeholder = t("findHint");
    drawOverview();
}
