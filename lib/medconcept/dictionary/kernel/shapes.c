/* Whether a text may have what two patterns of Python look for, abbreviations._KEY and inverted._INVERTED: of what
 * they would match nothing is missed. White space may be beyond ASCII, so such bytes count as all kinds. */
#include <stddef.h>
#include <stdint.h>

enum { LEGEND = 1, INVERTED = 2 };
#define LONG 64 /* bytes; a word of so many may be anything */

static inline int beyond(uint8_t c) { return c >= 0x80; }
static inline int is_space(uint8_t c) { return c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31) || beyond(c); }
static inline int is_in_word(uint8_t c) {
    return (uint8_t)((c | 32) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '_' || c == '-' || beyond(c);
}

/* Behind a run of such characters, or within a long one: a text of one run must not be read from each of its bytes. */
static const uint8_t *behind_word(const uint8_t *at, const uint8_t *end) {
    if (end - at > LONG) end = at + LONG;
    while (at < end && is_in_word(*at)) at++;
    return at;
}

/* One to `most` words with a space between each two and nothing, or a stop, behind. */
static int ends_in_words(const uint8_t *at, const uint8_t *end, int most) {
    for (int n = 0; n < most; n++) {
        const uint8_t *behind = behind_word(at, end);
        if (behind == at) return 0;
        if (behind - at == LONG) return 1;
        at = behind;
        if (beyond(at[-1])) return 1;
        const uint8_t *next = at;
        while (next < end && next - at < LONG && is_space(*next)) next++;
        if (next - at == LONG) return 1;
        if (next == end || *next == '.' || *next == ';' || *next == ')' || *next == ']') return 1;
        if (at == end || *at != ' ') return 0;
        at++;
    }
    return 0;
}

static int may_be_inverted(const uint8_t *at, const uint8_t *end) {
    for (int n = 0; n < 2; n++) {
        const uint8_t *behind = behind_word(at, end);
        if (behind - at < 3) return 0;
        if (behind - at == LONG) return 1;
        at = behind;
        if (end - at >= 2 && at[0] == ',' && at[1] == ' ') return ends_in_words(at + 2, end, 3);
        if (at == end || *at != ' ') return 0;
        at++;
    }
    return 0;
}

static int may_be_legend(const uint8_t *at, const uint8_t *end) {
    const uint8_t *from = at;
    size_t letters = 0;
    while (at < end && letters < 10 && is_in_word(*at)) letters += (*at++ & 0xc0) != 0x80;
    if (letters < 2 && !(at > from && beyond(at[-1]))) return 0;
    if (letters > 9) return 0; /* eight, and white space that is no ASCII */
    if (at < end && is_space(*at)) at++;
    return end - at >= 2 && (*at == ',' || *at == ':' || *at == '=') && is_space(at[1]);
}

void mc_shapes(const uint8_t *data, const int64_t *offsets, int64_t texts, uint8_t *out) {
    for (int64_t i = 0; i < texts; i++) {
        const uint8_t *begin = data + offsets[i], *end = data + offsets[i + 1];
        uint8_t found = 0;
        for (const uint8_t *at = begin; at < end && found != (LEGEND | INVERTED); at++) {
            /* Here a word may begin: at the start, behind a bracket, behind a stop and white space. */
            int bracket = at > begin && (at[-1] == '(' || at[-1] == '[');
            uint8_t stop = at > begin + 1 && is_space(at[-1]) ? at[-2] : 0;
            int stopped = at == begin || stop == '.' || stop == ';' || stop == ':' || stop == '(' || beyond(stop);
            if (!(bracket || stopped || stop == ',' || stop == '[')) continue;
            if (!(found & LEGEND) && may_be_legend(at, end)) found |= LEGEND;
            if (!(found & INVERTED) && stop != ',' && may_be_inverted(at, end)) found |= INVERTED;
        }
        out[i] = found;
    }
}
