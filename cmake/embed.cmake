# A file as a C array, at build time (syncbus_embed() of the root calls it):
#
#     cmake -DIN=page.html -DOUT=page.c -DSYMBOL=page -P embed.cmake
#
# A NUL follows the last byte, so that a text is a string; the length does not
# count it.
file(READ "${IN}" bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR length "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
get_filename_component(name "${IN}" NAME)
file(WRITE "${OUT}" "/* Made of ${name}; edit that. */
#include <stddef.h>

extern const unsigned char ${SYMBOL}[];
extern const size_t ${SYMBOL}_len;

const unsigned char ${SYMBOL}[] = {
${bytes}
0x00};
const size_t ${SYMBOL}_len = ${length};
")
