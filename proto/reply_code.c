#include "proto/reply_code.h"

static const struct code_info infos[REPLY_CODE_COUNT] = {
    [REPLY_OK] = {"", false, {"Done", "完成"}, {"", ""}},
    [REPLY_UNREACHABLE] =
        {"unreachable",
         true,
         {"The engine is not connected", "同步引擎未连接"},
         {"Check that the engine is running and reaches the aggregator.",
          "请检查同步引擎是否在运行，并且能连接到状态聚合器。"}},
    [REPLY_FORBIDDEN] = {"forbidden",
                         false,
                         {"Not allowed to command engines",
                          "没有控制同步引擎的权限"},
                         {"Use a key with the role operator.",
                          "请使用角色为 operator 的密钥。"}},
    [REPLY_BAD_REQUEST] = {"bad-request",
                           false,
                           {"The request was not understood", "无法理解该请求"},
                           {"Update the program that sent it.",
                            "请更新发出该请求的程序。"}},
    [REPLY_TIMEOUT] = {"timeout",
                       true,
                       {"The engine did not answer in time",
                        "同步引擎未及时答复"},
                       {"Try again; if it stays, look at the engine's log.",
                        "请重试；如仍然如此，请查看同步引擎的日志。"}},
    [REPLY_UNSUPPORTED] = {"unsupported",
                           false,
                           {"The engine does not know this command",
                            "同步引擎不支持该命令"},
                           {"Update the engine.", "请更新同步引擎。"}},
    [REPLY_DISABLED] = {"disabled",
                        false,
                        {"Synchronisation is switched off", "同步已停用"},
                        {"Enable it first.", "请先启用同步。"}},
    [REPLY_NOT_FOUND] = {"not-found",
                         false,
                         {"There is no such run, or it is no longer kept",
                          "没有这次同步的记录，或记录已不再保留"},
                         {"Ask for the list of runs.", "请查看同步记录列表。"}},
    [REPLY_INTERNAL] = {"internal",
                        false,
                        {"The engine met an error of its own",
                         "同步引擎内部错误"},
                        {"Look at the engine's log and report it.",
                         "请查看同步引擎的日志并反馈问题。"}},
};

const struct code_info *
reply_code_info(enum reply_code code)
{
    return &infos[code < REPLY_CODE_COUNT ? code : REPLY_INTERNAL];
}

enum reply_code
reply_code_find(const char *token)
{
    return (enum reply_code)code_find_in(infos, REPLY_CODE_COUNT, token);
}
