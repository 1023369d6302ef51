/* The exact matcher over one flat, read-only file: see kernel.py for the interface and engine.py for the
 * layout. A text becomes atoms (runs of letters, digits and marks; any other character alone), each hashed
 * once from its case-folded UTF-8. Hashes roll from atom to atom. Two small tables say which lengths are
 * possible behind a first atom and behind a first pair; one open-addressing table holds the names. Whatever
 * a hash finds is compared byte by byte before it counts. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OTHER = 0, WORD = 1, SPACE = 2 };
#define NONE 0xffffffffu
#define MAX_BYTES 800 /* 200 code points, the longest name */
#define MAX_ATOMS 202
#define PAD 16
#define AHEAD 12
#define EVERY 2
#define MOST 8

typedef struct {
    const uint16_t *blocks;      /* code point / 128 -> block */
    const uint32_t *chars;       /* block * 128 + code point % 128 -> folded minus itself | class << 21 | several << 23 */
    const uint32_t *several;     /* foldings to more than one character: count, characters */
    const uint64_t *slots;       /* tag << 32 | place of a record / 4 */
    const uint64_t *firsts;      /* tag << 32 | mask + 1, by the first atom */
    const uint64_t *pairs;       /* the same by the first two atoms */
    const uint64_t *masks;       /* bit n - 1: a name of n atoms; bit 63: of 64 or more */
    const uint8_t *records;      /* of one group each, see below */
    uint64_t slot_count, first_count, pair_count;
} dictionary;

/* A record holds the names that differ in case alone: their case-folded bytes, then each name that must
 * stand in its own case, as a length and bytes. Keys are numbered in this order. */
typedef struct {
    uint32_t first_key;
    uint16_t length;
    uint16_t kinds; /* bit 0: the first key matches in any case; above: how many names of a case of their own */
} record;

typedef struct {
    uint64_t hash, first, mask, pair;
    uint32_t fold_start, fold_end; /* in the folded text */
    uint32_t byte_start, byte_end; /* in the text */
    uint32_t start, end;           /* code points of the text */
    uint8_t space, glued, can_start, can_end;
} atom;

static inline uint64_t mix(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, 8);
    return value;
}

/* Reads up to 8 bytes past the end: every buffer has PAD behind it. */
static inline uint64_t hash_bytes(const uint8_t *at, uint32_t length) {
    uint64_t hash = 0x9e3779b97f4a7c15ull ^ length;
    for (; length > 8; length -= 8, at += 8) hash = mix(hash ^ load(at), 0xa0761d6478bd642full);
    uint64_t tail = length == 8 ? load(at) : load(at) & ((1ull << (8 * length)) - 1);
    return mix(hash ^ tail, 0xe7037ed1a0b428dbull);
}

static inline uint64_t roll(uint64_t before, uint64_t hash, int space) {
    return mix(before ^ (hash + (space ? 0x2545f4914f6cdd1dull : 0)), 0x8ebc6af09c88c6e3ull) + 1;
}
#define SEED 0x589965cc75374cc3ull

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

/* Cut a text into atoms, also at `cuts` (sorted starts and ends of given tokens); returns their number.
 * `folded` needs 3 * length + PAD bytes, `atoms` length + 1 entries. */
