#include "proto/code.h"

#include <errno.h>
#include <string.h>

/* Text: what happened.  Remedy: what the person at the screen does next. */
static const struct code_info infos[CODE_COUNT] = {
    [CODE_OK] = {"", false, {"Sync completed", "同步完成"}, {"", ""}},
    [CODE_AUTH] = {"auth",
                   false,
                   {"The store refused the user name, password or key",
                    "存储端拒绝了用户名、密码或密钥"},
                   {"Check the credentials in the engine's settings.",
                    "请检查同步引擎设置中的登录凭据。"}},
    [CODE_FORBIDDEN] =
        {"forbidden",
         false,
         {"The store does not let this account read or write here",
          "该账户没有读写此存储位置的权限"},
         {"Give the account read and write access to the folder or bucket.",
          "请为该账户授予该目录或存储桶的读写权限。"}},
    [CODE_NOT_FOUND] =
        {"not-found",
         false,
         {"Data that should be in the cloud is missing", "云端缺少应有的数据"},
         {"Check the cloud folder's name; if it is right, upload again from a "
          "device that has everything.",
          "请检查云端目录名称；若无误，请从数据完整的设备重新上传。"}},
    [CODE_LOCKED] = {"locked",
                     true,
                     {"Another device is syncing right now",
                      "另一台设备正在同步"},
                     {"Nothing to do: it is tried again by itself.",
                      "无需操作，稍后会自动重试。"}},
    [CODE_LOCK_FAILED] =
        {"lock-failed",
         true,
         {"The cloud lock could not be taken or kept", "无法获取或保持云端锁"},
         {"It is tried again by itself; if it stays, check that the account "
          "may write to the store.",
          "会自动重试；如仍失败，请检查该账户能否写入存储。"}},
    [CODE_KEY_MISMATCH] =
        {"key-mismatch",
         false,
         {"The data in the cloud was encrypted with another key",
          "云端数据是用另一个密钥加密的"},
         {"Set the repository key of your other devices here.",
          "请在此处设置与其他设备相同的数据仓库密钥。"}},
    [CODE_REPO_DAMAGED] =
        {"repo-damaged",
         false,
         {"The engine's own repository is damaged", "本地数据仓库已损坏"},
         {"Check the disk, then move the engine's state folder away: it is "
          "built anew from workspace and cloud.",
          "请检查磁盘，然后移走同步引擎的状态目录，它会由工作空间和云端重建"
          "。"}},
    [CODE_CLOCK_SKEW] =
        {"clock-skew",
         false,
         {"The clock of this machine or of another device is wrong",
          "本机或其他设备的时间不正确"},
         {"Set it, best by switching on NTP.", "请校准时间，建议启用 NTP。"}},
    [CODE_UNAVAILABLE] = {"unavailable",
                          true,
                          {"The store is out of service at the moment",
                           "存储服务暂时不可用"},
                          {"Nothing to do: it is tried again by itself.",
                           "无需操作，稍后会自动重试。"}},
    [CODE_RATE_LIMITED] =
        {"rate-limited",
         true,
         {"The store asks for fewer requests", "存储端限制了请求频率"},
         {"It is tried again later; a longer interval or a lower concurrency "
          "helps.",
          "稍后会自动重试；可延长同步间隔或降低并发数。"}},
    [CODE_TIMEOUT] =
        {"timeout",
         true,
         {"The store did not answer in time", "存储端响应超时"},
         {"It is tried again by itself; on a slow line raise the time limit.",
          "会自动重试；网络较慢时请调大超时时间。"}},
    [CODE_NETWORK] =
        {"network",
         true,
         {"The store cannot be reached", "无法连接到存储端"},
         {"Check the network and the store's address; it is tried again by "
          "itself.",
          "请检查网络和存储端地址；会自动重试。"}},
    [CODE_TLS] =
        {"tls",
         false,
         {"The store's certificate could not be verified",
          "无法验证存储端的证书"},
         {"Check date and address, or name the authority that signed the "
          "certificate in the CA file.",
          "请检查日期和地址，或在 CA 文件中加入签发该证书的机构。"}},
    [CODE_QUOTA] = {"quota",
                    false,
                    {"The store is full", "存储空间已满"},
                    {"Free space in the store or enlarge it.",
                     "请清理存储空间或扩容。"}},
    [CODE_DISK_FULL] =
        {"disk-full",
         false,
         {"The disk of this machine is full", "本机磁盘已满"},
         {"Free space on the disk of the workspace and of the engine's state.",
          "请清理工作空间和同步引擎状态目录所在的磁盘。"}},
    [CODE_PERMISSION] =
        {"permission",
         false,
         {"A file of this machine may not be read or written",
          "没有读写本机文件的权限"},
         {"Let the engine's user own the workspace, its state folder and, when "
          "it is a folder here, the store.",
          "请让运行同步引擎的用户拥有工作空间、状态目录和本地存储目录的权限"
          "。"}},
    [CODE_BUSY_FILE] =
        {"busy-file",
         true,
         {"A file kept changing while it was read", "文件在读取时不断变化"},
         {"Nothing to do: it is tried again when the file is at rest.",
          "无需操作，待文件不再变化后会自动重试。"}},
    [CODE_EMPTY_WORKSPACE] =
        {"empty-workspace",
         false,
         {"The workspace holds no files", "工作空间是空的"},
         {"Check that the right folder is mounted; nothing was deleted in the "
          "cloud.",
          "请检查挂载的目录是否正确；云端未删除任何数据。"}},
    [CODE_MASS_DELETE] =
        {"mass-delete",
         false,
         {"The run would delete a large part of the workspace",
          "本次同步将删除工作空间的大部分文件"},
         {"Look at a dry run; if it is right, raise the deletion limit once.",
          "请先试运行查看；若确认无误，请临时调高删除上限。"}},
    [CODE_UNSAFE_PATH] =
        {"unsafe-path",
         false,
         {"A path cannot be synchronised as it is", "有路径无法按原样同步"},
         {"The cause names it: move what is in the way here, or give it "
          "another name; if it came from the cloud, on the device that "
          "uploaded it.",
          "原因中写明了该路径：请移走本机上占位的内容，或为其改名；若来自云端，"
          "请在上传它的设备上处理。"}},
    [CODE_INTERRUPTED] = {"interrupted",
                          true,
                          {"The engine was stopped in the middle of a run",
                           "同步过程中同步引擎被中断"},
                          {"Nothing to do: the next run carries on.",
                           "无需操作，下次同步会继续。"}},
    [CODE_CANCELLED] = {"cancelled",
                        false,
                        {"The run was cancelled", "本次同步已取消"},
                        {"Start a sync when you are ready.",
                         "需要时请重新开始同步。"}},
    [CODE_CONFIG] =
        {"config",
         false,
         {"A setting is missing or wrong", "设置缺失或有误"},
         {"Correct the setting named in the details and restart the engine.",
          "请更正详细信息中指出的设置并重启同步引擎。"}},
    [CODE_INTERNAL] = {"internal",
                       false,
                       {"The engine met an error of its own",
                        "同步引擎内部错误"},
                       {"Look at the engine's log and report it.",
                        "请查看同步引擎的日志并反馈问题。"}},
};

const struct code_info *
code_info(enum code code)
{
    return &infos[code < CODE_COUNT ? code : CODE_INTERNAL];
}

enum code
code_find(const char *token)
{
    return (enum code)code_find_in(infos, CODE_COUNT, token);
}

size_t
code_find_in(const struct code_info *list, size_t count, const char *token)
{
    size_t i = 0;

    while (i + 1 < count && strcmp(list[i].token, token) != 0)
        i++;
    return i;
}

int
lang_parse(enum lang *out, const char *name)
{
    static const struct {
        const char *name;
        enum lang lang;
    } names[] = {
        {"en", LANG_EN},       {"en_US", LANG_EN},    {"en-US", LANG_EN},
        {"zh-CN", LANG_ZH_CN}, {"zh_CN", LANG_ZH_CN},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i].name, name) != 0)
            continue;
        *out = names[i].lang;
        return 0;
    }
    return -EINVAL;
}
