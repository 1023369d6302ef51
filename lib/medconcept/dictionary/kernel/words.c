/* Words of texts and names, and forms of names in texts.
 *
 * A text is cut into words (words.h). Each word is looked up in a table of the words met so far, which has the hashes
 * of its two normal forms: its singular, and the noun that it is derived from. Python works these out once per word
 * (word_table.py). A form of a name is a sequence of normal forms; its hash rolls from word to word. Two small tables
 * tell which lengths are possible after a first word and after the first two, and one hash table holds the forms. */
#include "words.h"

#define LONGEST_WORD 600 /* bytes; a longer word is in no name and is not normalised */

static inline uint64_t key_of(const uint8_t *at, uint32_t length) {
    uint64_t key = hash_bytes(at, length);
    return key ? key : 1;
}

static inline uint64_t slot_of(const word_table *t, uint64_t key) {
    uint64_t at = place(key, t->size);
    while (t->keys[at] && t->keys[at] != key) at = at + 1 == t->size ? 0 : at + 1;
    return at;
}

/* Start and end of each word of texts, in code points; `out` has room for one word per byte. counts[i] is the number of
 * words of text i. Returns the number of all words. */
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

/* Add the words of texts that the table does not have, without their normal forms: the slot of each, and where in
 * `data` it begins and ends. Stops when half of the table is used or `out` is full; *done is then the text to go on
 * with. Returns the number of words added. */
int64_t mc_new_words(const dictionary *d, word_table *t, const uint8_t *data, const int64_t *offsets, int64_t first,
                     int64_t texts, int64_t *out, int64_t capacity, int64_t *done) {
    int64_t count = 0;
    for (*done = first; *done < texts; ++*done) {
        const uint8_t *at = data + offsets[*done], *end = data + offsets[*done + 1];
        uint32_t point = 0;
        int before = 0;
        word w;
        while (next_word(d, &at, end, &point, &before, &w)) {
            if (w.byte_end > LONGEST_WORD) continue;
            const uint8_t *from = at - w.byte_end;
            uint64_t key = key_of(from, w.byte_end), slot = slot_of(t, key);
            if (t->keys[slot]) continue;
            if (count == capacity || t->used * 2 >= t->size) return count;
            t->keys[slot] = key;
            t->used++;
            out[3 * count] = (int64_t)slot;
            out[3 * count + 1] = from - data;
            out[3 * count++ + 2] = at - data;
        }
    }
    return count;
}

/* The words of a text with their normal forms; every word must be in the table. Returns their number. */
static uint32_t cut(const dictionary *d, const word_table *t, const uint8_t *text, uint32_t length, word *out) {
    const uint8_t *at = text, *end = text + length;
    uint32_t n = 0, point = 0, changed = 0;
    int before = 0;
    while (next_word(d, &at, end, &point, &before, &out[n])) {
        word *w = &out[n++];
        uint32_t size = w->byte_end;
        w->byte_end = (uint32_t)(at - text);
        w->byte_start = w->byte_end - size;
        w->flags = 0;
        if (size > LONGEST_WORD) w->singular = w->noun = key_of(at - size, size);
        else {
            uint64_t slot = slot_of(t, key_of(at - size, size));
            w->flags = t->flags[slot];
            uint32_t number = w->flags >> ROMAN_SHIFT & ROMAN_MASK;
            if (number && n > 1 && out[n - 2].flags & MAY_BE_NUMBERED) {
                w->singular = w->noun = t->numbers[number];
                w->flags = 0;
            } else {
                w->singular = t->singular[slot];
                w->noun = t->noun[slot];
            }
        }
        changed += w->singular != w->noun;
        w->changed = changed;
    }
    return n;
}

/* Work out which lengths forms may have that begin at each word, of singulars or of nouns. The tables are larger than
 * the processor's cache, so each round prefetches what the next one reads. */
static void possible(const dictionary *d, word *w, uint32_t n, int nouns) {
    for (uint32_t i = 0; i < n; i++) {
        w[i].first = roll(ROLL_SEED, nouns ? w[i].noun : w[i].singular, 0);
        __builtin_prefetch(&d->form_firsts[place_of_mask(w[i].first, d->form_firsts_count)]);
    }
    for (uint32_t i = 0; i < n; i++) {
        w[i].mask = lengths(d->form_firsts, d->form_firsts_count, w[i].first);
        if (i + 1 == n) w[i].mask &= 1;
        if (w[i].mask & 1) __builtin_prefetch(&d->form_slots[place(w[i].first, d->form_slots_count)]);
        if (w[i].mask <= 1) continue;
        w[i].pair = roll(w[i].first, nouns ? w[i + 1].noun : w[i + 1].singular, 1);
        __builtin_prefetch(&d->form_pairs[place_of_mask(w[i].pair, d->form_pairs_count)]);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (w[i].mask <= 1) continue;
        w[i].mask = (w[i].mask & 1) | (lengths(d->form_pairs, d->form_pairs_count, w[i].pair) & ~1u);
        if (w[i].mask >> 1 & 1) __builtin_prefetch(&d->form_slots[place(w[i].pair, d->form_slots_count)]);
    }
}

