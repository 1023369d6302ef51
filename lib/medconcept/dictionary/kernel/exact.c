/* The exact matcher. A text becomes atoms (runs of letters, digits and marks; any other character alone), each
 * hashed once from its case-folded UTF-8. Hashes roll from atom to atom. Two small tables say which lengths are
 * possible behind a first atom and behind the first two, three, and LONG; one open-addressing table holds the
 * names. Whatever a hash finds is compared byte by byte before it counts. */
#include "kernel.h"

#define EVERY 2
#define MOST 8
#define NOWHERE UINT64_MAX
#define EACH_BYTE 0x0101010101010101ull

typedef struct {
    uint64_t hash, first, pair, triple;
    uint32_t mask;
    uint32_t fold_start, fold_end; /* in the folded text */
    uint32_t byte_start, byte_end; /* in the text */
    uint32_t start, end;           /* code points of the text */
    uint8_t space, glued, can_start, can_end;
} atom;

typedef struct {
    uint32_t text, start, end, folded_key, exact_key;
} hit;

/* Of each ASCII character its class and how it is written in lower case, once for many texts. */
typedef struct {
    uint8_t kind[128], folded[128];
    uint8_t word[256]; /* lower case of what stands in words, 0 for all else */
} ascii;

static void look_at_ascii(const dictionary *d, ascii *of) {
    memset(of->word, 0, sizeof of->word);
    for (uint32_t c = 0; c < 128; c++) {
        uint32_t value = look(d, c);
        of->kind[c] = (uint8_t)class_of(value);
        of->folded[c] = (uint8_t)(c + value);
        if (of->kind[c] == WORD) of->word[c] = of->folded[c];
    }
}

/* Cut a text into atoms, also at `cuts` (sorted starts and ends of given tokens); returns their number.
 * `folded` needs 3 * length + PAD bytes, `atoms` length + 1 entries. */
static inline __attribute__((always_inline)) uint32_t scan_at(
    const dictionary *d, const ascii *of, const uint8_t *text, uint32_t length, const uint32_t *cuts,
    uint32_t cut_count, uint8_t *folded, atom *atoms) {
    const uint8_t *at = text, *end = text + length;
    uint8_t *out = folded;
    uint32_t n = 0, point = 0, cut = 0;
    int space = 0, in_word = 0;
    while (at < end) {
        const uint8_t *from = at;
        uint8_t *fold_from = out;
        uint32_t kind, start = point++;
        while (cut < cut_count && cuts[cut] < start) cut++;
        int cut_here = cut < cut_count && cuts[cut] == start;
        if (*at < 0x80) {
            kind = of->kind[*at];
            if (kind != SPACE) *out++ = of->folded[*at];
            at++;
        } else {
            uint32_t c = decode(&at, end), value = look(d, c);
            kind = class_of(value);
            if (kind != SPACE) out = fold(d, out, c, value);
        }
        if (kind == SPACE) {
            if (!space) *out++ = ' ';
            space = 1;
            in_word = 0;
            continue;
        }
        if (kind == WORD && !cut_count) /* most of a text: to the end of the word, or to what is not ASCII */
            for (uint8_t letter; at < end && (letter = of->word[*at]); at++, point++) *out++ = letter;
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
            a->start = start;
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
        atoms[i].hash = hash_padded(folded + atoms[i].fold_start, atoms[i].fold_end - atoms[i].fold_start);
        atoms[i].first = roll(ROLL_SEED, atoms[i].hash, 0);
    }
    return n;
}

static uint32_t scan(const dictionary *d, const ascii *of, const uint8_t *text, uint32_t length, uint8_t *folded,
                     atom *atoms) {
    return scan_at(d, of, text, length, NULL, 0, folded, atoms);
}

/* Whether a name, case-folded, is these bytes. */
static int same_folded(const dictionary *d, const uint8_t *name, uint32_t size, const uint8_t *folded, uint32_t length) {
    const uint8_t *end = name + size, *stop = folded + length;
    while (name < end) {
        if (folded >= stop) return 0;
        if (*name < 0x80) {
            if ((uint8_t)(*name + d->chars[d->blocks[0] * 128u + *name]) != *folded) return 0;
            name++, folded++;
            continue;
        }
        uint8_t out[16];
        uint32_t c = decode(&name, end);
        uint32_t made = (uint32_t)(fold(d, out, c, look(d, c)) - out);
        if ((uint32_t)(stop - folded) < made || memcmp(out, folded, made)) return 0;
        folded += made;
    }
    return folded == stop;
}

