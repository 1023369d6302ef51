/* The texts of a dictionary's names: front coding when it is compiled, reading by number. Called by name_texts.py. */
#include "kernel.h"

/* Front-code strings in the given order (see name_bytes) and return the number of bytes. `out` has room for all strings
 * and 4 bytes more for each; same[i] is 1 if string i of the order equals the one before. */
int64_t mc_front(const uint8_t *data, const int64_t *offsets, const int64_t *order, int64_t n, uint8_t *out,
                 uint32_t *blocks, uint8_t *same) {
    const uint8_t *before = NULL;
    uint32_t size_before = 0;
    uint8_t *at = out;
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *text = data + offsets[order[i]];
        uint32_t size = (uint32_t)(offsets[order[i] + 1] - offsets[order[i]]), shared = 0;
        same[i] = before && size == size_before && !memcmp(text, before, size);
        if (i % NAMES_PER_BLOCK == 0) blocks[i / NAMES_PER_BLOCK] = (uint32_t)(at - out);
        else while (shared < 255 && shared < size && shared < size_before && text[shared] == before[shared]) shared++;
        *at++ = (uint8_t)shared;
        uint32_t more = size - shared;
        if (more < 255) *at++ = (uint8_t)more;
        else { *at++ = 255; *at++ = (uint8_t)more; *at++ = (uint8_t)(more >> 8); }
        memcpy(at, text + shared, more);
        at += more;
        before = text;
        size_before = size;
    }
    return at - out;
}

/* Copy a name into `out`, which has room for NAME_BYTES, and return its length. */
int64_t mc_name(const dictionary *d, int64_t number, uint8_t *out) { return name_bytes(d, (uint32_t)number, out); }
