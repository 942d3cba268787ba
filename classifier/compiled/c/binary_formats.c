/* Counts the bytes that no text contains; see binary_formats.py. */
#include "core.h"

/* Counts the control characters but tabs, line ends and escape; by pieces whose count fits a byte, as vectors are. */
EXPORT int64_t cd_count_controls(const uint8_t *values, int64_t n) {
    int64_t count = 0;
    for (int64_t start = 0; start < n; start += 255) {
        uint8_t here = 0;
        int64_t end = min_i64(start + 255, n);
        for (int64_t i = start; i < end; i++) {
            uint8_t v = values[i];
            here = (uint8_t)(here + (((v < 32) & ((v < 9) | (v > 13)) & (v != 27)) | (v == 127)));
        }
        count += here;
    }
    return count;
}
