/*
 * model.js - what the page knows: the engines as the gateway last told them,
 * and how the gateway's clock compares with this one.  It draws nothing: it
 * notes what changed, and app.js asks once per frame.
 */

export const STATES = ["syncing", "queued", "stalled", "error", "idle",
                       "disabled", "offline", "unknown"];

export const engines = new Map(); /* id -> what /v1/engines/{id} says */
export const changed = new Set(); /* ids to draw again */

let online = false;
let offset_ms = 0; /* gateway's clock minus ours */
let bus = "up";

export function now() {
    return Date.now() + offset_ms;
}

/* Draw this engine again. */
export function change(id) {
    if (engines.has(id))
        changed.add(id);
    on_change();
}

/* Called, from anywhere, when there is something to draw. */
let on_change = () => {};

export function onChange(callback) {
    on_change = callback;
}

/* Is the gateway there, so that commands make sense? */
export function isOnline() {
    return online;
}

export function setOnline(value) {
    if (online === value)
        return;
    online = value;
    touchAll();
    on_change();
}

export function isBusUp() {
    return bus === "up";
}

export function isActive(engine) {
    return engine.state === "syncing" || engine.state === "stalled";
}

/* Can it hear a command? */
export function isReachable(engine) {
    return engine.state !== "offline" && engine.state !== "unknown";
}

/* What every message may carry. */
export function takeCommon(data) {
    if (data.asOfMs && data.bus !== "down")
        offset_ms = data.asOfMs - Date.now();
    if (data.bus)
        bus = data.bus;
}

/* The other live engines of the same repository. */
export function kernelsOf({engine: id, repo}) {
    return repo ? [...engines.values()].filter((other) => other.engine !== id
        && other.repo === repo && isReachable(other)) : [];
}

/* Who shows the engine among its kernels, when it comes or goes. */
function changeSisters(engine, before) {
    if (before && before.repo === engine.repo
        && isReachable(before) === isReachable(engine))
        return;
    for (const other of engines.values()) {
        if (other.repo && (other.repo === engine.repo
                           || before && other.repo === before.repo))
            changed.add(other.engine);
    }
}

/* One engine, new or changed. */
export function take(engine) {
    const before = engines.get(engine.engine);
    engine.heardAt = now() - (engine.ageMs || 0);
    engines.set(engine.engine, engine);
    changed.add(engine.engine);
    changeSisters(engine, before);
}

/* All engines: who is not among them is gone. */
export function takeAll(list) {
    const listed = new Set(list.map((engine) => engine.engine));
    for (const id of engines.keys()) {
        if (!listed.has(id)) {
            engines.delete(id);
            changed.add(id);
        }
    }
    list.forEach(take);
}

export function touchAll() {
    for (const id of engines.keys())
        changed.add(id);
}

export function clear() {
    touchAll();
    engines.clear();
}

/* How many engines are in each state. */
export function countStates() {
    const counts = new Map(STATES.map((state) => [state, 0]));
    for (const {state} of engines.values())
        counts.set(state, (counts.get(state) || 0) + 1);
    return counts;
}
