/*
 * details.js - what opens below an engine: its runs with a chart and their
 * files, conflicts, the other engines of the repository, the engine itself.
 * Made when opened, loaded from /v1, thrown away when closed.
 */

import * as format from "./format.js";
import * as model from "./model.js";
import {Pages} from "./pages.js";
import {chart} from "./chart.js";
import {enginePath} from "./api.js";
import {icon, make, setText} from "./dom.js";
import {errorTexts, t, t2} from "./texts.js";

function outcome(run) {
    if (run.ok)
        return ["ok", t("ok"), "idle"];
    if (run.code === "cancelled" || run.code === "interrupted")
        return ["stopped", t(run.code), "disabled"];
    return ["failed", t("failed"), "error"];
}

function traffic(what, part) {
    return make("span", {class: "traffic"},
                icon(what === "sent" ? "up" : "down"),
                make("span", {class: "sr"}, t(what) + " "),
                `${format.bytes(part.bytes)} · ${t("files", part.files)}`);
}

function path(text) {
    return make("code", {class: "path", dir: "ltr"}, format.visible(text));
}

export class Details {
    constructor(engine, box) {
        this.engine = engine;
        this.runs_box = make("div");
        this.conflicts_box = make("div");
        this.about = make("dl", {class: "about"});
        this.kernels = make("ul", {class: "kernels"});
        box.replaceChildren(
            this.section("runs", this.runs_box),
            make("div", {class: "column"},
                 this.section("conflicts", this.conflicts_box),
                 this.section("kernels", this.kernels),
                 this.section("aboutEngine", this.about)));
        this.load();
    }

    section(key, body) {
        return make("section", {class: "part", "data-part": key},
                    make("h3", {}, t(key)), body);
    }

    load() {
        const chart_box = make("div");
        const runs = new Pages({
            path: enginePath(this.engine, "/runs"),
            key: "runs",
            draw: (run) => this.run(run),
            empty: t("noRuns"),
            on_rows: (rows) => chart_box.replaceChildren(
                ...(rows.length > 0 ? [chart(rows)] : [])),
        });
        const conflicts = new Pages({
            path: enginePath(this.engine, "/conflicts"),
            key: "conflicts",
            draw: (row) => this.conflict(row),
            empty: t("noConflicts"),
        });
        this.runs_box.replaceChildren(chart_box, runs.node);
        this.conflicts_box.replaceChildren(conflicts.node);
    }

    update(engine) {
        const last = engine.lastRun ? engine.lastRun.at : 0;
        if (this.last !== undefined && this.last !== last)
            this.reload(last);
        this.last = last;
        this.updateKernels(engine);
        this.updateAbout(engine);
        this.data = engine;
        this.tick();
    }

    /* A run ended; while somebody is reading inside, the lists stay. */
    reload() {
        if (this.runs_box.contains(document.activeElement) ||
            this.conflicts_box.contains(document.activeElement) ||
            this.runs_box.querySelector("[aria-expanded=true]"))
            return;
        this.load();
    }

    tick() {
        /* Of one that is there, only changes are told: it is heard now. */
        if (this.heard && this.data)
            setText(this.heard, model.isReachable(this.data) ? t("soon")
                : format.relative(this.data.heardAt, model.now()));
    }

    updateKernels(engine) {
        const kernels = model.kernelsOf(engine);
        const key = JSON.stringify(kernels.map((kernel) => kernel.engine));
        if (this.kernels_key === key)
            return;
        this.kernels_key = key;
        this.kernels.replaceChildren(...(kernels.length === 0
            ? [make("li", {class: "none"}, t("noOthers"))]
            : kernels.map((kernel) => make(
                "li", {}, make("strong", {}, kernel.engine), " ",
                make("span", {class: "muted"},
                     [kernel.host, kernel.os, kernel.version]
                         .filter(Boolean).join(" · "))))));
    }

    updateAbout(engine) {
        const rows = [
            ["id", engine.engine],
            ["host", engine.host],
            ["system", engine.os],
            ["version", engine.version],
            ["store", [engine.providerName, engine.cloudName]
                .filter(Boolean).join(" · ")],
        ].filter(([, value]) => value);
        const key = JSON.stringify(rows);
        if (this.about_key === key)
            return;
        this.about_key = key;
        this.heard = make("dd");
        this.about.replaceChildren(
            ...rows.map(([name, value]) => make(
                "div", {}, make("dt", {}, t(name)), make("dd", {}, value))),
            make("div", {}, make("dt", {}, t("heard")), this.heard));
    }

    /* ---- rows ---- */

    run(run) {
        const [kind, word, symbol] = outcome(run);
        const when = format.shortMoment(run.at, model.now());
        const files_id = `f-${this.engine}-${run.run}-${run.at}`;
        const files = make("div", {class: "files", id: files_id, hidden: true});
        const notes = [
            run.direction && run.direction !== "both"
                ? t2("direction", run.direction) : "",
            run.changes.upserts > 0
                ? t("writtenHere", run.changes.upserts) : "",
            run.changes.removes > 0
                ? t("removedHere", run.changes.removes) : "",
            run.changes.conflicts > 0
                ? t("conflictsN", run.changes.conflicts) : "",
        ].filter(Boolean).join(" · ");
        const button = make(
            "button", {type: "button", class: "link-button",
                       "aria-expanded": "false", "aria-controls": files_id,
                       "aria-label": t("filesOfRunOf", when),
                       on_click: () => this.toggleFiles(button, files, run)},
            icon("more"), t("filesOfRun"));

        return make(
            "li", {class: "run", "data-kind": kind, "data-run": run.run},
            make("div", {class: "run-line"},
                 make("div", {class: "run-head"},
                      make("span", {class: "outcome"}, icon(symbol), word),
                      make("time", {datetime: new Date(run.at).toISOString(),
                                    title: format.moment(run.at)}, when),
                      make("span", {class: "muted"},
                           format.duration(run.durationMs))),
                 make("div", {class: "run-moved"},
                      traffic("sent", run.uploaded),
                      traffic("received", run.downloaded)), button),
            notes ? make("p", {class: "run-notes"}, notes) : null,
            run.error ? make("p", {class: "run-notes"},
                             errorTexts(run.error).msg) : null, files);
    }

    toggleFiles(button, box, run) {
        const open = box.hidden;
        box.hidden = !open;
        button.setAttribute("aria-expanded", String(open));
        if (!open || box.firstChild)
            return;
        const files = new Pages({
            path: enginePath(this.engine, `/runs/${run.run}/changes`),
            key: "changes",
            draw: (row) => this.file(row),
            empty: t("noFiles"),
        });
        box.append(files.node);
    }

    file(row) {
        return make("li", {class: "file", "data-kind": row.kind},
                    make("span", {class: "file-kind"},
                         t2("kind", row.kind)),
                    path(row.path),
                    make("span", {class: "muted size"},
                         format.bytes(row.bytes)));
    }

    conflict(row) {
        return make(
            "li", {class: "conflict", "data-run": row.run},
            path(row.path),
            make("p", {}, t("conflict", t2("conflictKind", row.kind),
                            t2("won", row.winner))),
            make("p", {class: "muted"},
                 ...(row.kept ? [t("kept") + " ", path(row.kept)]
                     : [t("notKept")])));
    }
}
