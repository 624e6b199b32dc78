/*
 * card.js - one engine on the page.  The elements are made once; update()
 * changes only what differs, so focus and reading position stay.
 */

import * as format from "./format.js";
import * as model from "./model.js";
import {icon, make, setAttribute, setHidden, setIcon, setText} from "./dom.js";
import {act, pendingVerb} from "./actions.js";
import {Details} from "./details.js";
import {ErrorBox} from "./error_box.js";
import {t, t2} from "./texts.js";

export class Card {
    constructor(id) {
        this.id = id;
        this.build();
    }

    /* ---- building ---- */

    build() {
        const key = "e-" + this.id;
        this.name = make("h2", {class: "name", id: key}, this.id);
        this.where = make("p", {class: "where"});
        this.badge_icon = icon("unknown");
        this.badge_word = make("span");
        this.badge = make("p", {class: "badge"}, this.badge_icon,
                          this.badge_word);
        this.error = new ErrorBox();
        this.details_box = make("div", {class: "details", id: key + "-more",
                                        hidden: true});
        this.more_text = make("span");
        this.more = make("button",
                         {type: "button", class: "more",
                          "aria-expanded": "false",
                          "aria-controls": key + "-more",
                          on_click: () => this.toggle()},
                         icon("more"), this.more_text);
        this.node = make(
            "li", {class: "card", "data-engine": this.id},
            make("article", {"aria-labelledby": key},
                 make("div", {class: "head"},
                      make("div", {class: "title"}, this.name, this.badge),
                      this.where),
                 this.buildActions(), this.buildProgress(), this.error.node,
                 this.buildFacts(), this.more, this.details_box));
    }

    buildActions() {
        const button = (verb, kind) => make(
            "button", {type: "button", class: "button " + kind,
                       "data-verb": verb,
                       on_click: (event) => this.press(event, verb)},
            make("span"));
        this.sync = button("sync", "primary");
        this.cancel = button("cancel", "");
        this.auto = make("button",
                         {type: "button", class: "switch", role: "switch",
                          "data-verb": "toggle",
                          on_click: (event) => this.press(event, "toggle")},
                         make("span", {class: "track", "aria-hidden": "true"}),
                         make("span"));
        return make("div", {class: "actions"}, this.auto, this.sync,
                    this.cancel);
    }

    buildProgress() {
        this.what = make("span", {class: "what"});
        this.item_text = make("bdi", {dir: "ltr"});
        this.item = make("span", {class: "item"}, this.item_text);
        this.percent = make("span", {class: "percent"});
        this.fill = make("span", {class: "fill"});
        this.bar = make("div", {class: "bar", role: "progressbar",
                                "aria-valuemin": "0",
                                "aria-valuemax": "100"}, this.fill);
        this.meta = make("p", {class: "meta"});
        return make("div", {class: "progress"},
                    make("p", {class: "line"}, this.what, this.item,
                         this.percent),
                    this.bar, this.meta);
    }

    buildFacts() {
        this.facts = {};
        const list = make("dl", {class: "facts"});
        for (const key of ["lastRun", "nextRun", "traffic", "kernels"]) {
            const label = make("dt"), value = make("dd");
            this.facts[key] = {label, value};
            list.append(make("div", {}, label, value));
        }
        return list;
    }

    /* ---- what the user does ---- */

    press(event, verb) {
        if (event.currentTarget.getAttribute("aria-disabled") === "true")
            return;
        if (verb === "toggle")
            verb = this.engine.enabled ? "disable" : "enable";
        act(this.id, verb);
    }

    toggle() {
        const open = this.details_box.hidden;
        setAttribute(this.more, "aria-expanded", String(open));
        setHidden(this.details_box, !open);
        this.beOneOf(this.many);
        if (open) {
            this.details = new Details(this.id, this.details_box);
            this.details.update(this.engine);
        } else {
            this.details = null;
            this.details_box.replaceChildren();
        }
    }

    /* ---- drawing ---- */

    /* One of many is small until it is opened. */
    beOneOf(many) {
        this.many = many;
        setAttribute(this.node, "data-small", many && this.details_box.hidden);
    }

    update(engine) {
        this.engine = engine;
        this.updateHead();
        this.updateActions();
        this.updateProgress();
        this.updateFacts();
        this.error.update(engine);
        this.tick();
        if (this.details)
            this.details.update(engine);
    }

    /* Once per second: only what time itself changes. */
    tick() {
        this.updateTimes();
        if (this.details)
            this.details.tick();
    }

    /* In another language. */
    translate() {
        if (this.details) {
            this.details = new Details(this.id, this.details_box);
        }
        this.update(this.engine);
    }

    updateHead() {
        const {engine} = this;
        const place = [engine.providerName, engine.cloudName,
                       engine.host].filter(Boolean).join(" · ");
        setText(this.where, place + (engine.live === "dup"
            ? " · " + t("dup") : ""));
        setAttribute(this.node, "data-state", engine.state);
        setIcon(this.badge_icon, model.STATES.includes(engine.state)
            ? engine.state : "unknown");
        setText(this.badge_word, t(engine.state) || engine.state);
        setText(this.more_text, t("more"));
        setAttribute(this.more, "aria-label", t("of", t("more"), this.id));
    }