/* Whether the text, each run of white space as one space, is the name. */
static int same_case(const dictionary *d, const uint8_t *at, const uint8_t *end, const uint8_t *name, uint32_t size) {
    const uint8_t *name_end = name + size;
    while (at < end) {
        const uint8_t *from = at;
        if (class_of(look(d, decode(&at, end))) == SPACE) {
            if (name >= name_end || *name++ != ' ') return 0;
            for (const uint8_t *next = at; next < end && class_of(look(d, decode(&next, end))) == SPACE;) at = next;
        } else {
            if (name_end - name < at - from || memcmp(name, from, (size_t)(at - from))) return 0;
            name += at - from;
        }
    }
    return name == name_end;
}

static inline uint8_t tag_of(uint64_t hash) { return (uint8_t)(1 + (uint32_t)(hash & 0xffff) % 255); }

/* The top bit of each byte that is 0; above the first of them also of some that are 1. */
static inline uint64_t zero_bytes(uint64_t eight) { return (eight - EACH_BYTE) & ~eight & EACH_BYTE << 7; }

/* The next slot with a tag, at or behind one; NOWHERE where an empty one comes before. Eight are looked at at once:
 * most hashes that are asked for are of no name, and the slots in use lie in runs. */
static inline uint64_t next_slot(const dictionary *d, uint64_t at, uint8_t tag) {
    for (;;) {
        if (at + 8 > d->slot_count) {
            if (at == d->slot_count) at = 0;
            else if (!d->tags[at]) return NOWHERE;
            else if (d->tags[at] == tag) return at;
            else at++;
            continue;
        }
        uint64_t tags = load(d->tags + at), empty = zero_bytes(tags), same = zero_bytes(tags ^ EACH_BYTE * tag);
        if (empty) same &= (empty & -empty) - 1; /* those before the first that is empty */
        if (same) return at + (uint64_t)(__builtin_ctzll(same) >> 3);
        if (empty) return NOWHERE;
        at += 8;
    }
}

/* Names from atom to atom: out[0] the best of those that match in any case, out[1] of those in this case. */
static int accept(const dictionary *d, const uint8_t *text, const uint8_t *folded, const atom *from, const atom *to,
                  uint64_t hash, uint32_t *out) {
    uint32_t length = to->fold_end - from->fold_start;
    uint8_t tag = tag_of(hash), name[MAX_BYTES + 8];
    out[0] = out[1] = NONE;
    if (length > 3 * MAX_BYTES) return 0;
    for (uint64_t at = next_slot(d, place(hash, d->slot_count), tag); at != NOWHERE; at = next_slot(d, at + 1, tag)) {
        uint32_t number = d->slots[at];
        int own_case = d->ranks[number] >> 7;
        uint32_t *best = &out[own_case];
        if (*best != NONE && d->ranks[*best] <= d->ranks[number]) continue;
        uint32_t size = name_bytes(d, number, name);
        if (own_case ? same_case(d, text + from->byte_start, text + to->byte_end, name, size)
                     : same_folded(d, name, size, folded + from->fold_start, length))
            *best = number;
    }
    return out[0] != NONE || out[1] != NONE;
}

