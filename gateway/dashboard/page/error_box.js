/*
 * error_box.js - why the last run failed and what to do about it.
 */

import {visible} from "./format.js";
import {icon, make, setAttribute, setHidden, setText} from "./dom.js";
import {errorTexts, t} from "./texts.js";

export class ErrorBox {
    constructor() {
        this.msg = make("strong");
        this.code = make("code");
        this.remedy_label = make("dt");
        this.remedy = make("dd");
        this.cause_label = make("dt");
        this.cause = make("dd", {class: "cause"});
        this.cause_row = make("div", {}, this.cause_label, this.cause);
        this.note = make("p", {class: "note"});
        this.node = make(
            "div", {class: "error-box", hidden: true}, icon("error"),
            make("div", {},
                 make("p", {}, this.msg, " ", this.code),
                 make("dl", {},
                      make("div", {}, this.remedy_label, this.remedy),
                      this.cause_row),
                 this.note));
    }

    update({lastError: error}) {
        setHidden(this.node, !error);
        if (!error)
            return;
        const {msg, remedy, lang} = errorTexts(error);
        setText(this.msg, msg);
        setAttribute(this.msg, "lang", lang);
        setAttribute(this.remedy, "lang", lang);
        setText(this.code, error.code);
        setText(this.remedy_label, t("remedy"));
        setText(this.remedy, remedy);
        setText(this.cause_label, t("cause"));
        setText(this.cause, visible(error.cause || ""));
        setHidden(this.cause_row, !error.cause);
        setText(this.note, error.retryable ? t("retryable") : "");
        setHidden(this.note, !error.retryable);
        setAttribute(this.node, "data-code", error.code);
    }
}
