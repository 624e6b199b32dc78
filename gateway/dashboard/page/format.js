/*
 * format.js - numbers and times for people, in the page's language.
 */

import {language, locale, t} from "./texts.js";

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const cache = new Map();

/* Intl objects are dear to make: one of each per language. */
function formatter(kind, options) {
    const key = kind + language + JSON.stringify(options);
    if (!cache.has(key))
        cache.set(key, new Intl[kind](locale(), options));
    return cache.get(key);
}

/*
 * Foreign text as it may be shown: what would turn the text around it, or not
 * be seen at all, is spelled out.  Joiners stay, scripts and emoji need them.
 */
export function visible(text) {
    return text.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
                        (c) => "\\u" + c.codePointAt(0).toString(16)
                            .padStart(4, "0"));
}

export function number(value, digits = 0) {
    return formatter("NumberFormat", {minimumFractionDigits: digits,
                                      maximumFractionDigits: digits})
        .format(value);
}

export function bytes(n) {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    while (n >= 1023.5 && unit < units.length - 1) {
        n /= 1024;
        unit++;
    }
    return number(n, unit > 0 && n < 99.95 ? 1 : 0) + "\u00a0" + units[unit];
}

function unit(value, name, digits = 0) {
    return formatter("NumberFormat", {style: "unit", unit: name,
                                      unitDisplay: "short",
                                      maximumFractionDigits: digits})
        .format(value);
}

export function duration(ms) {
    if (ms < SECOND)
        return unit(Math.round(ms), "millisecond");
    if (ms < 10 * SECOND)
        return unit(ms / SECOND, "second", 1);
    if (ms < MINUTE)
        return unit(Math.floor(ms / SECOND), "second");
    if (ms < HOUR) {
        const seconds = Math.floor(ms % MINUTE / SECOND);
        return unit(Math.floor(ms / MINUTE), "minute")
            + (ms < 10 * MINUTE && seconds > 0
                ? " " + unit(seconds, "second") : "");
    }
    if (ms < DAY) {
        const minutes = Math.floor(ms % HOUR / MINUTE);
        return unit(Math.floor(ms / HOUR), "hour")
            + (minutes > 0 ? " " + unit(minutes, "minute") : "");
    }
    return unit(Math.floor(ms / DAY), "day");
}

/* "3 minutes ago", "in 20 seconds"; "just now", "now". */
export function relative(at, now) {
    const difference = at - now, size = Math.abs(difference);
    const steps = [[DAY, "day"], [HOUR, "hour"], [MINUTE, "minute"],
                   [SECOND, "second"]];
    const [length, name] = steps.find(([length]) => size >= length)
        || steps[3];
    const rounded = Math.trunc(difference / length);
    if (rounded === 0)
        return t(difference < 0 ? "justNow" : "soon");
    return formatter("RelativeTimeFormat", {numeric: "always", style: "long"})
        .format(rounded, name);
}

export function clock(at) {
    return formatter("DateTimeFormat", {timeStyle: "medium"}).format(at);
}

export function moment(at) {
    return formatter("DateTimeFormat", {dateStyle: "medium",
                                        timeStyle: "medium"}).format(at);
}

/* Short: the day is left out when it is today. */
export function shortMoment(at, now) {
    const today = new Date(now).toDateString() === new Date(at).toDateString();
    return today ? clock(at)
        : formatter("DateTimeFormat", {month: "short", day: "numeric",
                                       hour: "numeric", minute: "2-digit"})
            .format(at);
}
