#include "gateway/texts.h"

#include <string.h>

static const char *const texts[TEXT_COUNT][LANG_COUNT] = {
    [TEXT_STAT_DONE] = {"uploaded/downloaded files %s/%s<br>&emsp;"
                        "uploaded/downloaded chunks %s/%s<br>&emsp;"
                        "sent/received bytes %s/%s",
                        "上传/下载文件数 %s/%s<br>&emsp;"
                        "上传/下载分块数 %s/%s<br>&emsp;"
                        "发送/接收字节数 %s/%s"},
    [TEXT_STAT_FAILED] = {"Sync failed: %s (Provider: %s)",
                          "同步失败：%s (Provider: %s)"},
    [TEXT_STAT_DISABLED] = {"Data synchronization has not been enabled",
                            "数据同步尚未启用"},
    [TEXT_STAT_QUOTA] = {"The maximum storage capacity of cloud space [%s] has"
                         " been exceeded, and data upload cannot continue",
                         "云端空间 [%s] 已超出最大存储容量，无法继续上传数据"},
    [TEXT_BROWSER] = {"Lock screen password authentication failed, please"
                      " <button onclick=\"window.location.reload()\">refresh"
                      "</button> or reopen",
                      "锁屏密码验证失败，请<button onclick=\""
                      "window.location.reload()\">刷新</button>或者重新打开"},
    [TEXT_NO_SNAPSHOT] = {"Nothing heard from the state aggregator yet; is it"
                          " running?",
                          "尚未收到状态聚合器的数据，请确认它正在运行"},
    [TEXT_NO_ENGINE] = {"No sync engine known yet", "尚未发现同步引擎"},
    [TEXT_UNKNOWN_ENGINE] = {"Unknown engine [%s]", "未知的同步引擎 [%s]"},
    [TEXT_CONFIGURATION] = {"Configuration belongs to the sync engine: change"
                            " its options, not the gateway",
                            "配置由同步引擎管理：请修改同步引擎的选项"},
    [TEXT_TOO_MANY] = {"Too many failed logins; try again in %s s",
                       "登录失败次数过多，请在 %s 秒后重试"},
    [TEXT_PHASE_OTHER] = {"Working (%s)", "正在处理 (%s)"},
    [TEXT_SYNCING] = {"Syncing data...", "数据同步中..."},
    [TEXT_STATUS_DONE] = {"Data snapshot has been synchronized, took %ss",
                          "已经同步数据快照，耗时 %ss"},
    [TEXT_BOOT_FAILED] = {"The initial synchronization failed at startup."
                          " Unpredictable data overwriting may occur if you"
                          " continue to operate. Please perform a"
                          " synchronization first",
                          "启动时初次同步失败，继续操作可能会发生无法预测的数据"
                          "覆盖，请先执行一次同步"},
    [TEXT_BOOT_SYNCING] = {"Syncing data from the cloud...",
                           "正在从云端同步数据..."},
    [TEXT_BOOT_DONE] = {"Finishing boot...", "正在完成启动..."},
    [TEXT_WRONG_CODE] = {"The lock screen password is incorrect",
                         "锁屏密码不正确"},
    [TEXT_NO_CODE] = {"Nobody needs to log in here: there is no access code",
                      "未设置锁屏密码，无需登录或退出"},
    [TEXT_FOREIGN] = {"Refused: asked by a page of another site",
                      "已拒绝：请求来自其他网站的页面"},
    [TEXT_BUSY] = {"Too many calls are waiting for sync engines; try again"
                   " later, or send {\"wait\":false}",
                   "等待同步引擎的请求过多，请稍后再试，或发送"
                   " {\"wait\":false}"},
    [TEXT_STOPPING] = {"The gateway is stopping", "网关正在停止"},
    [TEXT_HUB_AWAY] = {"The state aggregator does not answer: nothing can be"
                       " sent to engines; is it running?",
                       "状态聚合器没有响应，无法向同步引擎发送命令，请确认它"
                       "正在运行"},
    [TEXT_ENGINE_GONE] = {"The sync engine [%s] went away before the sync"
                          " ended",
                          "同步引擎 [%s] 在同步完成前已离线"},
    [TEXT_STILL_SYNCING] = {"The sync has not ended for an hour; it goes on",
                            "同步已超过一小时尚未结束，仍在继续"},
};

static const char *const phases[PHASE_COUNT][LANG_COUNT] = {
    [PHASE_NONE] = {"", ""},
    [PHASE_WALK] = {"Looking through the workspace", "正在扫描工作空间"},
    [PHASE_LOAD] = {"Loading the last snapshot", "正在加载上次的快照"},
    [PHASE_INDEX] = {"Making a snapshot", "正在创建快照"},
    [PHASE_LOCK] = {"Locking the cloud directory", "正在锁定云端目录"},
    [PHASE_FETCH_REF] = {"Asking for the cloud's state", "正在获取云端状态"},
    [PHASE_FETCH_INDEX] = {"Downloading the index", "正在下载索引"},
    [PHASE_FETCH_FILES] = {"Downloading file lists", "正在下载文件列表"},
    [PHASE_FETCH_CHUNKS] = {"Downloading", "正在下载"},
    [PHASE_SEND_CHUNKS] = {"Uploading", "正在上传"},
    [PHASE_SEND_FILES] = {"Uploading file lists", "正在上传文件列表"},
    [PHASE_CHECKOUT] = {"Writing files", "正在写入文件"},
    [PHASE_REMOVE] = {"Removing files", "正在删除文件"},
    [PHASE_SEND_INDEX] = {"Uploading the index", "正在上传索引"},
    [PHASE_UNLOCK] = {"Unlocking the cloud directory", "正在解锁云端目录"},
    [PHASE_PURGE] = {"Cleaning up", "正在清理"},
};

