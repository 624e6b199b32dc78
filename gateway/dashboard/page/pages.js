/*
 * pages.js - a list that is loaded from the gateway page by page, with what
 * to show while loading, when it is empty, and when loading failed.
 */

import {getJson} from "./api.js";
import {make} from "./dom.js";
import {t} from "./texts.js";

export class Pages {
    /*
     * path: of the first page.  key: the member of the answer that holds the
     * rows.  draw(row): its <li>.  empty: text for no rows.  on_rows(rows):
     * called with all rows whenever there are more.
     */
    constructor({path, key, draw, empty, on_rows = () => {}}) {
        Object.assign(this, {path, key, draw, empty, on_rows});
        this.list = make("ul", {class: "rows"});
        this.foot = make("p", {class: "rows-foot"});
        this.node = make("div", {}, this.list, this.foot);
        this.rows = [];
        this.load(null);
    }

    async load(after) {
        const path = after === null ? this.path
            : `${this.path}?after=${encodeURIComponent(after)}`;
        this.say(t("loading"));
        try {
            this.take(await getJson(path));
        } catch (problem) {
            this.say(`${t("notLoaded")} (${problem.message}). `,
                     this.button(t("again"), after));
        }
    }

    take(answer) {
        const data = answer.data || answer;
        const rows = data[this.key] || [];
        const focus = document.activeElement;
        const had_focus = this.foot.contains(focus);

        this.rows.push(...rows);
        const items = rows.map(this.draw);
        this.list.append(...items);
        if (data.next)
            this.say(this.button(t("loadMore"), data.next));
        else
            this.say(this.rows.length === 0 ? this.empty : "");
        /* The button that was pressed is gone: go on at what it brought. */
        if (had_focus && items.length > 0) {
            items[0].tabIndex = -1;
            items[0].focus();
        }
        this.on_rows(this.rows);
    }

    button(text, after) {
        return make("button", {type: "button", class: "button",
                               on_click: () => this.load(after)}, text);
    }

    say(...what) {
        this.foot.replaceChildren(...what);
    }
}