static uint32_t scan(const dictionary *d, const uint8_t *text, uint32_t length, const uint32_t *cuts,
                     uint32_t cut_count, uint8_t *folded, atom *atoms) {
    const uint8_t *at = text, *end = text + length;
    uint8_t *out = folded;
    uint32_t n = 0, point = 0, cut = 0;
    uint8_t ascii_class[128], ascii_fold[128];
    for (uint32_t c = 0; c < 128; c++) {
        uint32_t value = look(d, c);
        ascii_class[c] = (uint8_t)(value >> 21 & 3);
        ascii_fold[c] = (uint8_t)(c + value);
    }
    int space = 0, in_word = 0;
    while (at < end) {
        const uint8_t *from = at;
        uint8_t *fold_from = out;
        uint32_t kind;
        while (cut < cut_count && cuts[cut] < point) cut++;
        int cut_here = cut < cut_count && cuts[cut] == point;
        if (*at < 0x80) {
            kind = ascii_class[*at];
            if (kind != SPACE) *out++ = ascii_fold[*at];
            at++;
        } else {
            uint32_t c = decode(&at, end), value = look(d, c);
            kind = value >> 21 & 3;
            if (kind == SPACE) {
            } else if (value >> 23 & 1) {
                const uint32_t *several = d->several + (value & 0x1fffff);
                for (uint32_t k = 1; k <= several[0]; k++) out = encode(out, several[k]);
            } else out = encode(out, (c + value) & 0x1fffff);
        }
        point++;
        if (kind == SPACE) {
            if (!space) *out++ = ' ';
            space = 1;
            in_word = 0;
            continue;
        }
        if (kind == WORD && in_word && !cut_here) {
            atom *a = &atoms[n - 1];
            a->fold_end = (uint32_t)(out - folded);
            a->byte_end = (uint32_t)(at - text);
            a->end = point;
        } else {
            atom *a = &atoms[n++];
            a->fold_start = (uint32_t)(fold_from - folded);
            a->fold_end = (uint32_t)(out - folded);
            a->byte_start = (uint32_t)(from - text);
            a->byte_end = (uint32_t)(at - text);
            a->start = point - 1;
            a->end = point;
            a->space = (uint8_t)space;
            a->glued = (uint8_t)(kind == WORD && in_word);
            a->can_start = a->can_end = 0;
        }
        in_word = kind == WORD;
        space = 0;
    }
    memset(out, 0, PAD);
    for (uint32_t i = 0; i < n; i++) {
        atoms[i].hash = hash_bytes(folded + atoms[i].fold_start, atoms[i].fold_end - atoms[i].fold_start);
        atoms[i].first = roll(SEED, atoms[i].hash, 0);
    }
    return n;
}

static inline uint64_t place(uint64_t hash, uint64_t count) {
    return (uint64_t)(((__uint128_t)hash * count) >> 64);
}

static inline uint32_t find(const uint64_t *table, uint64_t count, uint64_t hash) {
    uint32_t tag = (uint32_t)hash;
    for (uint64_t at = place(hash, count);; at = at + 1 == count ? 0 : at + 1) {
        uint64_t slot = table[at];
        if (!slot) return NONE;
        if ((uint32_t)(slot >> 32) == tag) return (uint32_t)slot - 1;
    }
}

static inline uint64_t lengths(const dictionary *d, const uint64_t *table, uint64_t count, uint64_t hash) {
    uint32_t mask = find(table, count, hash);
    return mask == NONE ? 0 : d->masks[mask];
}

/* The record whose case-folded bytes stand here, or NULL. */
static const uint8_t *record_of(const dictionary *d, uint64_t hash, const uint8_t *folded, uint32_t length) {
    uint32_t tag = (uint32_t)hash;
    for (uint64_t at = place(hash, d->slot_count);; at = at + 1 == d->slot_count ? 0 : at + 1) {
        uint64_t slot = d->slots[at];
        if (!slot) return NULL;
        if ((uint32_t)(slot >> 32) != tag) continue;
        const uint8_t *found = d->records + (uint64_t)(uint32_t)slot * 4;
        if (((const record *)found)->length == length && !memcmp(found + sizeof(record), folded, length)) return found;
    }
}

/* Whether the text, each run of white space as one space, is the key. */
static int same_case(const dictionary *d, const uint8_t *at, const uint8_t *end, const uint8_t *key,
                     const uint8_t *key_end) {
    while (at < end) {
        const uint8_t *from = at;
        if ((look(d, decode(&at, end)) >> 21 & 3) == SPACE) {
            if (key >= key_end || *key++ != ' ') return 0;
            for (const uint8_t *next = at; next < end && (look(d, decode(&next, end)) >> 21 & 3) == SPACE;) at = next;
        } else {
            if (key_end - key < at - from || memcmp(key, from, (size_t)(at - from))) return 0;
            key += at - from;
        }
    }
    return key == key_end;
}

/* Keys of the name from atom i to atom j: out[0] the one matched in any case, out[1] the one in this case. */
static int accept(const dictionary *d, const uint8_t *text, const uint8_t *folded, const atom *from, const atom *to,
                  uint64_t hash, uint32_t *out) {
    uint32_t length = to->fold_end - from->fold_start;
    if (length > MAX_BYTES) return 0;
    const uint8_t *at = record_of(d, hash, folded + from->fold_start, length);
    if (!at) return 0;
    const record *found = (const record *)at;
    uint32_t any_case = found->kinds & 1, key = found->first_key + any_case;
    out[0] = any_case ? found->first_key : NONE;
    out[1] = NONE;
    at += sizeof(record) + length;
    for (uint32_t left = found->kinds >> 1; left; left--, key++) {
        uint32_t size = at[0] | (uint32_t)at[1] << 8;
        if (same_case(d, text + from->byte_start, text + to->byte_end, at + 2, at + 2 + size)) out[1] = key;
        at += 2 + size;
    }
    return out[0] != NONE || out[1] != NONE;
}

