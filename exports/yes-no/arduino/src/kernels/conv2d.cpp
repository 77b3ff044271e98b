#include "conv2d.h"

#include "matrix.h"

namespace nestling {
namespace kernels {
namespace {

NESTLING_INLINE void Copy(const int8_t* from, int n, int8_t* to) {
  for (; n >= 4; n -= 4, from += 4, to += 4) {
    const uint32_t word = Load32(from);
    memcpy(to, &word, sizeof(word));
  }
  for (; n > 0; --n) *to++ = *from++;
}

NESTLING_INLINE void Fill(int8_t value, int n, int8_t* to) {
  for (; n > 0; --n) *to++ = value;
}

// Goes through the outputs' places in order and gives the inputs under each.
class Patches {
 public:
  Patches(const Conv2DParams& params, const int8_t* input, int8_t* staging)
      : window_(params.window),
        zero_(params.in_zero_point),
        depth_(params.depth),
        row_(params.window.width * params.window.in_channels),
        image_(input),
        staging_(staging) {}

  // The inputs under the next place, in the order of the weights, in one of the staging area's four columns.
  const int8_t* Next(int column) {
    int8_t* const from = staging_ + column * depth_;
    const int top = y_ * window_.stride_height - window_.pad_top;
    const int left = x_ * window_.stride_width - window_.pad_left;
    if (window_.dilation_width == 1) {
      Undilated(top, left, from);
    } else {
      Dilated(top, left, from);
    }
    Advance();
    return from;
  }

 private:
  bool IsInside(int y) const { return y >= 0 && y < window_.in_height; }
  const int8_t* Row(int y) const { return image_ + y * window_.in_width * window_.in_channels; }

  // Neighbouring columns are neighbours in memory: one copy a row, with what sticks out filled in.
  void Undilated(int top, int left, int8_t* to) const {
    const int n_channels = window_.in_channels;
    const int before = left >= 0 ? 0 : -left < window_.width ? -left * n_channels : row_;
    const int room = (window_.in_width - left) * n_channels;
    const int end = room >= row_ ? row_ : room > before ? room : before;
    for (int ky = 0, y = top; ky < window_.height; ++ky, y += window_.dilation_height, to += row_) {
      if (!IsInside(y)) {
        Fill(zero_, row_, to);
        continue;
      }
      Fill(zero_, before, to);
      Copy(Row(y) + left * n_channels + before, end - before, to + before);
      Fill(zero_, row_ - end, to + end);
    }
  }

  void Dilated(int top, int left, int8_t* to) const {
    const int n_channels = window_.in_channels;
    for (int ky = 0, y = top; ky < window_.height; ++ky, y += window_.dilation_height) {
      for (int kx = 0, x = left; kx < window_.width; ++kx, x += window_.dilation_width, to += n_channels) {
        if (!IsInside(y) || x < 0 || x >= window_.in_width) {
          Fill(zero_, n_channels, to);
        } else {
          Copy(Row(y) + x * n_channels, n_channels, to);
        }
      }
    }
  }

  void Advance() {
    if (++x_ < window_.out_width) return;
    x_ = 0;
    if (++y_ < window_.out_height) return;
    y_ = 0;
    image_ += window_.in_height * window_.in_width * window_.in_channels;
  }

  const Window& window_;
  const int8_t zero_;
  const int depth_;
  const int row_;  // bytes under one row of the window
  const int8_t* image_;
  int8_t* staging_;
  int y_ = 0;
  int x_ = 0;
};

// What of a layer's outputs one block makes.
struct Block {
  const uint32_t* columns;  // spread out, tile after tile
  int n_columns;
  int8_t* output;
};

TileRun RunOf(const Conv2DParams& params, const Block& block, const uint32_t* rows, int row) {
  const Channel& first = params.channels[row];
  const Channel& second = params.channels[row + 1];
  return {rows,
          rows + params.depth,
          block.columns,
          block.n_columns / kTileColumns,
          block.output + row,
          params.window.out_channels,
          {first.bias, second.bias},
          {first.multiplier, first.addend, first.right},
          {second.multiplier, second.addend, second.right}};
}

// One tile by way of sums: any rounding, an odd last row, fewer than four columns.
void AnyTile(const Conv2DParams& params, const TileRun& run, int row, int n_rows, int n_columns, int8_t* output) {
  int32_t sums[kTileRows * kTileColumns];
  MultiplyTile(run, sums);
  for (int column = 0; column < n_columns; ++column, output += params.window.out_channels) {
    for (int i = 0; i < n_rows; ++i) {
      output[i] = Requantise(sums[kTileColumns * i + column], params.channels[row + i], params.range);
    }
  }
}

// Two rows of weights, from `row` on, times a block.
void MultiplyRows(const Conv2DParams& params, const Block& block, const uint32_t* rows, int row) {
  const int n_channels = params.window.out_channels;
  const int n_rows = n_channels - row < kTileRows ? n_channels - row : kTileRows;
  TileRun run = RunOf(params, block, rows, row);
  int column = 0;
  if (n_rows == kTileRows && run.n_tiles > 0 && IsFast(params.range)) {
    column = run.n_tiles * kTileColumns;
    if (params.range.rounding == Rounding::kAboveZero) {
      MultiplyTilesAboveZero(&run);
    } else {
      MultiplyTilesSigned(&run);
    }
  }
  for (; column < block.n_columns; column += kTileColumns) {
    const int n = block.n_columns - column < kTileColumns ? block.n_columns - column : kTileColumns;
    run.columns = block.columns + column * (params.depth / 2);
    AnyTile(params, run, row, n_rows, n, block.output + column * n_channels + row);
  }
}

}  // namespace

void Conv2D(const Conv2DParams& params, const int8_t* input, int8_t* output, uint32_t* scratch) {
  const Window& window = params.window;
  const bool is_wide = params.range.rounding == Rounding::kWide;
  uint32_t* rows = scratch;
  uint32_t* columns = rows + params.depth;
  int8_t* staging = reinterpret_cast<int8_t*>(columns + params.block * params.depth / 2);
  Patches patches(params, input, staging);
  const int n_places = window.batches * window.out_height * window.out_width;
  for (int place = 0; place < n_places; place += params.block) {
    const int n = n_places - place < params.block ? n_places - place : params.block;
    for (int column = 0; column < n; column += kTileColumns) {
      uint32_t* tile = columns + column * (params.depth / 2);
      const int8_t* from[kTileColumns];
      for (int i = 0; i < kTileColumns; ++i) {
        // Behind the last place the columns repeat it: nobody reads what comes of them.
        const int last = column + i < n ? column + i : n - 1;
        if (params.is_pointwise) {
          from[i] = input + (place + last) * window.in_channels;
        } else {
          from[i] = column + i < n ? patches.Next(i) : from[i - 1];
        }
      }
      SpreadColumns(from, (params.is_pointwise ? window.in_channels : params.depth) / 4, !is_wide, tile);
    }
    const Block block = {columns, n, output + place * window.out_channels};
    const int8_t* weights = params.weights;
    for (int row = 0; row < window.out_channels; row += kTileRows, weights += kTileRows * params.depth) {
      const Channel* channels = params.channels + row;
      SpreadRows(weights, params.depth / 4, is_wide ? 0 : channels[0].left, is_wide ? 0 : channels[1].left, rows);
      MultiplyRows(params, block, rows, row);
    }
  }
}

}  // namespace kernels
}  // namespace nestling
