/*
 * stream.js - Server-Sent Events over fetch, because EventSource can send no
 * Authorization.  Reconnects by itself for ever; a stream that is silent for
 * longer than its beat is given up and opened again.
 */

import {Refused, request} from "./api.js";

const SILENCE_MS = 22000; /* the gateway beats every 15 s */
const FIRST_WAIT_MS = 400;
const LAST_WAIT_MS = 5000;

/*
 * Feed it text as it comes; calls on_event({event, data, id}) per event.
 * https://html.spec.whatwg.org/#event-stream-interpretation
 */
export function parser(on_event) {
    let rest = "", event = "", id = "", data = [];

    function line(text) {
        if (text === "") {
            if (data.length > 0)
                on_event({id, event: event || "message",
                          data: data.join("\n")});
            event = "";
            data = [];
            return;
        }
        const colon = text.indexOf(":");
        const field = colon < 0 ? text : text.slice(0, colon);
        const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
        if (field === "event")
            event = value;
        else if (field === "data")
            data.push(value);
        else if (field === "id")
            id = value;
    }

    return (text) => {
        const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
        rest = lines.pop();
        lines.forEach(line);
    };
}

/*
 * Keep a stream open.  on.event(name, data), on.open(), on.lost(why),
 * on.refused(refused): 401 and 403 end it until start() is called again.
 */
export class Stream {
    constructor(path, on) {
        this.path = path;
        this.on = on;
        this.wait_ms = FIRST_WAIT_MS;
        this.timer = 0;
        this.controller = null;
        this.id = "";
    }

    start() {
        this.stop();
        this.wait_ms = FIRST_WAIT_MS;
        this.run();
    }

    stop() {
        clearTimeout(this.timer);
        clearTimeout(this.watchdog);
        if (this.controller)
            this.controller.abort();
        this.controller = null;
    }

    /* Try at once, if it is waiting. */
    hurry() {
        if (!this.controller)
            this.start();
    }

    async run() {
        const controller = new AbortController();
        this.controller = controller;
        this.watch();
        let why = "";
        try {
            await this.read(controller);
        } catch (problem) {
            if (controller !== this.controller)
                return; /* stopped, or started anew */
            if (problem instanceof Refused &&
                (problem.status === 401 || problem.status === 403)) {
                this.stop();
                this.on.refused(problem);
                return;
            }
            why = problem.status > 0 ? problem.message : "";
        }
        if (controller === this.controller)
            this.again(why);
    }

    async read(controller) {
        const headers = {Accept: "text/event-stream"};
        if (this.id)
            headers["Last-Event-ID"] = this.id;
        const answer = await request(this.path,
                                     {headers, signal: controller.signal});
        const reader = answer.body.pipeThrough(new TextDecoderStream())
            .getReader();
        const feed = parser((event) => {
            this.id = event.id || this.id;
            this.wait_ms = FIRST_WAIT_MS;
            this.on.event(event.event, JSON.parse(event.data));
        });
        this.on.open();
        for (;;) {
            const {value, done} = await reader.read();
            if (done || controller !== this.controller)
                return;
            this.watch();
            feed(value);
        }
    }

    watch() {
        const controller = this.controller;
        clearTimeout(this.watchdog);
        this.watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
    }

    again(why) {
        clearTimeout(this.watchdog);
        this.controller = null;
        this.on.lost(why);
        this.timer = setTimeout(() => this.run(),
                                this.wait_ms * (0.75 + Math.random() / 2));
        this.wait_ms = Math.min(this.wait_ms * 2, LAST_WAIT_MS);
    }
}
