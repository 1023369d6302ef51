/* Compiling a dictionary: hashes of strings, hash tables, and sorting by hash. */
#include "kernel.h"

void mc_hash_strings(const uint8_t *data, const int64_t *offsets, int64_t n, uint64_t *out) {
    for (int64_t i = 0; i < n; i++) out[i] = hash_bytes(data + offsets[i], (uint32_t)(offsets[i + 1] - offsets[i]));
}

/* Split each string into a head and up to nine digits at its end: the hash and length of the head, and the digits after
 * a leading 1, which keeps their zeros ("C0027051" is "C" and 10027051). */
void mc_split_ids(const uint8_t *data, const int64_t *offsets, int64_t n, uint64_t *heads, uint32_t *head_lengths,
                  uint32_t *values) {
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *begin = data + offsets[i], *end = data + offsets[i + 1], *at = end;
        while (at > begin && end - at < 9 && at[-1] >= '0' && at[-1] <= '9') at--;
        uint32_t value = 1;
        for (const uint8_t *digit = at; digit < end; digit++) value = value * 10 + (*digit - '0');
        head_lengths[i] = (uint32_t)(at - begin);
        heads[i] = hash_bytes(begin, head_lengths[i]);
        values[i] = value;
    }
}

/* Fill an empty table of length masks (see lengths) from hashes (their upper 32 bits) and lengths of `at_least`. Returns
 * the number of slots used, -1 if the table is too small. */
int64_t mc_join_masks(uint32_t *table, uint64_t count, const uint32_t *hashes, const uint8_t *sizes, int64_t n,
                      int64_t at_least) {
    uint64_t used = 0;
    for (int64_t i = 0; i < n; i++) {
        if (sizes[i] < at_least) continue;
        uint32_t tag = hashes[i] & 0xffff, bit = mask_bit(sizes[i]);
        for (uint64_t at = ((uint64_t)hashes[i] * count) >> 32;; at = at + 1 == count ? 0 : at + 1) {
            uint32_t entry = table[at];
            if (entry && entry >> 16 != tag) continue;
            if (!entry && ++used >= count) return -1;
            table[at] = tag << 16 | (entry & 0xffff) | bit;
            break;
        }
    }
    return (int64_t)used;
}

/* Fill an empty table of forms; `senses` tells where the senses of each hash begin. */
void mc_fill_forms(uint64_t *table, uint64_t count, const uint64_t *hashes, const uint32_t *senses, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        uint64_t at = place(hashes[i], count);
        while (table[at]) at = at + 1 == count ? 0 : at + 1;
        table[at] = form_slot(hashes[i], senses[i]);
    }
}

typedef struct {
    uint64_t key;
    uint32_t tie, at;
} keyed;

static inline int is_behind(const keyed *a, const keyed *b) {
    return a->key > b->key || (a->key == b->key && a->tie > b->tie);
}

/* Sort by key and tie, stable: short parts by insertion, others by radix, byte by byte from the lowest. `spare` is as
 * long as `part`. */
static void sort_part(keyed *part, keyed *spare, uint64_t n, int tied) {
    if (n <= 32) {
        for (uint64_t i = 1; i < n; i++) {
            keyed one = part[i];
            uint64_t at = i;
            for (; at && is_behind(&part[at - 1], &one); at--) part[at] = part[at - 1];
            part[at] = one;
        }
        return;
    }
    keyed *from = part, *to = spare;
    for (int digit = tied ? -4 : 0; digit < 8; digit++) {
        uint64_t places[256] = {0}, sum = 0;
#define DIGIT(e) ((digit < 0 ? (e).tie >> 8 * (digit + 4) : (e).key >> 8 * digit) & 0xff)
        for (uint64_t i = 0; i < n; i++) places[DIGIT(from[i])]++;
        if (places[DIGIT(from[0])] == n) continue; /* all have the same digit */
        for (int d = 0; d < 256; d++) {
            uint64_t count = places[d];
            places[d] = sum;
            sum += count;
        }
        for (uint64_t i = 0; i < n; i++) to[places[DIGIT(from[i])]++] = from[i];
#undef DIGIT
        keyed *swap = from;
        from = to;
        to = swap;
    }
    if (from != part) memcpy(part, from, n * sizeof(keyed));
}

/* The order of keys by rising key, then tie if `ties` is not NULL, then position. Keys are first spread by their upper
 * bits; of hashes this makes parts that fit a core's cache. Returns 0. */
int64_t mc_order(const uint64_t *keys, const uint32_t *ties, int64_t n, int64_t *order) {
    enum { UPPER = 11, PARTS = 1 << UPPER };
    uint64_t *begins = calloc(PARTS + 1, sizeof(uint64_t)), *filled = malloc(PARTS * sizeof(uint64_t)), most = 0;
    keyed *all = malloc((n + 1) * sizeof(keyed)), *spare = NULL;
    if (begins && filled && all) {
        for (int64_t i = 0; i < n; i++) begins[(keys[i] >> (64 - UPPER)) + 1]++;
        for (int p = 0; p < PARTS; p++) {
            if (begins[p + 1] > most) most = begins[p + 1];
            begins[p + 1] += begins[p];
            filled[p] = begins[p];
        }
        spare = malloc((most + 1) * sizeof(keyed));
    }
    if (spare) {
        for (int64_t i = 0; i < n; i++) {
            keyed one = {keys[i], ties ? ties[i] : 0, (uint32_t)i};
            all[filled[keys[i] >> (64 - UPPER)]++] = one;
        }
        for (int p = 0; p < PARTS; p++) {
            uint64_t size = begins[p + 1] - begins[p];
            if (size > 1) sort_part(all + begins[p], spare, size, ties != NULL);
        }
        for (int64_t i = 0; i < n; i++) order[i] = all[i].at;
    }
    int64_t done = spare ? 0 : -1;
    free(begins), free(filled), free(all), free(spare);
    return done;
}
