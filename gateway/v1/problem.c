#include "gateway/v1/problem.h"

#include "gateway/cause.h"
#include "gateway/http/http.h"
#include "gateway/texts.h"
#include "proto/reply.h"

#include <stdio.h>
#include <string.h>

#define MSG_MAX      512
#define BODY_MAX     8192 /* every text escaped */
#define RETRY_SOON_S 5    /* an engine that restarts is back by then */

static const struct problem problems[PROBLEM_COUNT] = {
    [PROBLEM_UNAUTHORIZED] = {401,
                              0,
                              {"unauthorized",
                               false,
                               {"%s", "%s"},
                               {"Send the token: Authorization: Bearer TOKEN.",
                                "请发送令牌：Authorization: Bearer TOKEN。"}}},
    [PROBLEM_READ_ONLY] =
        {403,
         0,
         {"read-only",
          false,
          {"This token may look, but not act", "该令牌只能查看，不能操作"},
          {"Use the administrator's token.", "请使用管理员令牌。"}}},
    [PROBLEM_TOO_MANY] = {429,
                          0, /* the caller knows it exactly */
                          {"too-many-failures",
                           true,
                           {"Too many failed logins; try again in %s s",
                            "登录失败次数过多，请在 %s 秒后重试"},
                           {"Wait, then use the right token.",
                            "请稍候，然后使用正确的令牌。"}}},
    [PROBLEM_PARAMETER] = {400,
                           0,
                           {"bad-parameter",
                            false,
                            {"Bad parameter: %s", "参数错误：%s"},
                            {"See /openapi.json.", "请参阅 /openapi.json。"}}},
    [PROBLEM_BODY] = {400,
                      0,
                      {"bad-body",
                       false,
                       {"Bad request body: %s", "请求正文错误：%s"},
                       {"See /openapi.json.", "请参阅 /openapi.json。"}}},
    [PROBLEM_TOO_LARGE] = {413,
                           0,
                           {"too-large",
                            false,
                            {"The request body is over 64 KiB",
                             "请求正文超过 64 KiB"},
                            {"See /openapi.json.", "请参阅 /openapi.json。"}}},
    [PROBLEM_UNKNOWN_ENGINE] = {404,
                                0,
                                {"unknown-engine",
                                 false,
                                 {"Unknown engine [%s]", "未知的同步引擎 [%s]"},
                                 {"GET /v1/engines lists those there are.",
                                  "GET /v1/engines 列出所有同步引擎。"}}},
    [PROBLEM_NO_RUN] =
        {404,
         0,
         {"not-found",
          false,
          {"There is nothing to cancel: no such run is under way",
           "没有可取消的同步：该同步未在进行"},
          {"GET /v1/engines/{id} shows what is under way.",
           "GET /v1/engines/{id} 显示正在进行的同步。"}}},
    [PROBLEM_NO_SNAPSHOT] =
        {503,
         1,
         {"no-snapshot",
          true,
          {"Nothing heard from the state aggregator yet; is it running?",
           "尚未收到状态聚合器的数据，请确认它正在运行"},
          {"Start the state aggregator, or correct --hub.",
           "请启动状态聚合器，或更正 --hub。"}}},
    [PROBLEM_BUS_DOWN] = {503,
                          RETRY_SOON_S,
                          {"bus-down",
                           true,
                           {"The state aggregator is silent",
                            "状态聚合器没有响应"},
                           {"Check that the state aggregator is running and"
                            " can be reached.",
                            "请检查状态聚合器是否在运行并且可以连接。"}}},
    [PROBLEM_BUSY] = {503,
                      1,
                      {"busy",
                       true,
                       {"Too many commands are under way",
                        "正在处理的命令过多"},
                       {"Try again later.", "请稍后再试。"}}},
    [PROBLEM_STREAMS] =
        {503,
         RETRY_SOON_S,
         {"too-many-streams",
          true,
          {"Too many streams are open", "打开的流过多"},
          {"Close some, or start the gateway with a higher --max-streams.",
           "请关闭一些流，或调高网关的 --max-streams。"}}},
    [PROBLEM_MEMORY] = {503,
                        RETRY_SOON_S,
                        {"out-of-memory",
                         true,
                         {"Out of memory", "内存不足"},
                         {"Try again later.", "请稍后再试。"}}},
    [PROBLEM_STOPPING] = {503,
                          RETRY_SOON_S,
                          {"stopping",
                           true,
                           {"The gateway is stopping", "网关正在停止"},
                           {"Try again later.", "请稍后再试。"}}},
};

