/*
 * storage.js - localStorage and sessionStorage, where a browser allows them;
 * otherwise memory of this page, so that nothing fails.
 */

class Area {
    constructor(name) {
        this.name = name;
        this.memory = new Map();
    }

    get(key) {
        try {
            return window[this.name].getItem(key);
        } catch (problem) {
            return this.memory.has(key) ? this.memory.get(key) : null;
        }
    }

    set(key, value) {
        try {
            window[this.name].setItem(key, value);
        } catch (problem) {
            this.memory.set(key, value);
        }
    }

    remove(key) {
        try {
            window[this.name].removeItem(key);
        } catch (problem) {
            this.memory.delete(key);
        }
    }
}

export const device = new Area("localStorage");
export const tab = new Area("sessionStorage");
