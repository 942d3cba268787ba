/* What all C sources share: types, exports, hash functions. The hashes are in saved models and indexes: never change. */
#ifndef COPYDESK_CORE_H
#define COPYDESK_CORE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define INLINE static inline __attribute__((always_inline))

/* What functions that take memory give back where there is none; see `core_function` in library.py. */
#define OUT_OF_MEMORY (-1)

/* Compiles a function once more for processors with AVX2. The body has to be INLINE. The bits are the same: no fused
   multiply-add, and lanes that do not depend on each other. */
#if (defined(__x86_64__) || defined(_M_X64)) && !defined(NO_WIDE_VECTORS)
#define HAS_WIDE_VECTORS 1
#define WIDE_VECTORS __attribute__((target("avx2")))
#define CAN_WIDE_VECTORS() (has_avx2())
#include <cpuid.h>
#include <stdatomic.h>

/* Asks the processor once. `__builtin_cpu_supports` always says no where zig links the library. */
static inline bool has_avx2(void) {
    static atomic_int known; /* 0 is unknown, 1 no, 2 yes */
    int found = atomic_load_explicit(&known, memory_order_relaxed);
    if (found == 0) {
        unsigned a, b, c = 0, d, saved = 0, high;
        bool has = __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 27)) && (c & (1u << 28)); /* OSXSAVE, AVX */
        if (has) __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
        has = has && (saved & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 5));
        found = has ? 2 : 1;
        atomic_store_explicit(&known, found, memory_order_relaxed);
    }
    return found == 2;
}
#else
#define HAS_WIDE_VECTORS 0
#endif

typedef uint32_t point_t; /* a code point */

/* Spreads a value over 64 bits; each salt gives another hash: the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
INLINE uint64_t mix(uint64_t value, uint64_t salt) {
    uint64_t z = value + salt * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

INLINE uint64_t scatter(uint64_t value) { return mix(value, 1); }

/* Spreads a hash over 32 bits: the finalizer of MurmurHash3 (Appleby 2011, public domain). */
INLINE uint32_t mix32(uint32_t value) {
    uint32_t h = value ^ (value >> 16);
    h *= UINT32_C(0x85EBCA6B);
    h ^= h >> 13;
    h *= UINT32_C(0xC2B2AE35);
    return h ^ (h >> 16);
}

/* Hashes a text and its length. */
INLINE uint64_t hash_code_points(const point_t *points, int64_t n) {
    uint64_t h = (uint64_t)n;
    for (int64_t i = 0; i < n; i++) {
        h = (h ^ points[i]) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    return h * UINT64_C(0x9E3779B97F4A7C15);
}

/* Hashes a word, with A to Z in lower case: FNV-1a over code points (Fowler, Noll, Vo). */
INLINE uint64_t hash_ignoring_case(const point_t *points, int64_t start, int64_t end) {
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (int64_t at = start; at < end; at++) {
        uint64_t small = points[at];
        if (points[at] >= 65 && points[at] <= 90) small += 32;
        h = (h ^ small) * UINT64_C(0x100000001B3);
    }
    return h;
}

INLINE int64_t min_i64(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t max_i64(int64_t a, int64_t b) { return a > b ? a : b; }

#endif
