/*
 * api.js - the gateway's HTTP, with whatever credential this tab has: a token
 * kept in sessionStorage and sent as Authorization, or the session cookie
 * that the browser sends by itself.
 */

import {device, tab} from "./storage.js";

const TOKEN_KEY = "syncbus.token";
const SIGNED_IN_KEY = "syncbus.signed-in"; /* a cookie cannot be seen */

export class Refused extends Error {
    constructor(status, msg, waitSeconds) {
        super(msg || String(status));
        this.status = status; /* 0: the gateway was not reached */
        this.waitSeconds = waitSeconds;
    }
}

function token() {
    return tab.get(TOKEN_KEY);
}

function headersFor(secret, more) {
    return secret ? {...more, Authorization: "Token " + secret} : {...more};
}

/* A request with this tab's credential: the Response, or Refused. */
export async function request(path, options = {}, secret = token()) {
    let answer;
    try {
        answer = await fetch(path, {
            credentials: "same-origin",
            cache: "no-store",
            ...options,
            headers: headersFor(secret, options.headers),
        });
    } catch (problem) {
        if (problem.name === "AbortError")
            throw problem;
        throw new Refused(0, problem.message);
    }
    if (answer.ok)
        return answer;
    throw new Refused(answer.status, await messageOf(answer),
                      Number(answer.headers.get("Retry-After")) || 0);
}

/* In SiYuan's form, or in that of /v1. */
async function messageOf(answer) {
    try {
        const {msg, error} = await answer.json();
        return error ? `${error.msg} ${error.remedy}`.trim() : msg || "";
    } catch (problem) {
        return "";
    }
}

export async function getJson(path) {
    return (await request(path)).json();
}

/* SiYuan's envelope, where there is one: its data, or Refused. */
export async function post(path, body = {}) {
    const answer = await request(path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: {"Content-Type": "application/json"},
    });
    const text = await answer.text();
    const result = text ? JSON.parse(text) : {};
    if (typeof result.code === "number" && result.code !== 0)
        throw new Refused(answer.status, result.msg, 0);
    return result.data || result;
}

export function enginePath(engine, rest = "") {
    return "/v1/engines/" + encodeURIComponent(engine) + rest;
}

/* ---- signing in ---- */

async function tryToken(secret) {
    /* Only what may stand in a header can be a token. */
    if (!/^[\x21-\x7e]+$/.test(secret))
        return false;
    try {
        await request("/v1/engines", {}, secret);
    } catch (problem) {
        if (problem.status === 401)
            return false;
        throw problem;
    }
    tab.set(TOKEN_KEY, secret);
    return true;
}

/*
 * Sign in with a token or the access code, whichever it is.  Resolves when
 * the gateway took it; Refused otherwise.  The token is tried first: a right
 * one leaves no failed login behind.
 */
export async function signIn(secret, remember) {
    tab.remove(TOKEN_KEY);
    if (!await tryToken(secret)) {
        await post("/api/system/loginAuth",
                   {authCode: secret, rememberMe: remember});
    }
    device.set(SIGNED_IN_KEY, "yes");
}

export async function signOut() {
    const secret = token();
    forget();
    if (!secret)
        await post("/api/system/logoutAuth").catch(() => {});
}

export function isSignedIn() {
    return device.get(SIGNED_IN_KEY) !== null;
}

/* The gateway no longer takes what we have. */
export function forget() {
    tab.remove(TOKEN_KEY);
    device.remove(SIGNED_IN_KEY);
}