static const char *const status_lines[PHASE_COUNT][LANG_COUNT] = {
    [PHASE_NONE] = {"", ""},
    [PHASE_WALK] = {"Indexing data repo, walking data %s",
                    "正在索引数据仓库，遍历数据 %s"},
    [PHASE_LOAD] = {"Indexing data repo, getting the latest file %s/%s",
                    "正在索引数据仓库，获取最新文件 %s/%s"},
    [PHASE_INDEX] = {"Indexing data repo, inserting file %s/%s",
                     "正在索引数据仓库，插入文件 %s/%s"},
    [PHASE_LOCK] = {"Locking cloud sync directory", "正在锁定云端同步目录"},
    [PHASE_FETCH_REF] = {"Downloading data repo reference %s",
                         "正在下载数据仓库引用 %s"},
    [PHASE_FETCH_INDEX] = {"Downloading data repo snapshot %s",
                           "正在下载数据仓库快照 %s"},
    [PHASE_FETCH_FILES] = {"Downloading data repo file %s/%s",
                           "正在下载数据仓库文件 %s/%s"},
    [PHASE_FETCH_CHUNKS] = {"Downloading data repo chunk %s/%s",
                            "正在下载数据仓库分块 %s/%s"},
    [PHASE_SEND_CHUNKS] = {"Uploading data repo chunk %s/%s",
                           "正在上传数据仓库分块 %s/%s"},
    [PHASE_SEND_FILES] = {"Uploading data repo file %s/%s",
                          "正在上传数据仓库文件 %s/%s"},
    [PHASE_CHECKOUT] = {"Checking out data repo, inserting file %s/%s",
                        "正在迁出数据仓库，插入文件 %s/%s"},
    [PHASE_REMOVE] = {"Checking out data repo, deleting file %s/%s",
                      "正在迁出数据仓库，删除文件 %s/%s"},
    [PHASE_SEND_INDEX] = {"Uploading data repo snapshot %s",
                          "正在上传数据仓库快照 %s"},
    [PHASE_UNLOCK] = {"Unlocking cloud sync directory", "正在解锁云端同步目录"},
    [PHASE_PURGE] = {"Cleaning up", "正在清理"},
};

static const char *const shown_words[COPY_SHOWN_COUNT][LANG_COUNT] = {
    [COPY_IDLE] = {"Idle", "空闲"},
    [COPY_QUEUED] = {"Waiting to sync", "等待同步"},
    [COPY_SYNCING] = {"Syncing", "正在同步"},
    [COPY_ERROR] = {"Last sync failed", "上次同步失败"},
    [COPY_DISABLED] = {"Disabled", "已停用"},
    [COPY_STALLED] = {"Stalled", "同步停滞"},
    [COPY_OFFLINE] = {"Offline", "离线"},
    [COPY_UNKNOWN] = {"Unknown", "未知"},
};

static const struct {
    enum code code;
    const char *text[LANG_COUNT]; /* NULL: not known in that language */
} causes[] = {
    {CODE_AUTH,
     {"Account authentication failed, please login again",
      "账号鉴权失败，请重新登录账号"}},
    {CODE_NOT_FOUND,
     {"Cloud data has been corrupted, please reset the local data repo and "
      "cloud"
      " sync dir to resolve the issue",
      NULL}},
    {CODE_LOCK_FAILED,
     {"Failed to lock the cloud sync directory, please try again later",
      "锁定云端同步目录失败，请稍后再试"}},
    {CODE_LOCKED,
     {"Cloud sync directory is still locked by other devices, please try again"
      " later",
      "云端同步目录还在被其他设备锁定，请稍后再试"}},
    {CODE_REPO_DAMAGED,
     {"The data repo is corrupted, please reset the data repo",
      "数据仓库已被损坏，请重置数据仓库"}},
    {CODE_CLOCK_SKEW,
     {"The system time is incorrect, please calibrate the system time and try"
      " again",
      NULL}},
    {CODE_UNAVAILABLE,
     {"The cloud storage service is unavailable, please try again later",
      NULL}},
    {CODE_TIMEOUT,
     {"Network timed out, please try again later", "网络超时，请稍后再试"}},
    {CODE_NETWORK,
     {"The network is abnormal, please try again later",
      "网络异常，请稍后再试"}},
};

const char *
texts_get(enum text text, enum lang lang)
{
    return texts[text][lang];
}

void
texts_fill(char *out, size_t cap, const char *text,
           const char *const arguments[])
{
    size_t len = 0;

    while (*text != '\0') {
        const char *piece = text;
        size_t n = 1;

        if (strncmp(text, "%s", 2) == 0 && *arguments != NULL) {
            piece = *arguments++;
            n = strlen(piece);
            text++;
        }
        text++;
        if (n > cap - len - 1)
            n = cap - len - 1;
        memcpy(out + len, piece, n);
        len += n;
    }
    out[len] = '\0';
}

const char *
texts_phase(enum phase phase, enum lang lang)
{
    return phases[phase][lang];
}

const char *
texts_status(enum phase phase, enum lang lang)
{
    return status_lines[phase][lang];
}

const char *
texts_shown(enum copy_shown shown, enum lang lang)
{
    return shown_words[shown][lang];
}

const char *
texts_cause(enum code code, enum lang lang)
{
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        if (causes[i].code == code && causes[i].text[lang] != NULL)
            return causes[i].text[lang];
    }
    return code_info(code)->text[lang];
}