    updateActions() {
        const {engine} = this;
        const reachable = model.isReachable(engine) && model.isOnline();
        const busy = pendingVerb(this.id);
        const label = (button, key, enabled) => {
            setText(button.lastChild, t(key));
            setAttribute(button, "aria-label", t("of", t(key), this.id));
            setAttribute(button, "aria-disabled", String(!enabled));
        };
        label(this.sync, "sync",
              reachable && !busy && engine.enabled && !model.isActive(engine)
              && engine.state !== "queued");
        label(this.cancel, "cancel",
              reachable && busy !== "cancel"
              && (model.isActive(engine) || engine.state === "queued"));
        label(this.auto, "toggle", reachable && !busy);
        setAttribute(this.auto, "aria-checked", String(engine.enabled));
        setAttribute(this.sync, "data-busy", busy === "sync");
        setAttribute(this.cancel, "data-busy", busy === "cancel");
    }

    updateProgress() {
        const {engine} = this;
        const active = model.isActive(engine);
        const {item, overallPercent} = engine.progress;
        const path = active ? format.visible(item) : "";

        setText(this.what, active ? this.phaseText() : this.restText());
        setText(this.item_text, path);
        setAttribute(this.item, "title", path || null);
        /* Of the whole run or none: that of a phase would go back. */
        if (active)
            this.drawBar(overallPercent);
        else
            this.drawBar(engine.state === "idle" && engine.synced > 0
                ? 100 : null);
        setText(this.percent, active && overallPercent !== null
            ? format.number(Math.floor(overallPercent)) + " %" : "");
        /* A bar that measures nothing is decoration. */
        setAttribute(this.bar, "aria-hidden", active ? null : "true");
        setAttribute(this.bar, "aria-label", t("progressOf", this.id));
    }

    /* null: unknown. */
    drawBar(percent) {
        const whole = percent === null ? null : Math.floor(percent);
        this.fill.style.transform = `scaleX(${(percent || 0) / 100})`;
        setAttribute(this.bar, "aria-valuenow", whole);
        setAttribute(this.bar, "aria-valuetext", whole === null
            ? this.phaseText() : t("percentSaid", whole, this.phaseText()));
    }

    phaseText() {
        const {phase} = this.engine.progress;
        return phase ? t2("phase", phase) : t(this.engine.state);
    }

    restText() {
        const {state, synced} = this.engine;
        if (state === "idle")
            return t(synced > 0 ? "restIdle" : "restNever");
        return t("rest" + state[0].toUpperCase() + state.slice(1)) || state;
    }

    activeMeta() {
        const {progress: p, state} = this.engine;
        return [
            state === "stalled" ? t("stalledNote") : "",
            p.total > 0 ? t("items", p.current, p.total) : "",
            p.bytesTotal > 0 ? t("bytesOf", format.bytes(p.bytesCurrent),
                                 format.bytes(p.bytesTotal)) : "",
            p.bytesPerSecond > 0 && state !== "stalled"
                ? t("rate", format.bytes(p.bytesPerSecond)) : "",
            p.etaSeconds === null ? ""
                : t("left", format.duration(p.etaSeconds * 1000)),
            format.visible(this.engine.message || ""),
        ].filter(Boolean).join(" · ");
    }

    restMeta() {
        const {engine} = this, now = model.now();
        if (!model.isReachable(engine))
            return `${t("heard")} ${format.relative(engine.heardAt, now)}`;
        if (engine.synced === 0)
            return `${t("lastSuccess")}: ${t("never")}`;
        return `${t("lastSuccess")} ${format.relative(engine.synced, now)}`;
    }

    updateTimes() {
        const {engine} = this, now = model.now();
        const last = engine.lastRun;

        setText(this.meta, model.isActive(engine) ? this.activeMeta()
            : this.restMeta());
        setText(this.facts.lastRun.value, last
            ? t("ran", format.relative(last.at, now),
                format.duration(last.durationMs))
            : t("never"));
        setAttribute(this.facts.lastRun.value, "title",
                     last ? format.moment(last.at) : null);
        setText(this.facts.nextRun.value, this.nextText(now));
    }

    nextText(now) {
        const {nextRunAt, failuresInARow: failures} = this.engine;
        const when = nextRunAt ? format.relative(Math.max(nextRunAt, now), now)
            : t("notScheduled");
        return failures > 0 ? `${when} (${t("failures", failures)})` : when;
    }

    updateFacts() {
        const {lastRun: last} = this.engine;
        const kernels = model.kernelsOf(this.engine);
        for (const [key, {label}] of Object.entries(this.facts))
            setText(label, t(key));
        setText(this.facts.traffic.value, last
            ? `${format.bytes(last.uploaded.bytes)} / `
              + format.bytes(last.downloaded.bytes) : "–");
        setText(this.facts.kernels.value, kernels.length > 0
            ? t("others", kernels.length) : t("noOthers"));
        setAttribute(this.facts.kernels.value, "title", kernels.length > 0
            ? kernels.map((kernel) => kernel.engine).join("\n") : null);
    }
}
