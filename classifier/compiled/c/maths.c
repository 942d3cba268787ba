/* The functions of maths.h over arrays. */
#include "maths.h"

EXPORT void cd_exp_all(const double *values, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = cd_exp(values[i]);
}

EXPORT void cd_expm1_all(const double *values, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = cd_expm1(values[i]);
}

EXPORT void cd_log_all(const double *values, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = cd_log(values[i]);
}

EXPORT void cd_log1p_all(const double *values, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = cd_log1p(values[i]);
}

EXPORT void cd_exp_small_all(const double *values, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = cd_exp_small(values[i]);
}

EXPORT void cd_expm1_small_all(const double *values, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = cd_expm1_small(values[i]);
}
