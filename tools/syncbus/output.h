/*
 * output.h - JSON on standard output.
 */
#ifndef TOOLS_SYNCBUS_OUTPUT_H
#define TOOLS_SYNCBUS_OUTPUT_H

#include <jansson.h>

/*
 * Print it on one line and release it.  On a terminal all that is not ASCII is
 * escaped.  Returns 0; -ENOMEM for NULL; -EIO.
 */
int output_json(json_t *json);

#endif
