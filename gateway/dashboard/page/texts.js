/*
 * texts.js - every text of the page in both languages.  A text is a string or
 * a function of its values.  What can go wrong with a run is the gateway's
 * list, loaded once.
 */

import {device} from "./storage.js";

const some = (n, one, many) => (n === 1 ? one : many.replace("%", count(n)));
const count = (n) => new Intl.NumberFormat(language).format(n);

const en = {
    skip: "Skip to the engines",
    language: "Language",
    signIn: "Sign in",
    signOut: "Sign out",
    overview: "Overview",
    engines: "Engines",
    announcements: "Announcements",
    find: "Find an engine",
    findHint: "Find…",
    noneMatch: "No engine matches.",
    all: "All",
    emptyTitle: "No engine yet",
    emptyText: "An engine appears here by itself as soon as it reports to the"
        + " state aggregator.",
    unheardTitle: "Nothing heard yet",
    unheardText: "Engines appear here by themselves as soon as the state"
        + " aggregator answers.",
    busDown: "The state aggregator is away. What you see is the last that was"
        + " heard; syncing goes on without it.",
    busNever: "The state aggregator does not answer. Is it running? Syncing"
        + " goes on without it.",

    connecting: "Connecting…",
    live: "Live",
    away: "Not live",
    lost: "Reconnecting…",
    stale: (time) => `No connection to the gateway. Data from ${time};`
        + " trying to reconnect.",
    staleNothing: "No connection to the gateway; trying to reconnect.",
    retryNow: "Try now",
    lostSaid: "Connection to the gateway lost. Data may be old.",
    liveSaid: "Connected again. Data is current.",

    loginTitle: "Sign in",
    loginText: "This gateway asks who you are.",
    loginLabel: "Access code or token",
    remember: "Keep me signed in on this device",
    loginWait: (n) => `Too many attempts. Try again in ${n} s.`,
    loginUnreachable: "The gateway cannot be reached right now.",
    loginWrong: "That is neither the access code nor a token.",
    loginLocal: "This gateway has no access code and answers on its own"
        + " machine only.",

    idle: "Idle",
    queued: "Queued",
    syncing: "Syncing",
    error: "Failed",
    disabled: "Disabled",
    stalled: "Stalled",
    offline: "Offline",
    unknown: "Unknown",

    restIdle: "Everything is synced",
    restNever: "Nothing synced yet",
    restQueued: "Waiting to start",
    restError: "The last run failed",
    restDisabled: "Sync is switched off",
    restOffline: "The engine is not reporting",
    restUnknown: "No word from the state aggregator",
    stalledNote: "no progress for over a minute",
    dup: "Two engines use this id",

    progressOf: (name) => `Progress of ${name}`,
    items: (n, total) => `${count(n)} of ${count(total)}`,
    bytesOf: (n, total) => `${n} of ${total}`,
    rate: (bytes) => `${bytes}/s`,
    left: (time) => `${time} left`,
    percentSaid: (n, phase) => `${n} percent, ${phase}`,

    sync: "Sync now",
    cancel: "Cancel",
    toggle: "Sync enabled",
    of: (what, name) => `${what}: ${name}`,

    lastRun: "Last run",
    lastSuccess: "Last success",
    nextRun: "Next run",
    traffic: "Sent / received",
    kernels: "Same repository",
    never: "never",
    notScheduled: "not scheduled",
    soon: "now",
    justNow: "just now",
    ran: (when, time) => `${when}, took ${time}`,
    sent: "Sent",
    received: "Received",
    files: (n) => some(n, "1 file", "% files"),
    noOthers: "no other engine",
    others: (n) => some(n, "1 other engine", "% other engines"),
    failures: (n) => some(n, "1 failure", "% failures in a row"),

    remedy: "What to do",
    cause: "The store said",
    retryable: "It may go away by itself; the engine tries again.",

    more: "History, files, conflicts",
    runs: "Runs",
    noRuns: "No run has finished yet.",
    loading: "Loading…",
    loadMore: "Show more",
    notLoaded: "Could not be loaded",
    again: "Try again",
    ok: "Succeeded",
    failed: "Failed",
    cancelled: "Cancelled",
    interrupted: "Interrupted",
    duration: "Duration",
    transferred: "Transferred",
    chartMost: (value) => `up to ${value}`,
    chartLabel: (n, failed, longest, most) =>
        `${some(n, "1 run", "% runs")}, ${count(failed)} failed; the longest`
        + ` took ${longest}, the biggest moved ${most}`,
    older: "older",
    newer: "newer",
    direction: {both: "both ways", upload: "upload only",
                download: "download only"},
    writtenHere: (n) => `${count(n)} written here`,
    removedHere: (n) => `${count(n)} removed here`,
    conflictsN: (n) => some(n, "1 conflict", "% conflicts"),
    filesOfRun: "Files",
    filesOfRunOf: (time) => `Files of the run of ${time}`,
    noFiles: "No file changed, or they are no longer kept.",
    kind: {added: "added", changed: "changed", removed: "removed",
           sent: "sent"},

    conflicts: "Conflicts",
    noConflicts: "No conflicts.",
    conflictKind: {
        "local-upsert-cloud-upsert": "changed on both sides",
        "local-remove-cloud-upsert": "removed here, changed elsewhere",
        "local-upsert-cloud-remove": "changed here, removed elsewhere",
    },
    won: {local: "this engine's version won", cloud: "the cloud's version won"},
    conflict: (kind, won) => `${kind}; ${won}`,
    kept: "The other version is kept in",
    notKept: "There was no other version to keep.",

    aboutEngine: "Engine",
    id: "Id",
    host: "Host",
    system: "System",
    version: "Version",
    store: "Store",
    heard: "Last heard",

    asked: (name) => `${name}: sync requested`,
    cancelAsked: (name) => `${name}: will stop at the next safe point`,
    enabled: (name) => `${name}: sync is switched on`,
    disabledNow: (name) => `${name}: sync is switched off`,
    actionFailed: (name, why) => `${name}: ${why}`,
    mayOnlyLook: "this token may look but not act",
    unreachable: "the gateway cannot be reached",
    finished: (name, up, down) => `${name}: synced, ${up} sent,`
        + ` ${down} received`,
    nothingToDo: (name) => `${name}: synced, nothing had changed`,
    runFailed: (name, msg) => `${name}: sync failed. ${msg}`,
    runCancelled: (name) => `${name}: sync cancelled`,
    became: (name, state) => `${name}: ${state}`,

    phase: {
        walk: "Looking through the workspace",
        load: "Loading the last snapshot",
        index: "Making a snapshot",
        lock: "Locking the cloud directory",
        "fetch-ref": "Asking for the cloud's state",
        "fetch-index": "Downloading the index",
        "fetch-files": "Downloading file lists",
        "fetch-chunks": "Downloading",
        "send-chunks": "Uploading",
        "send-files": "Uploading file lists",
        checkout: "Writing files",
        remove: "Removing files",
        "send-index": "Uploading the index",
        unlock: "Unlocking the cloud directory",
        purge: "Cleaning up",
    },
};

