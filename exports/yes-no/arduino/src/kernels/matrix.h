#ifndef NESTLING_KERNELS_MATRIX_H_
#define NESTLING_KERNELS_MATRIX_H_

// The matrix product inside of a convolution: two rows of weights times four columns of inputs at a time, both spread out
// to pairs of 16-bit numbers, so that each SMLAD does two multiply-accumulates and each load feeds two or four of them.
// A word of four int8 holds numbers 0 1 2 3; spread out, in rows and columns alike, it is the pairs (0, 2) and (1, 3).

#include "requantise.h"

namespace nestling {
namespace kernels {

constexpr int kTileRows = 2;
constexpr int kTileColumns = 4;

// The order of the members is that of the loads in the assembly.
struct TileRun {
  const uint32_t* rows;      // n times {pair of row 0, pair of row 1}; n is a multiple of 4
  const uint32_t* rows_end;
  const uint32_t* columns;   // tile after tile, n times {pairs of columns 0 to 3}
  int32_t n_tiles;
  int8_t* output;            // of row 0 and column 0; row 1's lies beside it
  int32_t stride;            // from one column's output to the next
  int32_t bias[2];
  int32_t row0[3];           // multiplier, addend, right
  int32_t row1[3];
};

// Two rows times all tiles, with outputs rounded as Rounding says and saturated to int8.
void MultiplyTilesAboveZero(TileRun* run);
void MultiplyTilesSigned(TileRun* run);

// One tile, to sums: row 0's four, then row 1's four.
void MultiplyTile(const TileRun& run, int32_t* sums);

// Spreads out four columns, n_words words each, with `doubled` times two.
void SpreadColumns(const int8_t* const from[kTileColumns], int n_words, bool doubled, uint32_t* columns);

// Spreads out two rows that lie interleaved, a word each, and multiplies each by 2^left.
void SpreadRows(const int8_t* from, int n_words, int left0, int left1, uint32_t* rows);

}  // namespace kernels
}  // namespace nestling

#endif  // NESTLING_KERNELS_MATRIX_H_