/* Which lengths each atom can begin. Tables larger than the cache are asked for ahead of need. */
static void possible(const dictionary *d, atom *atoms, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (i + AHEAD < n) __builtin_prefetch(&d->firsts[place_of_mask(atoms[i + AHEAD].first, d->first_count)]);
        atoms[i].mask = lengths(d->firsts, d->first_count, atoms[i].first);
        if (i + 1 == n) atoms[i].mask &= 1;
        if (atoms[i].mask > 1) {
            atoms[i].pair = roll(atoms[i].first, atoms[i + 1].hash, atoms[i + 1].space);
            __builtin_prefetch(&d->beginnings[place_of_mask(atoms[i].pair, d->beginning_count)]);
        }
        if (atoms[i].mask & 1) __builtin_prefetch(&d->tags[place(atoms[i].first, d->slot_count)]);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (atoms[i].mask <= 1) continue;
        atoms[i].mask = (atoms[i].mask & 1) | (lengths(d->beginnings, d->beginning_count, atoms[i].pair) & ~1u);
        if (i + 2 >= n) atoms[i].mask &= 3;
        if (atoms[i].mask > 3) {
            atoms[i].triple = roll(atoms[i].pair, atoms[i + 2].hash, atoms[i + 2].space);
            __builtin_prefetch(&d->beginnings[place_of_mask(atoms[i].triple, d->beginning_count)]);
        }
        if (atoms[i].mask >> 1 & 1) __builtin_prefetch(&d->tags[place(atoms[i].pair, d->slot_count)]);
    }
    for (uint32_t i = 0; i < n; i++)
        if (atoms[i].mask > 3)
            atoms[i].mask &= lengths(d->beginnings, d->beginning_count, atoms[i].triple) | 3;
}

/* Leftmost, longest; atoms are tokens. `nested` gives the longest name at each atom, EVERY the MOST longest.
 * Returns the number of hits. */
