/* What library.py asks of the library itself, and the hash functions as Python sees them. */
#include "core.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define CLANG_VERSION TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__)

EXPORT uint64_t cd_sources_digest(void) { return SOURCES_DIGEST; }

EXPORT void cd_compiler(char *out, int64_t size) {
#ifdef __clang__
    const char *name = "clang " CLANG_VERSION;
#else
    const char *name = "gcc " __VERSION__;
#endif
    int64_t n = min_i64((int64_t)strlen(name), size - 1);
    memcpy(out, name, (size_t)n);
    out[n] = 0;
}

EXPORT uint64_t cd_mix(uint64_t value, uint64_t salt) { return mix(value, salt); }

EXPORT uint64_t cd_mix32(uint64_t value) { return mix32((uint32_t)value); }

EXPORT uint64_t cd_hash_code_points(const uint32_t *points, int64_t n) { return hash_code_points(points, n); }

EXPORT uint64_t cd_hash_ignoring_case(const uint32_t *points, int64_t start, int64_t end) {
    return hash_ignoring_case(points, start, end);
}

/* Says whether the loops that are compiled a second time for wide vectors are used: BITS_128, BITS_256 or BITS_512; -1 where there are none. */
EXPORT int64_t cd_wide_vectors(void) {
#if HAS_WIDE_VECTORS
    return vector_width();
#else
    return -1;
#endif
}
