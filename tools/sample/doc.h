/*
 * doc.h - one SiYuan document: a tree of blocks as JSON, as a .sy file has it.
 */
#ifndef TOOLS_SAMPLE_DOC_H
#define TOOLS_SAMPLE_DOC_H

#include <stdint.h>
#include <stdio.h>

#define DOC_SIZE_MIN 1024 /* bytes of the smallest document */

struct doc {
    const char *id; /* 22 bytes */
    uint64_t seed;
    unsigned version;  /* another version: same id and title, other blocks */
    int64_t updated_s; /* since 1970 */
    size_t size;       /* bytes it shall have, at least DOC_SIZE_MIN */
};

/*
 * Write the document, exactly doc->size bytes.  Returns 0, or -EIO when out
 * has failed.
 */
int doc_write(FILE *out, const struct doc *doc);

#endif
