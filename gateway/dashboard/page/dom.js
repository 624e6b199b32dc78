/*
 * dom.js - making and changing elements.  Data reaches the page as text only:
 * nothing here, and nobody else, writes markup.  Every setter leaves the page
 * alone when nothing changed, so that calling it is cheap.
 */

const SVG = "http://www.w3.org/2000/svg";

/* make("p", {class: "x", hidden: true, on_click: fn}, "text", node, ...) */
export function make(tag, props, ...children) {
    return fill(document.createElement(tag), props, children);
}

export function makeSvg(tag, props, ...children) {
    return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
    for (const [name, value] of Object.entries(props || {})) {
        if (name.startsWith("on_"))
            node.addEventListener(name.slice(3), value);
        else
            setAttribute(node, name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
}

/* One of the symbols of index.html. */
export function icon(name) {
    return makeSvg("svg", {class: "icon", "aria-hidden": "true"},
                   makeSvg("use", {href: "#i-" + name}));
}

export function setIcon(svg, name) {
    setAttribute(svg.firstChild, "href", "#i-" + name);
}

export function setText(node, text) {
    if (node.textContent !== text)
        node.textContent = text;
}

/* null, undefined and false take the attribute away; true is "". */
export function setAttribute(node, name, value) {
    if (value === null || value === undefined || value === false) {
        if (node.hasAttribute(name))
            node.removeAttribute(name);
        return;
    }
    const text = value === true ? "" : String(value);
    if (node.getAttribute(name) !== text)
        node.setAttribute(name, text);
}

export function setHidden(node, hidden) {
    if (node.hidden !== hidden)
        node.hidden = hidden;
}

export function byId(id) {
    return document.getElementById(id);
}
