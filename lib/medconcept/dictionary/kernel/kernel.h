/* Shared by all C files: the structures over a dictionary's arrays, hashing, UTF-8 decoding, character classes.
 *
 * The arrays are described in docs/dictionary.md ("The compiled file"). Constants that Python needs too are in
 * constants.h, which layout.py writes; layout.py also checks the structures below against Python's, at compile time.
 * Functions that Python calls begin with mc_; -1 as a result means that memory could not be allocated. */
#ifndef MEDCONCEPT_KERNEL_H
#define MEDCONCEPT_KERNEL_H
#include "constants.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NONE 0xffffffffu
#define ROLL_SEED 0x589965cc75374cc3ull

typedef struct {
    const uint16_t *blocks;      /* code point / CHARACTER_BLOCK -> block of `chars` */
    const uint32_t *chars;       /* values of characters: case folding, word class, letter or digit */
    const uint8_t *texts;        /* names in order, front-coded; see name_bytes */
    const uint32_t *text_blocks; /* byte at which each NAMES_PER_BLOCK-th name begins */
    const uint64_t *form_slots;  /* hash table of forms; see form_slot */
    const uint32_t *form_firsts; /* hash table: first word of a form -> lengths; see lengths */
    const uint32_t *form_pairs;  /* the same by the first two words */
    uint64_t form_slots_count, form_firsts_count, form_pairs_count;
} dictionary;

/* Words met in texts, an open-addressing table by hash: an empty slot has the key 0. */
typedef struct {
    uint64_t *keys;
    const uint64_t *singular, *noun; /* hashes of the two normal forms */
    const uint8_t *flags;            /* MAY_BE_NUMBERED, ROMAN_SHIFT, MARKED */
    uint64_t size, used;
    uint64_t numbers[ROMAN_MASK + 1]; /* hashes of "1", "5" and "10" at 1, 2 and 3 */
} word_table;

typedef struct {
    const uint32_t *grams;    /* hashes, sorted */
    const uint32_t *counts;   /* number of names with each */
    const uint64_t *begins;   /* where its names begin in `postings`; the most frequent trigrams have none */
    const uint32_t *postings; /* numbers of names, rising */
    const float *norms;       /* by name; 0 for a name that is not indexed */
    uint64_t gram_count, name_count, indexed_count;
} trigram_index;

typedef struct {
    uint64_t key;
    uint32_t text, start, end, sense, derived, signs;
} form_hit;

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

/* The hash of a sequence of words, from that of the words before and the hash of one more. */
static inline uint64_t roll(uint64_t before, uint64_t hash, int space) {
    return mix(before ^ (hash + (space ? 0x2545f4914f6cdd1dull : 0)), 0x8ebc6af09c88c6e3ull) + 1;
}

/* Decode the code point at *at and advance. Bytes that are not valid UTF-8 give some code point, and nothing at or
 * behind `end` is read. */
static inline uint32_t decode(const uint8_t **at, const uint8_t *end) {
    const uint8_t *p = *at;
    uint32_t c = p[0];
    uint32_t more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (end - p <= more) more = 0;
    if (more == 1) c = (c & 0x1f) << 6 | (p[1] & 0x3f);
    else if (more == 2) c = (c & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    else if (more == 3)
        c = (c & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    *at = p + more + 1;
    return c < 0x110000 ? c : 0xfffd;
}

/* The value of a character in `chars`, and its parts. */
static inline uint32_t look(const dictionary *d, uint32_t c) {
    return d->chars[d->blocks[c / CHARACTER_BLOCK] * (uint32_t)CHARACTER_BLOCK + c % CHARACTER_BLOCK];
}
static inline uint32_t word_class_of(uint32_t value) { return value >> WORD_CLASS_SHIFT & 3; }
static inline uint32_t is_alnum(uint32_t value) { return value >> ALNUM_SHIFT & 1; }
static inline uint32_t folded(uint32_t c, uint32_t value) { return (c + value) & FOLD_MASK; }

/* The slot of a hash in a table of `count` slots: the hash scaled to the range. WordTable._grow does the same. */
static inline uint64_t place(uint64_t hash, uint64_t count) { return (uint64_t)(((__uint128_t)hash * count) >> 64); }

/* An entry of form_slots: the low 36 bits of the form's hash, and where its senses begin, plus 1; 0 if empty. */
#define SENSE_BITS 28
static inline uint64_t form_slot(uint64_t hash, uint32_t sense) { return hash << SENSE_BITS | ((uint64_t)sense + 1); }

/* Tables of length masks use the upper half of a hash: an entry is 16 bits of it and a mask of MASK_LENGTHS bits that
 * tells how many words forms have that begin so. Two hashes with equal 16 bits only cost a needless look-up. */
static inline uint32_t mask_bit(uint32_t length) { return 1u << (length < MASK_LENGTHS ? length : MASK_LENGTHS) >> 1; }
static inline uint64_t place_of_mask(uint64_t hash, uint64_t count) { return ((hash >> 32) * count) >> 32; }

static inline uint32_t lengths(const uint32_t *table, uint64_t count, uint64_t hash) {
    uint32_t tag = (uint32_t)(hash >> 32) & 0xffff;
    for (uint64_t at = place_of_mask(hash, count);; at = at + 1 == count ? 0 : at + 1) {
        uint32_t entry = table[at];
        if (!entry) return 0;
        if (entry >> 16 == tag) return entry & 0xffff;
    }
}

/* Copy a name into a buffer of NAME_BYTES and return its length. A front-coded name is the number of bytes that it
 * shares with the one before, the number of further bytes (255: in the next two bytes), and these bytes. */
static inline uint32_t name_bytes(const dictionary *d, uint32_t number, uint8_t *out) {
    const uint8_t *at = d->texts + d->text_blocks[number / NAMES_PER_BLOCK];
    for (uint32_t left = number % NAMES_PER_BLOCK;; left--) {
        uint32_t shared = *at++, more = *at++;
        if (more == 255) { more = at[0] | (uint32_t)at[1] << 8; at += 2; }
        memcpy(out + shared, at, more);
        at += more;
        if (!left) return shared + more;
    }
}
#endif