const struct problem *
problem_find(enum problem_kind kind)
{
    return &problems[kind];
}

/*
 * 503: it is not there now; 504: it did not answer in time; 502: it answered
 * what must not be, or refused the gateway itself; 501: it is too old.
 */
int
problem_status(enum reply_code code)
{
    static const int statuses[REPLY_CODE_COUNT] = {
        [REPLY_OK] = 200,        [REPLY_UNREACHABLE] = 503,
        [REPLY_FORBIDDEN] = 502, [REPLY_BAD_REQUEST] = 502,
        [REPLY_TIMEOUT] = 504,   [REPLY_UNSUPPORTED] = 501,
        [REPLY_DISABLED] = 409,  [REPLY_NOT_FOUND] = 404,
        [REPLY_INTERNAL] = 502,
    };

    return statuses[code];
}

struct said {
    const char *code, *msg, *remedy;
    unsigned retry_after_s;
};

static int
say(struct request *r, int status, const struct said *said)
{
    char text[BODY_MAX], extra[64] = "";
    struct http_head h = {.status = status, .type = HTTP_JSON, .extra = extra};
    struct json_out w;

    if (said->retry_after_s > 0) {
        (void)snprintf(extra, sizeof extra, "Retry-After: %u\r\n",
                       said->retry_after_s);
    }
    json_out_init(&w, text, sizeof text);
    json_out_open(&w, '{');
    json_out_key(&w, "error");
    json_out_open(&w, '{');
    json_out_key_string(&w, "code", said->code);
    json_out_key_string(&w, "msg", said->msg);
    json_out_key_string(&w, "remedy", said->remedy);
    json_out_close(&w, '}');
    json_out_close(&w, '}');
    h.body_len = w.len;
    return http_send_body(r, &h, text);
}

static int
say_problem(struct request *r, const struct problem *p, enum lang lang,
            const char *argument)
{
    struct said said = {.code = p->info.token,
                        .remedy = p->info.remedy[lang],
                        .retry_after_s = p->retry_after_s};
    char msg[MSG_MAX];

    texts_fill(msg, sizeof msg, p->info.text[lang],
               (const char *const[]){argument, NULL});
    said.msg = msg;
    return say(r, p->status, &said);
}

int
problem_send(struct request *r, enum problem_kind kind, enum lang lang,
             const char *argument)
{
    return say_problem(r, &problems[kind], lang, argument);
}

int
problem_send_wait(struct request *r, enum problem_kind kind, enum lang lang,
                  unsigned seconds)
{
    struct problem p = problems[kind];
    char digits[16];

    p.retry_after_s = seconds;
    (void)snprintf(digits, sizeof digits, "%u", seconds);
    return say_problem(r, &p, lang, digits);
}

int
problem_send_reply(struct request *r, const char *token, const char *msg,
                   enum lang lang)
{
    enum reply_code code = reply_code_find(token);
    const struct code_info *info = reply_code_info(code);
    bool is_known = strcmp(token, info->token) == 0;
    struct said said = {
        .code = token,
        .msg = is_known || msg[0] == '\0' ? info->text[lang] : msg,
        .remedy = info->remedy[lang],
        .retry_after_s = info->retryable ? RETRY_SOON_S : 0,
    };
    char cleaned[REPLY_MSG_MAX];

    if (said.msg == msg) {
        cause_clean(cleaned, sizeof cleaned, msg);
        said.msg = cleaned;
    }
    return say(r, problem_status(code), &said);
}
