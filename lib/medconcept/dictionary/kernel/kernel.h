/* What exact.c, words.c and build.c share: the arrays of a dictionary file, hashes, characters. The layout is
 * told in docs/dictionary.md; kernel.py has the same structures for ctypes. */
#ifndef MEDCONCEPT_KERNEL_H
#define MEDCONCEPT_KERNEL_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OTHER = 0, WORD = 1, SPACE = 2 };                      /* of an atom of exact matching */
enum { SKIPPED = 0, SIGN = 1, LETTERS = 2, GREEK = 3 };       /* of a word of the linker */
#define NONE 0xffffffffu
#define MAX_BYTES 800 /* 200 code points, the longest name */
#define MAX_ATOMS 202
#define PAD 16
#define AHEAD 12
#define LONG 16 /* atoms of a name from which on a mask tells lengths no more */
#define BLOCK 16 /* names that are front-coded together */
#define ROLL_SEED 0x589965cc75374cc3ull

typedef struct {
    const uint16_t *blocks; /* code point / 128 -> block */
    const uint32_t *chars;  /* block * 128 + code point % 128 -> see the functions below */
    const uint32_t *several; /* foldings to more than one character: count, characters */
    const uint8_t *texts;    /* names in order, front-coded: shared bytes, further bytes, these */
    const uint32_t *text_blocks; /* where every BLOCK-th name begins */
    const uint8_t *ranks;    /* of each name: its order of preference, the top bit where its case counts */
    const uint8_t *tags;     /* exact names by hash: 0 is an empty slot */
    const uint32_t *slots;   /* the number of the name */
    const uint32_t *firsts;  /* tag << 16 | mask by the first atom: bit n - 1 for n atoms, bit 15 for 16 and more */
    const uint32_t *beginnings; /* the same by the first two atoms, by three, and by LONG where there are as many */
    const uint64_t *form_slots; /* tag << 28 | place in senses, + 1 */
    const uint32_t *form_firsts;
    const uint32_t *form_pairs;
    const uint32_t *senses;  /* last << 31 | variant << 28 | number of the name */
    uint64_t name_count, slot_count, first_count, beginning_count, form_slot_count, form_first_count, form_pair_count;
} dictionary;

static inline uint64_t mix(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, 8);
    return value;
}

static inline uint64_t load_some(const uint8_t *at, uint32_t length) {
    uint64_t value = 0;
    memcpy(&value, at, length);
    return value;
}

static inline uint64_t hash_bytes(const uint8_t *at, uint32_t length) {
    uint64_t hash = 0x9e3779b97f4a7c15ull ^ length;
    for (; length > 8; length -= 8, at += 8) hash = mix(hash ^ load(at), 0xa0761d6478bd642full);
    return mix(hash ^ load_some(at, length), 0xe7037ed1a0b428dbull);
}

/* The same where 8 bytes past the end can be read. */
static inline uint64_t hash_padded(const uint8_t *at, uint32_t length) {
    uint64_t hash = 0x9e3779b97f4a7c15ull ^ length;
    for (; length > 8; length -= 8, at += 8) hash = mix(hash ^ load(at), 0xa0761d6478bd642full);
    uint64_t tail = length == 8 ? load(at) : load(at) & ((1ull << (8 * length)) - 1);
    return mix(hash ^ tail, 0xe7037ed1a0b428dbull);
}

static inline uint64_t roll(uint64_t before, uint64_t hash, int space) {
    return mix(before ^ (hash + (space ? 0x2545f4914f6cdd1dull : 0)), 0x8ebc6af09c88c6e3ull) + 1;
}

static inline uint32_t decode(const uint8_t **at, const uint8_t *end) {
    const uint8_t *p = *at;
    uint32_t c = p[0];
    uint32_t more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (p + more >= end) more = 0; /* cut short: no valid text, but no reading past it either */
    if (more == 1) c = (c & 0x1f) << 6 | (p[1] & 0x3f);
    else if (more == 2) c = (c & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    else if (more == 3)
        c = (c & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    *at = p + more + 1;
    return c < 0x110000 ? c : 0xfffd;
}

static inline uint8_t *encode(uint8_t *out, uint32_t c) {
    if (c < 0x80) { *out++ = (uint8_t)c; return out; }
    if (c < 0x800) { *out++ = (uint8_t)(0xc0 | c >> 6); }
    else if (c < 0x10000) { *out++ = (uint8_t)(0xe0 | c >> 12); *out++ = (uint8_t)(0x80 | (c >> 6 & 0x3f)); }
    else {
        *out++ = (uint8_t)(0xf0 | c >> 18);
        *out++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
        *out++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    }
    *out++ = (uint8_t)(0x80 | (c & 0x3f));
    return out;
}

static inline uint32_t look(const dictionary *d, uint32_t c) { return d->chars[d->blocks[c >> 7] * 128u + (c & 127)]; }
static inline uint32_t class_of(uint32_t value) { return value >> 21 & 3; }
static inline uint32_t word_class_of(uint32_t value) { return value >> 24 & 3; }
static inline uint32_t is_alnum(uint32_t value) { return value >> 26 & 1; }

/* The case-folded character, or characters. */
static inline uint8_t *fold(const dictionary *d, uint8_t *out, uint32_t c, uint32_t value) {
    if (value >> 23 & 1) {
        const uint32_t *several = d->several + (value & 0x1fffff);
        for (uint32_t k = 1; k <= several[0]; k++) out = encode(out, several[k]);
        return out;
    }
    return encode(out, (c + value) & 0x1fffff);
}

static inline uint64_t place(uint64_t hash, uint64_t count) { return (uint64_t)(((__uint128_t)hash * count) >> 64); }

/* Which lengths may begin so. A tag that another hash shares only means a look in vain. */
static inline uint64_t place_of_mask(uint64_t hash, uint64_t count) { return ((hash >> 32) * count) >> 32; }

static inline uint32_t lengths(const uint32_t *table, uint64_t count, uint64_t hash) {
    uint32_t tag = (uint32_t)(hash >> 32) & 0xffff;
    for (uint64_t at = place_of_mask(hash, count);; at = at + 1 == count ? 0 : at + 1) {
        uint32_t entry = table[at];
        if (!entry) return 0;
        if (entry >> 16 == tag) return entry & 0xffff;
    }
}

static inline uint32_t mask_bit(uint32_t length) { return 1u << (length < 16 ? length - 1 : 15); }

/* A name's bytes into a buffer of MAX_BYTES; returns how many. */
static inline uint32_t name_bytes(const dictionary *d, uint32_t number, uint8_t *out) {
    const uint8_t *at = d->texts + d->text_blocks[number / BLOCK];
    for (uint32_t left = number % BLOCK;; left--) {
        uint32_t shared = *at++, more = *at++;
        if (more == 255) { more = at[0] | (uint32_t)at[1] << 8; at += 2; }
        memcpy(out + shared, at, more);
        at += more;
        if (!left) return shared + more;
    }
}
#endif