typedef struct {
    uint32_t text, start, end, folded_key, exact_key;
} hit;

/* Which lengths each atom can begin. Tables larger than the cache are asked for ahead of need. */
static void possible(const dictionary *d, atom *atoms, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (i + AHEAD < n) __builtin_prefetch(&d->firsts[place(atoms[i + AHEAD].first, d->first_count)]);
        atoms[i].mask = lengths(d, d->firsts, d->first_count, atoms[i].first);
        if (i + 1 == n) atoms[i].mask &= 1;
        if (atoms[i].mask > 1) {
            atoms[i].pair = roll(atoms[i].first, atoms[i + 1].hash, atoms[i + 1].space);
            __builtin_prefetch(&d->pairs[place(atoms[i].pair, d->pair_count)]);
        }
        if (atoms[i].mask & 1) __builtin_prefetch(&d->slots[place(atoms[i].first, d->slot_count)]);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (atoms[i].mask <= 1) continue;
        atoms[i].mask = (atoms[i].mask & 1) | (lengths(d, d->pairs, d->pair_count, atoms[i].pair) & ~1ull);
        if (atoms[i].mask >> 1 & 1) __builtin_prefetch(&d->slots[place(atoms[i].pair, d->slot_count)]);
    }
}

/* Leftmost, longest; atoms are tokens. `nested` gives the longest name at each atom, EVERY the MOST longest.
 * Returns the number of hits. */
static uint32_t match_atoms(const dictionary *d, const uint8_t *text, const uint8_t *folded, atom *atoms,
                            uint32_t n, uint32_t number, int nested, hit *out) {
    uint64_t hashes[MAX_ATOMS];
    uint32_t count = 0;
    possible(d, atoms, n);
    for (uint32_t i = 0; i < n;) {
        uint64_t mask = atoms[i].mask;
        if (!mask) { i++; continue; }
        uint32_t longest = 1;
        hashes[0] = atoms[i].first;
        if (mask > 1) {
            hashes[1] = atoms[i].pair;
            longest = mask >> 63 ? MAX_ATOMS : 64 - (uint32_t)__builtin_clzll(mask);
            if (longest > n - i) longest = n - i;
            for (uint32_t k = 2; k < longest; k++)
                hashes[k] = roll(hashes[k - 1], atoms[i + k].hash, atoms[i + k].space);
            for (uint32_t k = 3; k <= longest && k < 64; k++)
                if (mask >> (k - 1) & 1) __builtin_prefetch(&d->slots[place(hashes[k - 1], d->slot_count)]);
        }
        uint32_t taken = 0, told = 0;
        for (uint32_t k = longest; k >= 1; k--) {
            if (!(mask >> (k < 64 ? k - 1 : 63) & 1)) continue;
            uint32_t keys[2];
            if (!accept(d, text, folded, &atoms[i], &atoms[i + k - 1], hashes[k - 1], keys)) continue;
            out[count++] = (hit){number, atoms[i].start, atoms[i + k - 1].end, keys[0], keys[1]};
            if (!taken) taken = k;
            if (nested < EVERY || ++told == MOST) break;
        }
        i += taken && !nested ? taken : 1;
    }
    return count;
}

/* The same on given tokens, whose edges need not be those of atoms. */
static uint32_t match_cut(const dictionary *d, const uint8_t *text, const uint8_t *folded, const atom *atoms,
                          uint32_t n, hit *out) {
    struct { uint64_t hash; uint32_t to; } found[MAX_BYTES + 1];
    uint32_t count = 0;
    for (uint32_t i = 0; i < n;) {
        if (!atoms[i].can_start) { i++; continue; }
        uint64_t before = SEED, now = SEED, mask = 1;
        uint32_t length = 0, begin = i, candidates = 0;
        for (uint32_t j = i; j < n && atoms[j].fold_end - atoms[i].fold_start <= MAX_BYTES; j++) {
            uint64_t hash = atoms[j].hash;
            if (j == i || !atoms[j].glued) {
                if (length == 1) mask = lengths(d, d->firsts, d->first_count, now);
                if (length == 2) mask &= lengths(d, d->pairs, d->pair_count, now);
                if (length && mask >> (length < 63 ? length : 63) == 0) break;
                before = now;
                begin = j;
                length++;
            } else {
                uint32_t from = atoms[begin].fold_start;
                hash = hash_bytes(folded + from, atoms[j].fold_end - from);
            }
            now = roll(before, hash, begin > i && atoms[begin].space);
            if (atoms[j].can_end) {
                found[candidates].hash = now;
                found[candidates++].to = j;
            }
        }
        uint32_t next = i + 1;
        while (candidates--) {
            uint32_t keys[2], to = found[candidates].to;
            if (!accept(d, text, folded, &atoms[i], &atoms[to], found[candidates].hash, keys)) continue;
            out[count++] = (hit){0, atoms[i].start, atoms[to].end, keys[0], keys[1]};
            next = to + 1;
            break;
        }
        i = next;
    }
    return count;
}

