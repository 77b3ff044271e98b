#include "matrix.h"

#include <stddef.h>

namespace nestling {
namespace kernels {
namespace {

NESTLING_INLINE uint32_t Doubled(uint32_t pair, int times) {
  for (; times > 0; --times) pair = AddPairs(pair, pair);
  return pair;
}

}  // namespace

#if NESTLING_HAS_DSP

// By hand, because eight sums, four factors and two pointers are all registers there are, and a compiler spills some.
// r0 rows, r1 columns, r2 r3 pairs of the rows, r12 lr pairs of the columns, r4-r7 sums of row 0, r8-r11 of row 1.
#define NESTLING_PAIR         \
  "ldm r0!, {r2, r3}\n"       \
  "ldm r1!, {r12, lr}\n"      \
  "smlad r4, r2, r12, r4\n"   \
  "smlad r8, r3, r12, r8\n"   \
  "smlad r5, r2, lr, r5\n"    \
  "smlad r9, r3, lr, r9\n"    \
  "ldm r1!, {r12, lr}\n"      \
  "smlad r6, r2, r12, r6\n"   \
  "smlad r10, r3, r12, r10\n" \
  "smlad r7, r2, lr, r7\n"    \
  "smlad r11, r3, lr, r11\n"

// In: lr the TileRun, r1 the tile's columns, rows_end on the stack. Out: sums; r1 the next tile's columns.
#define NESTLING_TILE    \
  "ldr r0, [lr]\n"       \
  "ldrd r4, r8, [lr, #24]\n" \
  "mov r5, r4\n"         \
  "mov r6, r4\n"         \
  "mov r7, r4\n"         \
  "mov r9, r8\n"         \
  "mov r10, r8\n"        \
  "mov r11, r8\n"        \
  "2:\n" NESTLING_PAIR NESTLING_PAIR NESTLING_PAIR NESTLING_PAIR \
  "ldr r2, [sp]\n"       \
  "cmp r0, r2\n"         \
  "bne 2b\n"

#define NESTLING_ABOVE_ZERO(sum) "smmlar " sum ", " sum ", r0, r2\n"
#define NESTLING_SIGNED(sum)           \
  "smmulr " sum ", " sum ", r0\n"      \
  "add " sum ", " sum ", " sum ", asr #31\n" \
  "add " sum ", " sum ", r2\n"
#define NESTLING_TO_BYTE(sum)      \
  "asr " sum ", " sum ", r3\n"     \
  "ssat " sum ", #8, " sum "\n"
#define NESTLING_ROW(rescale, a, b, c, d)                                  \
  rescale(a) rescale(b) rescale(c) rescale(d)                              \
  NESTLING_TO_BYTE(a) NESTLING_TO_BYTE(b) NESTLING_TO_BYTE(c) NESTLING_TO_BYTE(d)

#define NESTLING_TILES(rescale)                     \
  __asm volatile(                                   \
      "push {r4-r11, lr}\n"                         \
      "ldrd r2, r1, [r0, #4]\n"                     \
      "push {r0}\n"                                 \
      "push {r2}\n"                                 \
      "mov lr, r0\n"                                \
      "1:\n" NESTLING_TILE                          \
      "ldr lr, [sp, #4]\n"                          \
      "ldrd r0, r2, [lr, #32]\n"                    \
      "ldr r3, [lr, #40]\n"                         \
      NESTLING_ROW(rescale, "r4", "r5", "r6", "r7") \
      "ldrd r0, r2, [lr, #44]\n"                    \
      "ldr r3, [lr, #52]\n"                         \
      NESTLING_ROW(rescale, "r8", "r9", "r10", "r11") \
      "ldrd r0, r12, [lr, #16]\n"                   \
      "strb r4, [r0]\n"                             \
      "strb r5, [r0, r12]\n"                        \
      "strb r6, [r0, r12, lsl #1]\n"                \
      "strb r8, [r0, #1]!\n"                        \
      "strb r9, [r0, r12]\n"                        \
      "strb r10, [r0, r12, lsl #1]\n"               \
      "add r0, r0, r12\n"                           \
      "strb r11, [r0, r12, lsl #1]\n"               \
      "sub r0, #1\n"                                \
      "strb r7, [r0, r12, lsl #1]\n"                \
      "add r12, r12, r12, lsl #1\n"                 \
      "add r0, r12\n"                               \
      "ldr r2, [lr, #12]\n"                         \
      "str r0, [lr, #16]\n"                         \
      "subs r2, #1\n"                               \
      "str r2, [lr, #12]\n"                         \
      "bne 1b\n"                                    \
      "add sp, #8\n"                                \
      "pop {r4-r11, pc}\n")

static_assert(offsetof(TileRun, bias) == 24 && offsetof(TileRun, row1) == 44, "the assembly knows where they lie");

NESTLING_ASSEMBLY void MultiplyTilesAboveZero(TileRun*) { NESTLING_TILES(NESTLING_ABOVE_ZERO); }
NESTLING_ASSEMBLY void MultiplyTilesSigned(TileRun*) { NESTLING_TILES(NESTLING_SIGNED); }

NESTLING_ASSEMBLY void MultiplyTile(const TileRun&, int32_t*) {
  __asm volatile(
      "push {r4-r11, lr}\n"
      "push {r1}\n"
      "ldrd r2, r1, [r0, #4]\n"
      "push {r2}\n"
      "mov lr, r0\n" NESTLING_TILE
      "ldr r2, [sp, #4]\n"
      "stm r2, {r4-r11}\n"
      "add sp, #8\n"
      "pop {r4-r11, pc}\n");
}

namespace {

NESTLING_ASSEMBLY void SpreadDoubled(const int8_t* const*, int, uint32_t*) {
  __asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r0, {r0, r3, r4, r5}\n"
      "1:\n"
      "ldr r6, [r0], #4\n"
      "ldr r7, [r3], #4\n"
      "ldr r8, [r4], #4\n"
      "ldr r9, [r5], #4\n"
      "sxtb16 r10, r6\n"
      "sxtb16 r11, r7\n"
      "sxtb16 r12, r8\n"
      "sxtb16 lr, r9\n"
      "sadd16 r10, r10, r10\n"
      "sadd16 r11, r11, r11\n"
      "sadd16 r12, r12, r12\n"
      "sadd16 lr, lr, lr\n"
      "stm r2!, {r10, r11, r12, lr}\n"
      "sxtb16 r6, r6, ror #8\n"
      "sxtb16 r7, r7, ror #8\n"
      "sxtb16 r8, r8, ror #8\n"
      "sxtb16 r9, r9, ror #8\n"
      "sadd16 r6, r6, r6\n"
      "sadd16 r7, r7, r7\n"
      "sadd16 r8, r8, r8\n"
      "sadd16 r9, r9, r9\n"
      "stm r2!, {r6-r9}\n"
      "subs r1, #1\n"
      "bne 1b\n"
      "pop {r4-r11, pc}\n");
}

// n_words: a multiple of 2.
NESTLING_ASSEMBLY void SpreadPlainRows(const int8_t*, int, uint32_t*) {
  __asm volatile(
      "push {r4-r8, lr}\n"
      "1:\n"
      "ldm r0!, {r3, r4}\n"
      "sxtb16 r5, r3\n"
      "sxtb16 r6, r4\n"
      "sxtb16 r7, r3, ror #8\n"
      "sxtb16 r8, r4, ror #8\n"
      "stm r2!, {r5-r8}\n"
      "ldm r0!, {r3, r4}\n"
      "sxtb16 r5, r3\n"
      "sxtb16 r6, r4\n"
      "sxtb16 r7, r3, ror #8\n"
      "sxtb16 r8, r4, ror #8\n"
      "stm r2!, {r5-r8}\n"
      "subs r1, #2\n"
      "bne 1b\n"
      "pop {r4-r8, pc}\n");
}

}  // namespace

#else

void MultiplyTile(const TileRun& run, int32_t* sums) {
  const int n_pairs = static_cast<int>(run.rows_end - run.rows) / kTileRows;
  for (int row = 0; row < kTileRows; ++row) {
    for (int column = 0; column < kTileColumns; ++column) {
      int32_t sum = run.bias[row];
      for (int pair = 0; pair < n_pairs; ++pair) {
        sum = Dot(run.rows[kTileRows * pair + row], run.columns[kTileColumns * pair + column], sum);
      }
      sums[kTileColumns * row + column] = sum;
    }
  }
}

namespace {

template <Rounding kRounding>
void MultiplyTiles(TileRun* run) {
  const Channel channels[kTileRows] = {{0, run->row0[0], run->row0[1], static_cast<int16_t>(run->row0[2]), 0},
                                       {0, run->row1[0], run->row1[1], static_cast<int16_t>(run->row1[2]), 0}};
  for (; run->n_tiles > 0; --run->n_tiles) {
    int32_t sums[kTileRows * kTileColumns];
    MultiplyTile(*run, sums);
    for (int column = 0; column < kTileColumns; ++column, run->output += run->stride) {
      for (int row = 0; row < kTileRows; ++row) {
        const int32_t value = Rescaled<kRounding>(sums[kTileColumns * row + column], channels[row], 0);
        run->output[row] = static_cast<int8_t>(SaturateToByte(value));
      }
    }
    run->columns += 2 * (run->rows_end - run->rows);
  }
}

}  // namespace

void MultiplyTilesAboveZero(TileRun* run) { MultiplyTiles<Rounding::kAboveZero>(run); }
void MultiplyTilesSigned(TileRun* run) { MultiplyTiles<Rounding::kSigned>(run); }

#endif

void SpreadColumns(const int8_t* const from[kTileColumns], int n_words, bool doubled, uint32_t* columns) {
#if NESTLING_HAS_DSP
  if (doubled) return SpreadDoubled(from, n_words, columns);
#endif
  for (int word = 0; word < n_words; ++word, columns += 2 * kTileColumns) {
    for (int i = 0; i < kTileColumns; ++i) {
      const uint32_t here = Load32(from[i] + 4 * word);
      columns[i] = Doubled(EvenBytes(here), doubled);
      columns[kTileColumns + i] = Doubled(OddBytes(here), doubled);
    }
  }
}

void SpreadRows(const int8_t* from, int n_words, int left0, int left1, uint32_t* rows) {
#if NESTLING_HAS_DSP
  if (left0 == 0 && left1 == 0) return SpreadPlainRows(from, n_words, rows);
#endif
  for (const int8_t* end = from + 8 * n_words; from != end; from += 8, rows += 4) {
    const uint32_t word0 = Load32(from);
    const uint32_t word1 = Load32(from + 4);
    rows[0] = Doubled(EvenBytes(word0), left0);
    rows[1] = Doubled(EvenBytes(word1), left1);
    rows[2] = Doubled(OddBytes(word0), left0);
    rows[3] = Doubled(OddBytes(word1), left1);
  }
}

}  // namespace kernels
}  // namespace nestling
