/*
 * bench_chunker - how fast files are cut, with four lanes and with one.
 *
 *     bench_chunker [MiB] [rounds]
 *
 * Prints one line a variant and the ratio; exits 1 when the two disagree about
 * a cut.  The one-lane variant is the definition, table look-ups included.
 */
#include "services/sync-engine/repo/chunker.h"
#include "tests/support/chunker_reference.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct result {
    double seconds;
    size_t cuts;
    size_t sum; /* of the places of the cuts, to compare */
};

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct result
measure(struct chunker *c, const unsigned char *data, size_t len)
{
    struct result r = {0};
    size_t at = 0;

    r.seconds = -now();
    while (at < len) {
        size_t n = c != NULL ? chunker_cut(c, data + at, len - at)
                             : chunker_reference_cut(data + at, len - at);

        if (n == 0) {
            n = len - at;
            chunker_reset(c);
        }
        at += n;
        r.cuts++;
        r.sum += at;
    }
    r.seconds += now();
    return r;
}

static struct result
best_of(int rounds, struct chunker *c, const unsigned char *data, size_t len)
{
    struct result best = measure(c, data, len);

    for (int i = 1; i < rounds; i++) {
        struct result r = measure(c, data, len);

        if (r.seconds < best.seconds)
            best = r;
    }
    return best;
}

int
main(int argc, char *argv[])
{
    size_t mib = argc > 1 ? strtoul(argv[1], NULL, 10) : 256;
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
    size_t len = mib << 20;
    unsigned char *data = malloc(len);
    struct chunker *c = NULL;
    struct result one;
    struct result four;
    bool same;

    if (mib == 0 || data == NULL || chunker_new(&c) != 0) {
        (void)fprintf(stderr, "bench_chunker: no memory for %zu MiB\n", mib);
        free(data);
        return 1;
    }
    chunker_reference_stream(data, len);
    one = best_of(rounds, NULL, data, len);
    four = best_of(rounds, c, data, len);
    same = one.cuts == four.cuts && one.sum == four.sum;
    printf("1 lane   %.2f GB/s\n", (double)len / one.seconds / 1e9);
    printf("4 lanes  %.2f GB/s\n", (double)len / four.seconds / 1e9);
    printf("ratio    %.2f, %zu cuts, %s\n", one.seconds / four.seconds,
           four.cuts, same ? "identical" : "DIFFERENT");
    chunker_free(c);
    free(data);
    return same ? 0 : 1;
}