/* Match texts `first`.. of an Arrow string array until `capacity` might not hold the next one's hits.
 * Returns the hits; *done is the next text. -1: no memory. */
int64_t mc_match(const dictionary *d, const uint8_t *data, const int64_t *offsets, int64_t first, int64_t texts,
                 int64_t longest, int nested, hit *out, int64_t capacity, int64_t *done) {
    uint8_t *folded = malloc((size_t)longest * 3 + PAD);
    atom *atoms = malloc(((size_t)longest + 1) * sizeof(atom));
    int64_t count = 0;
    if (!folded || !atoms) count = -1;
    for (*done = first; count >= 0 && *done < texts; ++*done) {
        const uint8_t *text = data + offsets[*done];
        uint32_t length = (uint32_t)(offsets[*done + 1] - offsets[*done]);
        if (count + (nested < EVERY ? 1 : MOST) * (int64_t)length > capacity) break;
        uint32_t n = scan(d, text, length, NULL, 0, folded, atoms);
        count += match_atoms(d, text, folded, atoms, n, (uint32_t)*done, nested, out + count);
    }
    free(folded);
    free(atoms);
    return count;
}

/* Match one text on given tokens: sorted starts and ends in code points. `out` holds `length` hits. */
int64_t mc_match_tokens(const dictionary *d, const uint8_t *text, int64_t length, const uint32_t *starts,
                        const uint32_t *ends, int64_t tokens, const uint32_t *cuts, int64_t cut_count, hit *out) {
    uint8_t *folded = malloc((size_t)length * 3 + PAD);
    atom *atoms = malloc(((size_t)length + 1) * sizeof(atom));
    int64_t count = -1;
    if (folded && atoms) {
        uint32_t n = scan(d, text, (uint32_t)length, cuts, (uint32_t)cut_count, folded, atoms);
        int64_t s = 0, e = 0;
        for (uint32_t i = 0; i < n; i++) {
            while (s < tokens && starts[s] < atoms[i].start) s++;
            while (e < tokens && ends[e] < atoms[i].end) e++;
            atoms[i].can_start = s < tokens && starts[s] == atoms[i].start;
            atoms[i].can_end = e < tokens && ends[e] == atoms[i].end;
        }
        count = match_cut(d, text, folded, atoms, n, out);
    }
    free(folded);
    free(atoms);
    return count;
}

/* Hashes of names, for building: of the first atom, the first two (0: has one), all; and the number of atoms. */
int64_t mc_hash(const dictionary *d, const uint8_t *data, const int64_t *offsets, int64_t names, int64_t longest,
                uint64_t *first, uint64_t *pair, uint64_t *whole, uint32_t *atom_count) {
    uint8_t *folded = malloc((size_t)longest * 3 + PAD);
    atom *atoms = malloc(((size_t)longest + 1) * sizeof(atom));
    if (folded && atoms)
        for (int64_t i = 0; i < names; i++) {
            uint32_t n = scan(d, data + offsets[i], (uint32_t)(offsets[i + 1] - offsets[i]), NULL, 0, folded, atoms);
            uint64_t hash = SEED;
            first[i] = pair[i] = 0;
            for (uint32_t k = 0; k < n; k++) {
                hash = roll(hash, atoms[k].hash, k > 0 && atoms[k].space);
                if (k == 0) first[i] = hash;
                if (k == 1) pair[i] = hash;
            }
            whole[i] = hash;
            atom_count[i] = n;
        }
    int64_t result = folded && atoms ? 0 : -1;
    free(folded);
    free(atoms);
    return result;
}

/* Put (hash, value > 0) pairs into an empty open-addressing table. */
void mc_fill(uint64_t *table, uint64_t count, const uint64_t *hashes, const uint32_t *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        uint64_t at = place(hashes[i], count);
        while (table[at]) at = at + 1 == count ? 0 : at + 1;
        table[at] = (uint64_t)(uint32_t)hashes[i] << 32 | values[i];
    }
}