const zh = {
    skip: "跳到同步引擎列表",
    language: "语言",
    signIn: "登录",
    signOut: "退出登录",
    overview: "概览",
    engines: "同步引擎",
    announcements: "通知",
    find: "查找同步引擎",
    findHint: "查找…",
    noneMatch: "没有匹配的同步引擎。",
    all: "全部",
    emptyTitle: "尚无同步引擎",
    emptyText: "同步引擎向状态聚合器报告后会自动出现在这里。",
    unheardTitle: "尚未收到数据",
    unheardText: "状态聚合器响应后，同步引擎会自动出现在这里。",
    busDown: "状态聚合器不可用。此处显示最后收到的数据；同步不受影响。",
    busNever: "状态聚合器没有响应，请确认它正在运行。同步不受影响。",

    connecting: "正在连接…",
    live: "实时",
    away: "非实时",
    lost: "正在重新连接…",
    stale: (time) => `与网关的连接已断开。数据截至 ${time}，正在重新连接。`,
    staleNothing: "无法连接网关，正在重新连接。",
    retryNow: "立即重试",
    lostSaid: "与网关的连接已断开，数据可能已过时。",
    liveSaid: "已重新连接，数据为最新。",

    loginTitle: "登录",
    loginText: "访问此网关需要登录。",
    loginLabel: "访问授权码或令牌",
    remember: "在此设备上保持登录",
    loginWait: (n) => `尝试次数过多，请在 ${n} 秒后重试。`,
    loginUnreachable: "目前无法连接网关。",
    loginWrong: "访问授权码或令牌不正确。",
    loginLocal: "此网关未设置访问授权码，只接受本机访问。",

    idle: "空闲",
    queued: "排队中",
    syncing: "同步中",
    error: "失败",
    disabled: "已停用",
    stalled: "停滞",
    offline: "离线",
    unknown: "未知",

    restIdle: "全部已同步",
    restNever: "尚未同步",
    restQueued: "等待开始",
    restError: "上次同步失败",
    restDisabled: "同步已停用",
    restOffline: "没有收到同步引擎的报告",
    restUnknown: "没有收到状态聚合器的消息",
    stalledNote: "超过一分钟没有进展",
    dup: "有两个同步引擎使用此 ID",

    progressOf: (name) => `${name} 的进度`,
    items: (n, total) => `${count(n)} / ${count(total)}`,
    bytesOf: (n, total) => `${n} / ${total}`,
    rate: (bytes) => `${bytes}/秒`,
    left: (time) => `剩余 ${time}`,
    percentSaid: (n, phase) => `百分之 ${n}，${phase}`,

    sync: "立即同步",
    cancel: "取消",
    toggle: "启用同步",
    of: (what, name) => `${what}：${name}`,

    lastRun: "上次同步",
    lastSuccess: "上次成功",
    nextRun: "下次同步",
    traffic: "上传 / 下载",
    kernels: "同一数据仓库",
    never: "从未",
    notScheduled: "未安排",
    soon: "现在",
    justNow: "刚刚",
    ran: (when, time) => `${when}，用时 ${time}`,
    sent: "上传",
    received: "下载",
    files: (n) => `${count(n)} 个文件`,
    noOthers: "没有其他同步引擎",
    others: (n) => `${count(n)} 个其他同步引擎`,
    failures: (n) => `连续失败 ${count(n)} 次`,

    remedy: "解决方法",
    cause: "存储端返回",
    retryable: "问题可能自行消失，同步引擎会重试。",

    more: "历史、文件、冲突",
    runs: "同步记录",
    noRuns: "尚无已完成的同步。",
    loading: "正在加载…",
    loadMore: "显示更多",
    notLoaded: "加载失败",
    again: "重试",
    ok: "成功",
    failed: "失败",
    cancelled: "已取消",
    interrupted: "已中断",
    duration: "用时",
    transferred: "传输量",
    chartMost: (value) => `最高 ${value}`,
    chartLabel: (n, failed, longest, most) =>
        `${count(n)} 次同步，${count(failed)} 次失败；最长用时 ${longest}，`
        + `最大传输量 ${most}`,
    older: "较早",
    newer: "较新",
    direction: {both: "双向", upload: "仅上传", download: "仅下载"},
    writtenHere: (n) => `本机写入 ${count(n)} 个`,
    removedHere: (n) => `本机删除 ${count(n)} 个`,
    conflictsN: (n) => `${count(n)} 个冲突`,
    filesOfRun: "文件",
    filesOfRunOf: (time) => `${time} 同步的文件`,
    noFiles: "没有文件变化，或记录已不再保留。",
    kind: {added: "新增", changed: "修改", removed: "删除", sent: "上传"},

    conflicts: "冲突",
    noConflicts: "没有冲突。",
    conflictKind: {
        "local-upsert-cloud-upsert": "两边都有修改",
        "local-remove-cloud-upsert": "本机删除，云端修改",
        "local-upsert-cloud-remove": "本机修改，云端删除",
    },
    won: {local: "采用本机版本", cloud: "采用云端版本"},
    conflict: (kind, won) => `${kind}；${won}`,
    kept: "另一版本保存在",
    notKept: "没有需要保留的另一版本。",

    aboutEngine: "同步引擎",
    id: "ID",
    host: "主机",
    system: "系统",
    version: "版本",
    store: "存储",
    heard: "最近报告",

    asked: (name) => `${name}：已请求同步`,
    cancelAsked: (name) => `${name}：将在下一个安全点停止`,
    enabled: (name) => `${name}：同步已启用`,
    disabledNow: (name) => `${name}：同步已停用`,
    actionFailed: (name, why) => `${name}：${why}`,
    mayOnlyLook: "此令牌只能查看，不能操作",
    unreachable: "无法连接网关",
    finished: (name, up, down) => `${name}：同步完成，上传 ${up}，下载 ${down}`,
    nothingToDo: (name) => `${name}：同步完成，没有变化`,
    runFailed: (name, msg) => `${name}：同步失败。${msg}`,
    runCancelled: (name) => `${name}：同步已取消`,
    became: (name, state) => `${name}：${state}`,

    phase: {
        walk: "正在扫描工作空间",
        load: "正在加载上次的快照",
        index: "正在创建快照",
        lock: "正在锁定云端目录",
        "fetch-ref": "正在获取云端状态",
        "fetch-index": "正在下载索引",
        "fetch-files": "正在下载文件列表",
        "fetch-chunks": "正在下载",
        "send-chunks": "正在上传",
        "send-files": "正在上传文件列表",
        checkout: "正在写入文件",
        remove: "正在删除文件",
        "send-index": "正在上传索引",
        unlock: "正在解锁云端目录",
        purge: "正在清理",
    },
};

