/* Places in texts: where words stand, and which of several places that overlap are kept. */
#include "words.h"

/* Where the words of texts begin and end, in code points; `out` holds one for each byte, `counts` how many each text has. */
int64_t mc_words(const dictionary *d, const uint8_t *data, const int64_t *offsets, int64_t texts, stretch *out,
                 int64_t *counts) {
    int64_t count = 0;
    for (int64_t i = 0; i < texts; i++) {
        const uint8_t *at = data + offsets[i], *end = data + offsets[i + 1];
        uint32_t point = 0;
        int before = 0;
        word w;
        int64_t own = count;
        while (next_word(d, &at, end, &point, &before, &w)) out[count++] = (stretch){w.start, w.end};
        counts[i] = count - own;
    }
    return count;
}

/* Places in order of preference: `kept` tells which have no character that one before them has. `taken` has a
 * zero for each character that they may be of. */
void mc_apart(const int64_t *starts, const int64_t *ends, int64_t places, uint8_t *taken, uint8_t *kept) {
    for (int64_t i = 0; i < places; i++) {
        size_t length = (size_t)(ends[i] - starts[i]);
        kept[i] = memchr(taken + starts[i], 1, length) == NULL;
        if (kept[i]) memset(taken + starts[i], 1, length);
    }
}
