/* Names similar to a text: cosine of their sets of letter trigrams, weighted by inverse document frequency. Trigrams lie
 * within words, as in scispaCy, so that the order of words does not count. */
#include "words.h"
#include <math.h>

#define MOST_GRAMS 1024

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The trigrams of a text in order, with repetitions. */
static uint32_t all_grams(const dictionary *d, const uint8_t *text, uint32_t length, uint32_t *out) {
    const uint8_t *at = text, *end = text + length;
    uint32_t point = 0, n = 0;
    int before = 0;
    word w;
    while (next_word(d, &at, end, &point, &before, &w) && n < MOST_GRAMS - 4) {
        const uint8_t *from = at - w.byte_end, *stop = at;
        uint64_t last = ' ';
        uint32_t in_word = 0;
        if (w.possessive) {
            stop -= 2;
            while (stop > from && (*stop & 0xc0) == 0x80) stop--; /* a curly apostrophe is three bytes */
        }
        while (from < stop && n < MOST_GRAMS - 2) {
            uint32_t c = decode(&from, at), value = look(d, c);
            if (!is_alnum(value)) continue;
            last = (last << 21 | folded(c, value)) & 0x7fffffffffffffffull;
            if (in_word++) out[n++] = (uint32_t)(mix(last, 0xa0761d6478bd642full) >> 32);
        }
        if (in_word) out[n++] = (uint32_t)(mix((last << 21 | ' ') & 0x7fffffffffffffffull, 0xa0761d6478bd642full) >> 32);
    }
    return n;
}

/* The distinct trigrams of a text, sorted. */
static uint32_t grams_of(const dictionary *d, const uint8_t *text, uint32_t length, uint32_t *out) {
    uint32_t n = all_grams(d, text, length, out), kept = 0;
    qsort(out, n, sizeof *out, by_value);
    for (uint32_t i = 0; i < n; i++)
        if (!i || out[i] != out[i - 1]) out[kept++] = out[i];
    return kept;
}

/* The position of a trigram in the index, or -1. */
static int64_t gram_at(const trigram_index *s, uint32_t gram) {
    uint64_t low = 0, high = s->gram_count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (s->grams[middle] < gram) low = middle + 1;
        else high = middle;
    }
    return low < s->gram_count && s->grams[low] == gram ? (int64_t)low : -1;
}

static double weight(const trigram_index *s, int64_t at) {
    double count = at < 0 ? 0 : (double)s->counts[at];
    return log((1.0 + (double)s->indexed_count) / (1.0 + count)) + 1.0;
}

/* Count the names with each trigram in an open-addressing table; returns the slots used, -1 also if the table is too
 * small. The last name of each trigram tells whether the current one has it already: sorting each name's trigrams
 * would take longer than everything else. */
int64_t mc_count_grams(const dictionary *d, int64_t names, const uint8_t *wanted, uint32_t *keys, uint32_t *counts, uint64_t size) {
    uint8_t name[NAME_BYTES];
    uint32_t grams[MOST_GRAMS];
    int64_t used = 0;
    uint32_t *last = malloc(size * sizeof *last);
    if (!last) return -1;
    for (int64_t number = 0; number < names && used >= 0; number++) {
        if (!wanted[number]) continue;
        uint32_t n = all_grams(d, name, name_bytes(d, (uint32_t)number, name), grams);
        for (uint32_t k = 0; k < n; k++) {
            uint64_t at = ((uint64_t)grams[k] * size) >> 32;
            while (counts[at] && keys[at] != grams[k]) at = at + 1 == size ? 0 : at + 1;
            if (counts[at] && last[at] == (uint32_t)number) continue;
            if (!counts[at] && (uint64_t)++used * 2 > size) {
                used = -1;
                break;
            }
            keys[at] = grams[k];
            last[at] = (uint32_t)number;
            counts[at]++;
        }
    }
    free(last);
    return used;
}