static inline uint32_t sense_of(const dictionary *d, uint64_t hash) {
    uint64_t tag = form_slot(hash, 0) >> SENSE_BITS;
    for (uint64_t at = place(hash, d->form_slots_count);; at = at + 1 == d->form_slots_count ? 0 : at + 1) {
        uint64_t slot = d->form_slots[at];
        if (!slot) return NONE;
        if (slot >> SENSE_BITS == tag) return (uint32_t)(slot & ((1u << SENSE_BITS) - 1)) - 1;
    }
}

/* The number of bytes of a possessive 's or 'S at the end of a stretch of text. */
static uint32_t possessive_bytes(const uint8_t *begin, const uint8_t *end) {
    if (end - begin < 2 || (end[-1] | 32) != 's') return 0;
    if (end[-2] == '\'') return 2;
    return end - begin >= 4 && end[-4] == 0xe2 && end[-3] == 0x80 && end[-2] == 0x99 ? 4 : 0;
}

static int is_one_word(const uint8_t *at, const uint8_t *end) {
    for (; at < end; at++)
        if (!((*at >= '0' && *at <= '9') || ((*at | 32) >= 'a' && (*at | 32) <= 'z'))) return 0;
    return 1;
}

/* Whether a conjunction may precede a name of several words. A cheap test that misses none; Python decides
 * (linking/coordination.py). */
static int may_be_joined(const uint8_t *text, const uint8_t *begin, const uint8_t *end) {
    if (is_one_word(begin, end)) return 0;
    const uint8_t *first = begin - text > 48 ? begin - 48 : text;
    while (begin > first) {
        uint8_t c = *--begin;
        if (c == '/' || c == '&') return 1;
        if (c <= ' ' || c == '-' || c >= 0x80) continue;
        c |= 32;
        return c == 'd' || c == 'r' || c == 'o';
    }
    return 0;
}

/* Whether the signs of a genotype may follow a name. A cheap test that misses none; Python decides
 * (stop_concepts.names_genotype). */
static int may_be_alleles(const uint8_t *at, const uint8_t *end) {
    if (at < end && (*at == ' ' || *at == '(')) at++;
    return at < end && (*at == '+' || *at == '-' || *at >= 0x80);
}

/* The longest forms that begin at a word, at most FORMS_PER_WORD. In the pass of nouns, only those with a word whose
 * noun differs from its singular. */
static uint32_t forms_at(const dictionary *d, const uint8_t *text, uint32_t length, const word *w, uint32_t n, uint32_t i,
                         int nouns, uint32_t number, form_hit *out) {
    uint64_t hashes[FORM_WORDS];
    uint32_t mask = w[i].mask;
    uint32_t longest = mask >> (MASK_LENGTHS - 1) ? FORM_WORDS : 32 - (uint32_t)__builtin_clz(mask), count = 0;
    if (longest > n - i) longest = n - i;
    hashes[0] = w[i].first;
    for (uint32_t k = 1; k < longest; k++) {
        hashes[k] = roll(hashes[k - 1], nouns ? w[i + k].noun : w[i + k].singular, 1);
        if (mask & mask_bit(k + 1)) __builtin_prefetch(&d->form_slots[place(hashes[k], d->form_slots_count)]);
    }
    uint32_t unchanged = i ? w[i - 1].changed : 0;
    for (uint32_t k = longest; k >= 1 && count < FORMS_PER_WORD; k--) {
        const word *last = &w[i + k - 1];
        if (!(mask & mask_bit(k)) || (nouns && last->changed == unchanged)) continue;
        if (w[i].cut_before || last->cut_behind) continue; /* would cut a word such as "TNFα" in two */
        uint32_t sense = sense_of(d, hashes[k - 1]);
        if (sense == NONE) continue;
        const uint8_t *from = text + w[i].byte_start, *to = text + last->byte_end;
        uint32_t own = last->end - w[i].start > 2 ? possessive_bytes(from, to) : 0;
        to -= own; /* the possessive is not part of the name */
        uint64_t key = roll(hash_bytes(from, (uint32_t)(to - from)), (uint64_t)sense << 1 | (uint64_t)nouns, 0);
        uint32_t signs = may_be_joined(text, from, to) ? JOINED : 0;
        if (may_be_alleles(to, text + length)) signs |= ALLELES;
        out[count++] = (form_hit){key, number, w[i].start, last->end - (own ? 2 : 0), sense, (uint32_t)nouns, signs};
    }
    return count;
}