const KEY = "syncbus.language";
const languages = {en, "zh-CN": zh};

/* What the gateway speaks. */
const gatewayLanguage = document.documentElement.lang;

export let language = choose();

/* The user's choice, then the gateway's, then the browser's. */
function choose() {
    const chosen = device.get(KEY);
    if (chosen in languages)
        return chosen;
    if (gatewayLanguage !== "en")
        return gatewayLanguage;
    return /^zh\b/i.test(navigator.language) ? "zh-CN" : "en";
}

/* Numbers and times as the browser writes them in the page's language: en-GB
 * has no AM. */
export function locale() {
    return navigator.languages.find((tag) => language === "en"
        ? /^en\b/i.test(tag) : /^zh-(CN|SG|Hans)\b/i.test(tag)) || language;
}

export function setLanguage(name) {
    device.set(KEY, name);
    language = name;
}

export function t(key, ...values) {
    const text = languages[language][key];
    return typeof text === "function" ? text(...values) : text;
}

/* A text of a group, such as t2("phase", "walk"); the word itself when a
 * newer peer says one that is not in the list. */
export function t2(group, word) {
    return languages[language][group][word] || word;
}

let codes = {};

/* Resolves when there is nothing more to come, even if it did not come. */
export async function loadCodes() {
    try {
        const url = new URL("codes.json", import.meta.url);
        codes = await (await fetch(url)).json();
    } catch (problem) {
        /* The gateway's words in its own language serve as well. */
    }
}

/* {msg, remedy, lang} of an error as the gateway sent it. */
export function errorTexts(error) {
    const known = codes[error.code];
    return known ? {...known[language], lang: language}
        : {msg: error.msg, remedy: error.remedy, lang: gatewayLanguage};
}
