/* Exponential and logarithm with the same bits on every machine, which the C libraries of different systems do not give.

   Each is at most two units in the last place off, e^x - 1 four; tests/classifier/compiled/test_maths.py measures it. Only additions,
   multiplications and divisions in a fixed order are used, which IEEE 754 defines to the bit. */
#ifndef COPYDESK_MATHS_H
#define COPYDESK_MATHS_H

#include "core.h"

#define LN2_HIGH 0x1.62e42feep-1 /* ln 2, with 21 zero bits behind, so that a multiple of it is exact */
#define LN2_LOW 0x1.a39ef35793c76p-33
#define ROUND_AT 0x1.8p52 /* adding and taking away rounds to a whole number */

INLINE double bits_to_double(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

INLINE uint64_t double_to_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The Taylor series of (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2; what is left out is below 2^-57. */
INLINE double exp_series(double r) {
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    return p * r + 0.5;
}

/* e^x; below 2^-1022 it is 0. */
INLINE double cd_exp(double x) {
    if (!(x < 709.782712893384)) return x != x ? x : INFINITY;
    if (x < -708.3964185322641) return 0.0;
    double k = (x * 0x1.71547652b82fep0 + ROUND_AT) - ROUND_AT;
    double high = x - k * LN2_HIGH, low = k * LN2_LOW;
    double r = high - low;
    double error = (high - r) - low;
    double p = 1.0 + (r + (error + r * r * exp_series(r)));
    int64_t power = (int64_t)k;
    /* In two steps, since 2^1024 is no number. */
    double half = bits_to_double((uint64_t)(power / 2 + 1023) << 52);
    double rest = bits_to_double((uint64_t)(power - power / 2 + 1023) << 52);
    return p * half * rest;
}

/* `cd_exp` of -700 to 700, without branches: loops over it become vectors. */
INLINE double cd_exp_small(double x) {
    double rounded = x * 0x1.71547652b82fep0 + ROUND_AT, k = rounded - ROUND_AT;
    double high = x - k * LN2_HIGH, low = k * LN2_LOW;
    double r = high - low;
    double error = (high - r) - low;
    double p = 1.0 + (r + (error + r * r * exp_series(r)));
    /* The lowest bits of `rounded` are those of the whole number k. */
    return p * bits_to_double((double_to_bits(rounded) - double_to_bits(ROUND_AT) + 1023) << 52);
}

/* e^x - 1, exact for small x. */
INLINE double cd_expm1(double x) {
    if (x > -0.34 && x < 0.34) return x + x * x * exp_series(x);
    return cd_exp(x) - 1.0;
}

/* `cd_expm1` of -700 to 700, without branches. */
INLINE double cd_expm1_small(double x) {
    double near = x + x * x * exp_series(x), far = cd_exp_small(x) - 1.0;
    return x > -0.34 && x < 0.34 ? near : far;
}

/* The logarithm of 1 + f for 1 + f in [sqrt(1/2), sqrt(2)]: twice the series of artanh(f / (2 + f)). */
INLINE double log_series(double f) {
    double s = f / (2.0 + f);
    double z = s * s;
    double p = 2.0 / 25.0;
    p = p * z + 2.0 / 23.0;
    p = p * z + 2.0 / 21.0;
    p = p * z + 2.0 / 19.0;
    p = p * z + 2.0 / 17.0;
    p = p * z + 2.0 / 15.0;
    p = p * z + 2.0 / 13.0;
    p = p * z + 2.0 / 11.0;
    p = p * z + 2.0 / 9.0;
    p = p * z + 2.0 / 7.0;
    p = p * z + 2.0 / 5.0;
    p = p * z + 2.0 / 3.0;
    /* f - f*s = 2s, so this is 2s + s*z*p, with the exact f in front. */
    return f - s * (f - z * p);
}

/* The natural logarithm; of 0 minus infinity, below it no number. */
INLINE double cd_log(double x) {
    if (!(x > 0.0)) return x == 0.0 ? -INFINITY : NAN;
    if (x == INFINITY) return x;
    double scale = 0.0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        scale = -54.0;
    }
    uint64_t bits = double_to_bits(x);
    int64_t exponent = (int64_t)(bits >> 52) - 1023;
    double m = bits_to_double((bits & UINT64_C(0xFFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000));
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent += 1;
    }
    double k = (double)exponent + scale;
    return k * LN2_HIGH + (log_series(m - 1.0) + k * LN2_LOW);
}

/* The logarithm of 1 + x, exact for small x. */
INLINE double cd_log1p(double x) {
    if (x > -0.29 && x < 0.41) return log_series(x);
    double u = 1.0 + x;
    if (!(u > 0.0) || u == INFINITY) return cd_log(u);
    return cd_log(u) + (x - (u - 1.0)) / u;
}

/* 1 / (1 + e^-x): the probability of log-odds. */
INLINE double cd_expit(double x) { return 1.0 / (1.0 + cd_exp(-x)); }

#endif
