/*
 * settings.h - the small files of a workspace that are neither documents nor
 * assets: notebooks, sorting, databases, plugins, templates, the kernel's
 * configuration.
 */
#ifndef TOOLS_SAMPLE_SETTINGS_H
#define TOOLS_SAMPLE_SETTINGS_H

#include <stdint.h>
#include <stdio.h>

/*
 * Write the file that belongs at path (relative to the workspace).  Returns 0,
 * or -EIO when out has failed.
 */
int settings_write(FILE *out, const char *path, uint64_t seed);

#endif
