#ifndef NESTLING_FRONTEND_FFT_H_
#define NESTLING_FRONTEND_FFT_H_

#include "../generated/frontend_tables.h"

namespace nestling {

constexpr int kFftPairs = kFftSize / 2;

// Powers of the bins 1 ... kFftSize / 2 - 1 of a real signal.
// z: the signal, halved, as pairs of neighbours; pair n stands at z[2 * kFftPosition[n]]. It is overwritten.
// power: room for kFftPairs + 1 floats; the first and the last, which no triangle covers, are left alone.
void PowerSpectrum(float* z, float* power);

}  // namespace nestling

#endif  // NESTLING_FRONTEND_FFT_H_
