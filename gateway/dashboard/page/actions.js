/*
 * actions.js - the buttons: what was asked of an engine, and saying what came
 * of it.
 */

import * as format from "./format.js";
import * as model from "./model.js";
import {Refused, enginePath, post} from "./api.js";
import {announce, toast} from "./notice.js";
import {errorTexts, t} from "./texts.js";

const PENDING_MS = 8000; /* a command is answered within 5 s */
const pending = new Map(); /* engine -> {verb, timer} */
const awaited = new Map(); /* engine -> the run that was asked for */

let on_refused = () => {};

export function onRefused(callback) {
    on_refused = callback;
}

export function pendingVerb(engine) {
    const entry = pending.get(engine);
    return entry ? entry.verb : null;
}

function settle(engine) {
    const entry = pending.get(engine);
    if (!entry)
        return;
    clearTimeout(entry.timer);
    pending.delete(engine);
    model.change(engine);
}

export async function act(engine, verb) {
    settle(engine);
    pending.set(engine, {
        verb, timer: setTimeout(() => settle(engine), PENDING_MS)});
    model.change(engine);
    try {
        const reply = await post(enginePath(engine, "/" + verb));
        const said = {sync: "asked", cancel: "cancelAsked",
                      enable: "enabled", disable: "disabledNow"}[verb];
        toast(t(said, engine));
        if (verb === "sync" && reply.run)
            awaited.set(engine, reply.run);
    } catch (problem) {
        if (problem instanceof Refused && problem.status === 401)
            on_refused(problem);
        else
            toast(t("actionFailed", engine, reasonOf(problem)), "error");
    }
    settle(engine);
}

function reasonOf(problem) {
    if (!(problem instanceof Refused))
        return String(problem.message);
    if (problem.status === 0)
        return t("unreachable");
    if (problem.status === 403 && !/\D/.test(problem.message))
        return t("mayOnlyLook");
    return problem.message;
}

/* A state arrived: say what a person who waits wants to hear. */
export function follow(before, engine) {
    const last = engine.lastRun;
    if (!before)
        return;
    if (last && (!before.lastRun || before.lastRun.at !== last.at)) {
        const text = resultText(engine);
        if (awaited.has(engine.engine)
            && last.run >= awaited.get(engine.engine)) {
            awaited.delete(engine.engine);
            toast(text, last.ok ? "ok" : "error");
        } else if (!last.ok || model.engines.size <= 3) {
            announce(text);
        }
    } else if (before.state !== engine.state
               && ["offline", "stalled", "error"].includes(engine.state)) {
        announce(t("became", engine.engine, t(engine.state)));
    }
}

function resultText({engine, lastRun: last, lastError: error}) {
    if (last.code === "cancelled")
        return t("runCancelled", engine);
    if (!last.ok)
        return t("runFailed", engine,
                 error ? errorTexts(error).msg : last.code);
    if (last.uploaded.bytes + last.downloaded.bytes === 0)
        return t("nothingToDo", engine);
    return t("finished", engine, format.bytes(last.uploaded.bytes),
             format.bytes(last.downloaded.bytes));
}
