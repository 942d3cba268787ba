/* Looks at many code points at once: four in a vector, whose lanes are -1 where a comparison holds. Such short vectors are
   those of every processor; longer ones would be taken apart where a function is compiled without them. */
#ifndef COPYDESK_STRETCH_H
#define COPYDESK_STRETCH_H

#include "core.h"

enum { STRETCH = 16, LANES = 4 };
typedef int32_t Lanes __attribute__((vector_size(16), aligned(4)));

INLINE Lanes load_lanes(const point_t *points) {
    Lanes lanes;
    memcpy(&lanes, points, sizeof lanes);
    return lanes;
}

/* Returns whether a comparison holds in any lane. */
INLINE bool has_any(Lanes found) {
    uint64_t halves[2];
    memcpy(halves, &found, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

#endif
