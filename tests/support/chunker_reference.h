/*
 * chunker_reference.h - chunking word for word as the specification tells it:
 * one byte at a time, with a real window.  Slow, and obviously right.
 */
#ifndef TESTS_SUPPORT_CHUNKER_REFERENCE_H
#define TESTS_SUPPORT_CHUNKER_REFERENCE_H

#include <stddef.h>

/* The length of the chunk that starts at data; len at the end of the file. */
size_t chunker_reference_cut(const unsigned char *data, size_t len);

/* Fill with the test stream of the specification (A.7): xorshift64. */
void chunker_reference_stream(unsigned char *data, size_t len);

#endif
