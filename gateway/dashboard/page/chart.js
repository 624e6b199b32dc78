/*
 * chart.js - the last runs as two rows of bars, oldest on the left: how long
 * each took, and how much it moved.  Failed runs differ in shape too, not
 * only in colour.
 */

import * as format from "./format.js";
import {make, makeSvg} from "./dom.js";
import {t} from "./texts.js";

const SLOT = 10, BAR = 7, HEIGHT = 44, SHOWN = 40, LEAST_SLOTS = 14;
const LEAST = 2; /* a run that moved nothing is still a run */

function moved(run) {
    return run.uploaded.bytes + run.downloaded.bytes;
}

/* One part of a column, from bottom upwards. */
function rect(i, from, height, kind) {
    return makeSvg("rect", {x: i * SLOT + (SLOT - BAR) / 2,
                            y: HEIGHT - from - height, width: BAR,
                            height, class: kind});
}

/* Its height by its share of the largest. */
function column(i, parts, largest, label) {
    const group = makeSvg("g", {}, makeSvg("title", {}, label));
    let from = 0;
    for (const [value, kind] of parts) {
        const height = Math.max(largest > 0
            ? value / largest * (HEIGHT - 2) : 0, from === 0 ? LEAST : 0);
        if (height > 0)
            group.append(rect(i, from, height, kind));
        from += height;
    }
    return group;
}

function row(title, most, columns) {
    const width = Math.max(columns.length, LEAST_SLOTS) * SLOT;
    const left = columns.length * SLOT - width; /* the newest is at the right */
    return make("div", {class: "chart-row"},
                make("p", {class: "chart-title"}, title,
                     make("span", {}, " " + t("chartMost", most))),
                makeSvg("svg", {viewBox: `${left} 0 ${width} ${HEIGHT}`,
                                preserveAspectRatio: "none"}, ...columns));
}

/* runs: newest first. */
export function chart(runs) {
    const list = runs.slice(0, SHOWN).reverse();
    const longest = Math.max(...list.map((run) => run.durationMs));
    const most = Math.max(...list.map(moved));
    const failed = list.filter((run) => !run.ok).length;
    const when = (run) => format.moment(run.at);
    const durations = list.map((run, i) => column(
        i, [[run.durationMs, run.ok ? "took" : "bad"]], longest,
        `${when(run)}: ${format.duration(run.durationMs)}`));
    const traffic = list.map((run, i) => column(
        i, [[run.uploaded.bytes, "up"], [run.downloaded.bytes, "down"]], most,
        `${when(run)}: ${format.bytes(run.uploaded.bytes)} / `
        + format.bytes(run.downloaded.bytes)));

    return make(
        "figure", {class: "chart", role: "img",
                   "aria-label": t("chartLabel", list.length, failed,
                                   format.duration(longest),
                                   format.bytes(most))},
        row(t("duration"), format.duration(longest), durations),
        row(t("transferred"), format.bytes(most), traffic),
        make("p", {class: "chart-foot"},
             make("span", {}, "← " + t("older")),
             make("span", {class: "legend"},
                  make("i", {class: "up"}), t("sent"),
                  make("i", {class: "down"}), t("received"),
                  make("i", {class: "bad"}), t("failed")),
             make("span", {}, t("newer") + " →")));
}