static uint32_t match_atoms(const dictionary *d, const uint8_t *text, const uint8_t *folded, atom *atoms,
                            uint32_t n, uint32_t number, int nested, hit *out) {
    uint64_t hashes[MAX_ATOMS];
    uint32_t count = 0;
    possible(d, atoms, n);
    for (uint32_t i = 0; i < n;) {
        uint32_t mask = atoms[i].mask;
        if (!mask) { i++; continue; }
        uint32_t longest = 1;
        hashes[0] = atoms[i].first;
        if (mask > 1) {
            hashes[1] = atoms[i].pair;
            longest = mask >> (LONG - 1) ? MAX_ATOMS : 32 - (uint32_t)__builtin_clz(mask);
            if (longest > n - i) longest = n - i;
            for (uint32_t k = 2; k < longest; k++) {
                hashes[k] = roll(hashes[k - 1], atoms[i + k].hash, atoms[i + k].space);
                if (k + 1 == LONG && !lengths(d->beginnings, d->beginning_count, hashes[k])) longest = LONG - 1;
                else if (mask & mask_bit(k + 1)) __builtin_prefetch(&d->tags[place(hashes[k], d->slot_count)]);
            }
        }
        uint32_t taken = 0, told = 0;
        for (uint32_t k = longest; k >= 1; k--) {
            if (!(mask & mask_bit(k))) continue;
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
    struct { uint64_t hash; uint32_t to; } found[3 * MAX_BYTES + 1];
    uint32_t count = 0;
    for (uint32_t i = 0; i < n;) {
        if (!atoms[i].can_start) { i++; continue; }
        uint64_t before = ROLL_SEED, now = ROLL_SEED;
        uint32_t length = 0, begin = i, candidates = 0, mask = 1;
        for (uint32_t j = i; j < n && atoms[j].fold_end - atoms[i].fold_start <= 3 * MAX_BYTES; j++) {
            uint64_t hash = atoms[j].hash;
            if (j == i || !atoms[j].glued) {
                if (length == 1) mask = lengths(d->firsts, d->first_count, now);
                if (length == 2 || length == 3 || length == LONG)
                    mask &= lengths(d->beginnings, d->beginning_count, now);
                if (length && mask >> (length < 15 ? length : 15) == 0) break;
                before = now;
                begin = j;
                length++;
            } else {
                uint32_t from = atoms[begin].fold_start;
                hash = hash_padded(folded + from, atoms[j].fold_end - from);
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

/* A place in a text as bytes, code points and UTF-16 code units. */
typedef struct {
    uint32_t byte, point, unit;
} spot;

/* From a place on to a code unit of the text, or to its end. */
static void go_to(const uint8_t *text, uint32_t length, uint32_t unit, spot *at) {
    while (at->unit < unit && at->byte < length) {
        if (unit - at->unit >= 8 && length - at->byte >= 8 && !(load(text + at->byte) & EACH_BYTE << 7)) {
            at->byte += 8, at->point += 8, at->unit += 8;
            continue;
        }
        uint8_t lead = text[at->byte];
        at->byte += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        at->unit += lead < 0xf0 ? 1 : 2;
        at->point++;
    }
    if (at->byte > length) at->byte = length;
}

/* Match texts `first`.. of an Arrow string array until `capacity` might not hold the next one's hits. Where `edges`
 * is given, within sentences: those of text i are edges[i] to edges[i + 1], each from the code unit where it begins
 * to that of its last character, in order. Returns the hits, code points of the text; *done is the next text.
 * -1: no memory. */
int64_t mc_match(const dictionary *d, const uint8_t *data, const int64_t *offsets, const int32_t *edges,
                 const int32_t *begins, const int32_t *lasts, int64_t first, int64_t texts, int64_t longest, int nested,
                 hit *out, int64_t capacity, int64_t *done) {
    uint8_t *folded = malloc((size_t)longest * 3 + PAD);
    atom *atoms = malloc(((size_t)longest + 1) * sizeof(atom));
    int64_t count = 0;
    ascii of;
    look_at_ascii(d, &of);
    if (!folded || !atoms) count = -1;
    for (*done = first; count >= 0 && *done < texts; ++*done) {
        const uint8_t *text = data + offsets[*done];
        uint32_t length = (uint32_t)(offsets[*done + 1] - offsets[*done]), number = (uint32_t)*done;
        if (count + (nested < EVERY ? 1 : MOST) * (int64_t)length > capacity) break;
        if (!edges) {
            uint32_t n = scan(d, &of, text, length, folded, atoms);
            count += match_atoms(d, text, folded, atoms, n, number, nested, out + count);
            continue;
        }
        spot at = {0, 0, 0};
        for (int32_t s = edges[number]; s < edges[number + 1]; s++) {
            go_to(text, length, (uint32_t)begins[s], &at);
            spot from = at;
            go_to(text, length, (uint32_t)lasts[s] + 1, &at);
            uint32_t n = scan(d, &of, text + from.byte, at.byte - from.byte, folded, atoms);
            uint32_t found = match_atoms(d, text + from.byte, folded, atoms, n, number, nested, out + count);
            for (; found; found--, count++) out[count].start += from.point, out[count].end += from.point;
        }
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
        ascii of;
        look_at_ascii(d, &of);
        uint32_t n = scan_at(d, &of, text, (uint32_t)length, cuts, (uint32_t)cut_count, folded, atoms);
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

/* Hashes of names, for building: of all atoms; the upper half of those of the first atom and of the first two,
 * three and LONG, 0 where there are fewer; and the number of atoms. */
int64_t mc_hash_names(const dictionary *d, const uint8_t *data, const int64_t *offsets, int64_t names,
                      int64_t longest, uint64_t *whole, uint32_t *begins, uint8_t *atom_count) {
    uint8_t *folded = malloc((size_t)longest * 3 + PAD);
    atom *atoms = malloc(((size_t)longest + 1) * sizeof(atom));
    ascii of;
    look_at_ascii(d, &of);
    if (folded && atoms)
        for (int64_t i = 0; i < names; i++) {
            uint32_t n = scan(d, &of, data + offsets[i], (uint32_t)(offsets[i + 1] - offsets[i]), folded, atoms);
            uint64_t hash = ROLL_SEED;
            uint32_t *begin = begins + 4 * i;
            memset(begin, 0, 4 * sizeof *begin);
            for (uint32_t k = 0; k < n; k++) {
                hash = roll(hash, atoms[k].hash, k > 0 && atoms[k].space);
                if (k < 3 || k + 1 == LONG) begin[k < 3 ? k : 3] = (uint32_t)(hash >> 32);
            }
            whole[i] = hash;
            atom_count[i] = (uint8_t)(n < 255 ? n : 255);
        }
    int64_t result = folded && atoms ? 0 : -1;
    free(folded);
    free(atoms);
    return result;
}

/* Put names into an empty table of exact names, in order. */
void mc_fill_names(uint8_t *tags, uint32_t *slots, uint64_t count, const uint64_t *hashes, const uint32_t *numbers,
                   int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        uint64_t at = place(hashes[i], count);
        while (tags[at]) at = at + 1 == count ? 0 : at + 1;
        tags[at] = tag_of(hashes[i]);
        slots[at] = numbers[i];
    }
}

/* The bytes of a name; `out` holds MAX_BYTES. */
int64_t mc_name(const dictionary *d, int64_t number, uint8_t *out) { return name_bytes(d, (uint32_t)number, out); }