/* Write the names of each trigram that keeps them, and the norm of each name. `at` is a copy of `begins`. Returns 0. */
int64_t mc_fill_grams(const dictionary *d, const trigram_index *s, const uint8_t *wanted, uint64_t *at, uint32_t *postings,
                      float *norms) {
    uint8_t name[NAME_BYTES];
    uint32_t grams[MOST_GRAMS], bits = 4;
    while ((1ull << bits) < 4 * s->gram_count) bits++;
    uint64_t mask = (1ull << bits) - 1;
    uint32_t *places = calloc(mask + 1, sizeof *places); /* of trigrams, from 1 */
    uint32_t *last = malloc((s->gram_count + 1) * sizeof *last);
    double *squared = malloc((s->gram_count + 1) * sizeof *squared);
    if (!places || !last || !squared) {
        free(places);
        free(last);
        free(squared);
        return -1;
    }
    for (uint64_t gram = 0; gram < s->gram_count; gram++) {
        uint64_t slot = s->grams[gram] >> (32 - bits);
        while (places[slot]) slot = (slot + 1) & mask;
        places[slot] = (uint32_t)gram + 1;
        double w = weight(s, (int64_t)gram);
        squared[gram] = w * w;
        last[gram] = NONE;
    }
    for (uint64_t number = 0; number < s->name_count; number++) {
        norms[number] = 0;
        if (!wanted[number]) continue;
        uint32_t n = all_grams(d, name, name_bytes(d, (uint32_t)number, name), grams);
        double sum = 0;
        for (uint32_t k = 0; k < n; k++) {
            uint64_t slot = grams[k] >> (32 - bits);
            while (s->grams[places[slot] - 1] != grams[k]) slot = (slot + 1) & mask; /* mc_count_grams has counted each */
            uint32_t gram = places[slot] - 1;
            if (last[gram] == (uint32_t)number) continue;
            last[gram] = (uint32_t)number;
            sum += squared[gram];
            if (s->begins[gram + 1] > s->begins[gram]) postings[at[gram]++] = (uint32_t)number;
        }
        norms[number] = (float)sqrt(sum);
    }
    free(places);
    free(last);
    free(squared);
    return 0;
}

typedef struct {
    double squared;
    uint32_t gram;
    int64_t at;
} query_gram;

/* A query's trigrams by hash, so that a name's need not be sorted. */
typedef struct {
    uint32_t gram, last; /* `last`: the last name that has it */
    double squared;      /* 0 for an empty slot */
} asked_slot;
#define ASKED 4096

static double dot_of(asked_slot *table, const uint32_t *grams, uint32_t n, uint32_t name) {
    double dot = 0;
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t at = grams[k] % ASKED; table[at].squared > 0; at = (at + 1) % ASKED) {
            if (table[at].gram != grams[k]) continue;
            if (table[at].last != name) dot += table[at].squared;
            table[at].last = name;
            break;
        }
    return dot;
}

static int rarest_first(const void *a, const void *b) {
    double x = ((const query_gram *)a)->squared, y = ((const query_gram *)b)->squared;
    return x > y ? -1 : x < y;
}

/* The names most similar to a text, with a cosine of at least `threshold`, best first, of equal ones the lowest number
 * first; returns how many, at most `most`. `numbers` and `scores` have room for one more. Names that share only
 * trigrams without postings are not considered. */
