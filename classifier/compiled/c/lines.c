/* Finds the visible lines of a text, and what separates each from the line before; see lines.py. */
#include "stretch.h"

#define BMP 0x10000

enum { ONE_END, TWO_ENDS, OTHER_GAP };

INLINE bool ends_line(point_t code) {
    return ((code >= 10) & (code <= 13)) | (code == 0x85) | ((code >= 0x2028) & (code <= 0x2029));
}

/* Returns the next place of a line end, or n. */
INLINE int64_t next_end(const point_t *points, int64_t at, int64_t n) {
    for (; at + STRETCH <= n; at += STRETCH) {
        Lanes found = {0};
        for (int k = 0; k < STRETCH; k += LANES) {
            Lanes p = load_lanes(points + at + k);
            found |= ((p >= 10) & (p <= 13)) | (p == 0x85) | (p == 0x2028) | (p == 0x2029);
        }
        if (has_any(found)) break;
    }
    while (at < n && !ends_line(points[at])) at++;
    return at;
}

INLINE bool is_visible(point_t code, const uint8_t *visibility) { return code >= BMP || visibility[code] == 0; }

INLINE uint8_t gap_of(const point_t *points, int64_t start, int64_t end) {
    if (end - start == 1 && points[start] == 10) return ONE_END;
    return end - start == 2 && points[start] == 10 && points[start + 1] == 10 ? TWO_ENDS : OTHER_GAP;
}

/* Writes where each line starts and ends without the invisible code points at both its ends, and the gap before it;
   returns how many there are, at most (n + 1) / 2. */
EXPORT int64_t cd_visible_lines(const point_t *points, int64_t n, const uint8_t *visibility, int64_t *starts,
    int64_t *ends, uint8_t *gaps) {
    int64_t found = 0, before = 0;
    for (int64_t first = 0; first < n;) {
        int64_t stop = next_end(points, first, n), start = first, end = stop;
        while (start < end && !is_visible(points[start], visibility)) start++;
        while (start < end && !is_visible(points[end - 1], visibility)) end--;
        if (start < end) {
            starts[found] = start;
            ends[found] = end;
            gaps[found++] = gap_of(points, before, start);
            before = end;
        }
        first = stop + 1;
    }
    return found;
}
