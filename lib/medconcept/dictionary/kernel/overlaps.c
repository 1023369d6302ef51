/* Overlaps of mentions: which of several stretches of text are kept. Called by linking/overlaps.py. */
#include "kernel.h"

/* Keep stretches in order of preference: kept[i] is 1 if stretch i shares no character with a kept one before it.
 * `taken` has a zero for each character that the stretches may cover. */
void mc_apart(const int64_t *starts, const int64_t *ends, int64_t stretches, uint8_t *taken, uint8_t *kept) {
    for (int64_t i = 0; i < stretches; i++) {
        size_t length = (size_t)(ends[i] - starts[i]);
        kept[i] = memchr(taken + starts[i], 1, length) == NULL;
        if (kept[i]) memset(taken + starts[i], 1, length);
    }
}