int64_t mc_similar(const dictionary *d, const trigram_index *s, const uint8_t *text, int64_t length, double threshold,
                   int64_t most, uint32_t *numbers, float *scores) {
    uint32_t grams[MOST_GRAMS];
    query_gram asked[MOST_GRAMS];
    uint32_t n = grams_of(d, text, (uint32_t)length, grams);
    double sum = 0;
    for (uint32_t k = 0; k < n; k++) {
        int64_t at = gram_at(s, grams[k]);
        double w = weight(s, at);
        asked[k] = (query_gram){w * w, grams[k], at};
        sum += w * w;
    }
    qsort(asked, n, sizeof *asked, rarest_first);
    /* A name without the rarest trigrams reaches at most the weight of the others: only names with one of the
     * `needed` rarest can reach the threshold. */
    double left = sum, norm = sqrt(sum);
    uint64_t total = 0;
    uint32_t needed = 0;
    for (; needed < n && sqrt(left) >= threshold * norm; needed++) {
        left -= asked[needed].squared;
        if (left < 0) left = 0;
        if (asked[needed].at >= 0) total += s->begins[asked[needed].at + 1] - s->begins[asked[needed].at];
    }
    asked_slot table[ASKED];
    memset(table, 0, sizeof table);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t at = asked[k].gram % ASKED;
        while (table[at].squared > 0) at = (at + 1) % ASKED;
        table[at] = (asked_slot){asked[k].gram, NONE, asked[k].squared};
    }
    uint64_t size = 64;
    while (size < 2 * total) size *= 2;
    uint32_t *keys = calloc(size, sizeof *keys);
    float *found = calloc(size, sizeof *found);
    int64_t count = keys && found ? 0 : -1;
    for (uint32_t k = 0; count >= 0 && k < needed; k++) {
        if (asked[k].at < 0) continue;
        for (uint64_t p = s->begins[asked[k].at]; p < s->begins[asked[k].at + 1]; p++) {
            uint32_t key = s->postings[p] + 1;
            float own = s->norms[key - 1]; /* a much longer or shorter name cannot reach the threshold */
            if (own < threshold * norm * 0.99999 || own * threshold > norm * 1.00001) continue;
            uint64_t at = (key * 0x9e3779b97f4a7c15ull) & (size - 1);
            while (keys[at] && keys[at] != key) at = (at + 1) & (size - 1);
            keys[at] = key;
            found[at] += (float)asked[k].squared;
        }
    }
    double rest = 0; /* the most that trigrams without postings, and those not needed, add */
    for (uint32_t k = 0; k < n; k++)
        if (k >= needed || asked[k].at < 0 || s->begins[asked[k].at + 1] == s->begins[asked[k].at]) rest += asked[k].squared;
    for (uint64_t at = 0; count >= 0 && at < size; at++) {
        if (!keys[at]) continue;
        uint32_t number = keys[at] - 1;
        double best = norm * s->norms[number], least = threshold;
        if (count == most) least = scores[count - 1];
        if (found[at] + rest < least * best * 0.99999) continue;
        uint8_t name[NAME_BYTES];
        uint32_t own[MOST_GRAMS], m = all_grams(d, name, name_bytes(d, number, name), own);
        double dot = dot_of(table, own, m, number);
        float score = (float)(dot / best);
        if (score < threshold) continue;
        int64_t place = count;
        while (place && (scores[place - 1] < score || (scores[place - 1] == score && numbers[place - 1] > number))) place--;
        if (place == most) continue;
        if (count < most) count++;
        memmove(scores + place + 1, scores + place, (size_t)(count - 1 - place) * sizeof *scores);
        memmove(numbers + place + 1, numbers + place, (size_t)(count - 1 - place) * sizeof *numbers);
        scores[place] = score;
        numbers[place] = number;
    }
    free(keys);
    free(found);
    return count;
}

/* The greatest cosine of any indexed name with a text, by comparing with all of them: the oracle of mc_similar. */
double mc_compare_all(const dictionary *d, const trigram_index *s, const uint8_t *text, int64_t length) {
    uint8_t name[NAME_BYTES];
    uint32_t asked[MOST_GRAMS], own[MOST_GRAMS], n = grams_of(d, text, (uint32_t)length, asked);
    double sum = 0, best = 0;
    for (uint32_t k = 0; k < n; k++) {
        double w = weight(s, gram_at(s, asked[k]));
        sum += w * w;
    }
    for (uint64_t number = 0; number < s->name_count; number++) {
        if (s->norms[number] == 0) continue;
        uint32_t m = grams_of(d, name, name_bytes(d, (uint32_t)number, name), own), at = 0;
        double dot = 0;
        for (uint32_t k = 0; k < n; k++) {
            while (at < m && own[at] < asked[k]) at++;
            if (at < m && own[at] == asked[k]) {
                double w = weight(s, gram_at(s, asked[k]));
                dot += w * w;
            }
        }
        double score = dot / (sqrt(sum) * s->norms[number]);
        if (score > best) best = score;
    }
    return best;
}
