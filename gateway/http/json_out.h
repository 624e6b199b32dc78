/*
 * json_out.h - compact JSON into a caller's buffer, without allocation; or,
 * for answers of any length, into one on the heap that grows.
 *
 * Escapes as SiYuan's kernel does: besides what JSON demands, '<' '>' '&' and
 * U+2028 U+2029 become \uXXXX, all other text stays raw UTF-8; bytes that are
 * not UTF-8 become U+FFFD.  Commas are put where they belong; that objects and
 * arrays are closed in order is the caller's care.
 *
 * Threads: every function is pure apart from the writer it is given.
 */
#ifndef GATEWAY_HTTP_JSON_OUT_H
#define GATEWAY_HTTP_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_out {
    char *buf;
    size_t cap;
    size_t len;    /* bytes written */
    bool overflow; /* something did not fit: the text is void */
    bool grows;
};

void json_out_init(struct json_out *w, char *buf, size_t cap);

/*
 * A buffer on the heap, cap bytes (not 0) at first; w goes to json_out_clear().
 * Out of memory later on is an overflow.  Returns 0, or -ENOMEM.
 */
int json_out_init_heap(struct json_out *w, size_t cap);
/* All zeros are fine. */
void json_out_clear(struct json_out *w);

/* '{' '}' '[' ']' */
void json_out_open(struct json_out *w, char bracket);
void json_out_close(struct json_out *w, char bracket);

/* A key of ours: written as it is. */
void json_out_key(struct json_out *w, const char *key);

void json_out_string(struct json_out *w, const char *text);
void json_out_uint(struct json_out *w, uint64_t value);
void json_out_int(struct json_out *w, int value);
void json_out_bool(struct json_out *w, bool value);
void json_out_null(struct json_out *w);

/* Key and value in one. */
void json_out_key_string(struct json_out *w, const char *key, const char *text);
void json_out_key_uint(struct json_out *w, const char *key, uint64_t value);
void json_out_key_bool(struct json_out *w, const char *key, bool value);

/* Tenths: 574 is written 57.4, 570 is written 57. */
void json_out_tenths(struct json_out *w, uint64_t tenths);

/* One finished value, or several with their commas; nothing when len is 0. */
void json_out_raw(struct json_out *w, const char *text, size_t len);

/* Decimal digits of value to out (at least 20 bytes); how many.  No NUL. */
size_t json_out_digits(char *out, uint64_t value);

#endif
