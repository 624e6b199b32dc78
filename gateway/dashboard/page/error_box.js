/*
 * error_box.js - why the last run failed and what to do about it.  The words
 * are the gateway's, in its language.
 */

import {icon, make, setAttribute, setHidden, setText} from "./dom.js";
import {gatewayLanguage, t} from "./texts.js";

export class ErrorBox {
    constructor() {
        this.msg = make("strong", {lang: gatewayLanguage});
        this.code = make("code");
        this.remedy_label = make("dt");
        this.remedy = make("dd", {lang: gatewayLanguage});
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
        setText(this.msg, error.msg);
        setText(this.code, error.code);
        setText(this.remedy_label, t("remedy"));
        setText(this.remedy, error.remedy);
        setText(this.cause_label, t("cause"));
        setText(this.cause, error.cause || "");
        setHidden(this.cause_row, !error.cause);
        setText(this.note, error.retryable ? t("retryable") : "");
        setHidden(this.note, !error.retryable);
        setAttribute(this.node, "data-code", error.code);
    }
}
