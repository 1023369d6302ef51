/* Cutting a text into words, by the same rules as words.py. */
#ifndef MEDCONCEPT_WORDS_H
#define MEDCONCEPT_WORDS_H
#include "kernel.h"

typedef struct {
    uint64_t singular, noun, first, pair;
    uint32_t start, end, byte_start, byte_end; /* code points; bytes */
    uint32_t changed;                          /* number of words up to here whose noun differs from the singular */
    uint32_t mask;                             /* lengths of forms that may begin here */
    uint8_t flags, cut_before, cut_behind, possessive;
} word;

typedef struct {
    uint32_t first, second;
} stretch;

/* Find the next word at or after *at and advance; returns 0 at the end. *point counts code points, *before is whether
 * the character before *at is a letter or digit. */
static int next_word(const dictionary *d, const uint8_t **at, const uint8_t *end, uint32_t *point, int *before, word *w) {
    while (*at < end) {
        const uint8_t *from = *at;
        uint32_t value = look(d, decode(at, end)), kind = word_class_of(value);
        if (kind == SKIPPED) { *point += 1; *before = 0; continue; }
        w->start = *point;
        w->byte_start = 0;
        w->cut_before = (uint8_t)(*before && is_alnum(value));
        w->possessive = 0;
        *point += 1;
        *before = (int)is_alnum(value);
        if (kind == LETTERS) {
            while (*at < end) {
                const uint8_t *next = *at;
                value = look(d, decode(&next, end));
                if (word_class_of(value) != LETTERS) break;
                *at = next;
                *point += 1;
                *before = (int)is_alnum(value);
            }
            const uint8_t *next = *at;
            if (next < end) {
                uint32_t c = decode(&next, end);
                if ((c == '\'' || c == 0x2019) && next < end && (*next | 32) == 's') {
                    next++;
                    const uint8_t *behind = next;
                    if (next >= end || !is_alnum(look(d, decode(&behind, end)))) {
                        *at = next;
                        *point += 2;
                        *before = 1;
                        w->possessive = 1;
                    }
                }
            }
        }
        w->end = *point;
        w->byte_end = (uint32_t)(*at - from); /* its length, for now */
        if (*at < end) {
            const uint8_t *next = *at;
            uint32_t behind = look(d, decode(&next, end));
            w->cut_behind = (uint8_t)(*before && is_alnum(behind) && word_class_of(behind) != SKIPPED);
        } else w->cut_behind = 0;
        return 1;
    }
    return 0;
}
#endif