/* Forms of names in texts from `first` on, until `out` might not hold the next text's hits: for each text those of
 * singulars, then those of nouns. *done is then the text to go on with. Returns the number of hits. `longest` is the
 * length of the longest text in bytes. `hints` receives text and start of each word with the flag MARKED; it has room for
 * one word per byte. */
int64_t mc_forms(const dictionary *d, const word_table *t, const uint8_t *data, const int64_t *offsets, int64_t first,
                 int64_t texts, int64_t longest, form_hit *out, int64_t capacity, stretch *hints,
                 int64_t *hint_count, int64_t *done) {
    word *w = malloc(((size_t)longest + 1) * sizeof(word));
    int64_t count = w ? 0 : -1;
    for (*done = first; count >= 0 && *done < texts; ++*done) {
        uint32_t length = (uint32_t)(offsets[*done + 1] - offsets[*done]), number = (uint32_t)*done;
        if (count + 2 * FORMS_PER_WORD * (int64_t)length > capacity) break;
        uint32_t n = cut(d, t, data + offsets[*done], length, w);
        for (uint32_t i = 0; i < n; i++)
            if (w[i].flags & MARKED) hints[(*hint_count)++] = (stretch){number, w[i].start};
        for (int nouns = 0; nouns < 2 && n && (!nouns || w[n - 1].changed); nouns++) {
            possible(d, w, n, nouns);
            for (uint32_t i = 0; i < n; i++) {
                if (nouns && w[n - 1].changed == (i ? w[i - 1].changed : 0)) break; /* no later word differs */
                if (w[i].mask) count += forms_at(d, data + offsets[*done], length, w, n, i, nouns, number, out + count);
            }
        }
    }
    free(w);
    return count;
}

/* Hashes of a form: of all its words, of the first, of the first two; and the number of words. */
static void rolled(const uint64_t *hashes, uint32_t n, uint64_t *out) {
    uint64_t hash = ROLL_SEED;
    out[1] = out[2] = 0;
    for (uint32_t k = 0; k < n; k++) {
        hash = roll(hash, hashes[k], k > 0);
        if (k < 2) out[1 + k] = hash;
    }
    out[0] = hash;
    out[3] = n;
}

/* The two forms of each name, for compiling: `rolled` of its singulars, then of its nouns; 0 words if the name has more
 * than FORM_WORDS. */
int64_t mc_hash_words(const dictionary *d, const word_table *t, const uint8_t *data, const int64_t *offsets, int64_t names,
                      int64_t longest, uint64_t *out) {
    word *w = malloc(((size_t)longest + 1) * sizeof(word));
    if (!w) return -1;
    for (int64_t i = 0; i < names; i++, out += 8) {
        uint32_t n = cut(d, t, data + offsets[i], (uint32_t)(offsets[i + 1] - offsets[i]), w);
        uint64_t hashes[FORM_WORDS];
        if (n > FORM_WORDS) n = 0;
        for (uint32_t k = 0; k < n; k++) hashes[k] = w[k].singular;
        rolled(hashes, n, out);
        for (uint32_t k = 0; k < n; k++) hashes[k] = w[k].noun;
        rolled(hashes, n, out + 4);
    }
    free(w);
    return 0;
}

/* `rolled` of forms that are written out, words separated by single spaces. */
void mc_hash_forms(const uint8_t *data, const int64_t *offsets, int64_t forms, uint64_t *out) {
    for (int64_t i = 0; i < forms; i++, out += 4) {
        uint64_t hashes[FORM_WORDS];
        const uint8_t *at = data + offsets[i], *end = data + offsets[i + 1];
        uint32_t n = 0;
        while (at < end && n < FORM_WORDS) {
            const uint8_t *stop = at;
            while (stop < end && *stop != ' ') stop++;
            hashes[n++] = hash_bytes(at, (uint32_t)(stop - at));
            at = stop + 1;
        }
        rolled(hashes, n, out);
    }
}
