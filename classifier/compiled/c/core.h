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

/* Compile a function once more for processors with AVX2, or with AVX-512. The body has to be INLINE. The bits are the same:
   no fused multiply-add, and lanes that do not depend on each other. */
enum { BITS_128, BITS_256, BITS_512 }; /* widths of vectors */
#if (defined(__x86_64__) || defined(_M_X64)) && !defined(NO_WIDE_VECTORS)
#define HAS_WIDE_VECTORS 1
#define WIDE_VECTORS __attribute__((target("avx2")))
#define WIDER_VECTORS __attribute__((target("avx512f,avx512cd,avx512dq,avx512bw,avx512vl")))
#define CAN_WIDE_VECTORS() (vector_width() >= BITS_256)
#include <cpuid.h>
#include <stdatomic.h>

/* Asks the processor once. `__builtin_cpu_supports` always says no where zig links the library. */
static inline int vector_width(void) {
    static atomic_int known; /* 0 is unknown, else one more than the answer */
    int found = atomic_load_explicit(&known, memory_order_relaxed);
    if (found == 0) {
        const unsigned wide = 1u << 5, wider = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
        unsigned a, b, c = 0, d, saved = 0, high;
        found = BITS_128 + 1;
        if (__get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 27)) && (c & (1u << 28))) { /* OSXSAVE, AVX */
            __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
            bool has = (saved & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & wide);
            if (has) found = ((saved & 0xE6) == 0xE6 && (b & wider) == wider ? BITS_512 : BITS_256) + 1;
        }
        atomic_store_explicit(&known, found, memory_order_relaxed);
    }
    return found - 1;
}
#else
#define HAS_WIDE_VECTORS 0
static inline int vector_width(void) { return BITS_128; }
#endif

/* Defines a function that runs `name_of`, which is INLINE, with the widest vectors that the processor has. */
#if HAS_WIDE_VECTORS
#define WITH_VECTORS(type, name, parameters, arguments) \
    WIDE_VECTORS __attribute__((flatten)) static type name##_256 parameters { return name##_of arguments; } \
    WIDER_VECTORS __attribute__((flatten)) static type name##_512 parameters { return name##_of arguments; } \
    type name parameters { \
        if (vector_width() == BITS_512) return name##_512 arguments; \
        return vector_width() == BITS_256 ? name##_256 arguments : name##_of arguments; \
    }
#else
#define WITH_VECTORS(type, name, parameters, arguments) \
    type name parameters { return name##_of arguments; }
#endif

typedef uint32_t point_t; /* a code point */

/* Spreads a value over 64 bits; each salt gives another hash: the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
INLINE uint64_t salted(uint64_t value, uint64_t salt) { return value + salt * UINT64_C(0x9E3779B97F4A7C15); }

INLINE uint64_t mix_salted(uint64_t z) {
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

INLINE uint64_t mix(uint64_t value, uint64_t salt) { return mix_salted(salted(value, salt)); }

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
