#include "pool.h"

namespace nestling {
namespace kernels {
namespace {

// What of a window lies within the image, along one direction.
struct Span {
  int begin;
  int end;

  Span(int out, int stride, int pad, int size, int limit) : begin(out * stride - pad), end(begin + size) {
    if (begin < 0) begin = 0;
    if (end > limit) end = limit;
  }
};

constexpr int kMaxRows = 256;  // so many int8 fit into the sum of 16 bits

// Four channels of at most kMaxRows rows, two in a word.
NESTLING_INLINE void AddGroup(const int8_t* from, int n_rows, int stride, int32_t* sums) {
  uint32_t even = 0;
  uint32_t odd = 0;
  for (const int8_t* end = from + n_rows * stride; from != end; from += stride) {
    const uint32_t word = Load32(from);
    even = AddEvenBytes(even, word);
    odd = AddOddBytes(odd, word);
  }
  sums[0] += Low(even);
  sums[1] += Low(odd);
  sums[2] += High(even);
  sums[3] += High(odd);
}

// sums[i] += the rows' i-th value; rows of n values, `n` apart.
void AddRows(const int8_t* from, int n_rows, int n, int32_t* sums) {
  for (; n_rows > 0; n_rows -= kMaxRows, from += kMaxRows * n) {
    const int n_here = n_rows < kMaxRows ? n_rows : kMaxRows;
    int i = 0;
    for (; i + 4 <= n; i += 4) AddGroup(from + i, n_here, n, sums + i);
    for (; i < n; ++i) {
      for (int row = 0; row < n_here; ++row) sums[i] += from[row * n + i];
    }
  }
}

NESTLING_INLINE void Clear(int32_t* sums, int n) {
  for (int i = 0; i < n; ++i) sums[i] = 0;
}

NESTLING_INLINE int32_t RoundedAverage(int32_t sum, int32_t count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

void AveragePlace(const PoolParams& params, const int8_t* image, Span rows, Span columns, int32_t* sums, int8_t* output) {
  const int n_channels = params.window.in_channels;
  const int width = params.window.in_width;
  const int n_columns = columns.end - columns.begin;
  const int32_t count = (rows.end - rows.begin) * n_columns;
  Clear(sums, n_channels);
  if (n_columns == width) {
    AddRows(image + rows.begin * width * n_channels, count, n_channels, sums);
  } else {
    for (int y = rows.begin; y < rows.end; ++y) {
      AddRows(image + (y * width + columns.begin) * n_channels, n_columns, n_channels, sums);
    }
  }
  for (int i = 0; i < n_channels; ++i) {
    output[i] = static_cast<int8_t>(Clamp(RoundedAverage(sums[i], count), params.min, params.max));
  }
}

void MaxPlace(const PoolParams& params, const int8_t* image, Span rows, Span columns, int8_t* output) {
  const int n_channels = params.window.in_channels;
  memset(output, params.min, n_channels);
  for (int y = rows.begin; y < rows.end; ++y) {
    const int8_t* from = image + (y * params.window.in_width + columns.begin) * n_channels;
    for (int x = columns.begin; x < columns.end; ++x) {
      for (int i = 0; i < n_channels; ++i, ++from) {
        if (*from > output[i]) output[i] = *from;
      }
    }
  }
  for (int i = 0; i < n_channels; ++i) {
    if (output[i] > params.max) output[i] = params.max;
  }
}

// Calls place(image, rows, columns, output) for each place of the outputs.
template <typename Place>
NESTLING_INLINE void ForEachPlace(const Window& window, const int8_t* input, int8_t* output, Place place) {
  for (int batch = 0; batch < window.batches; ++batch) {
    for (int y = 0; y < window.out_height; ++y) {
      const Span rows(y, window.stride_height, window.pad_top, window.height, window.in_height);
      for (int x = 0; x < window.out_width; ++x, output += window.out_channels) {
        place(input, rows, Span(x, window.stride_width, window.pad_left, window.width, window.in_width), output);
      }
    }
    input += window.in_height * window.in_width * window.in_channels;
  }
}

// The last two dimensions, from `input` on.
void SumInner(const MeanParams& params, const int8_t* input, int32_t* sums) {
  const int n_rows = params.dims[kMaxDims - 2];
  const int n = params.dims[kMaxDims - 1];
  const int row_stride = params.out_strides[kMaxDims - 2];
  const int stride = params.out_strides[kMaxDims - 1];
  if (row_stride == 0 && stride == 1) return AddRows(input, n_rows, n, sums);
  for (int row = 0; row < n_rows; ++row, sums += row_stride) {
    for (int i = 0; i < n; ++i) sums[i * stride] += *input++;
  }
}

void SumUp(const MeanParams& params, const int8_t* input, int32_t* sums) {
  int at[kMaxDims] = {};
  int32_t* to = sums;
  for (;;) {
    SumInner(params, input, to);
    input += params.dims[kMaxDims - 2] * params.dims[kMaxDims - 1];
    int dim = kMaxDims - 3;
    for (; dim >= 0; --dim) {
      to += params.out_strides[dim];
      if (++at[dim] < params.dims[dim]) break;
      to -= params.out_strides[dim] * params.dims[dim];
      at[dim] = 0;
    }
    if (dim < 0) return;
  }
}

}  // namespace

void AveragePool(const PoolParams& params, const int8_t* input, int8_t* output, uint32_t* scratch) {
  int32_t* sums = reinterpret_cast<int32_t*>(scratch);
  ForEachPlace(params.window, input, output, [&](const int8_t* image, Span rows, Span columns, int8_t* to) {
    AveragePlace(params, image, rows, columns, sums, to);
  });
}

void MaxPool(const PoolParams& params, const int8_t* input, int8_t* output) {
  ForEachPlace(params.window, input, output, [&](const int8_t* image, Span rows, Span columns, int8_t* to) {
    MaxPlace(params, image, rows, columns, to);
  });
}

void Mean(const MeanParams& params, const int8_t* input, int8_t* output, uint32_t* scratch) {
  int32_t* sums = reinterpret_cast<int32_t*>(scratch);
  Clear(sums, params.n_outputs);
  SumUp(params, input, sums);
  for (int i = 0; i < params.n_outputs; ++i) {
    if (params.divides) {
      output[i] = static_cast<int8_t>(sums[i] / params.count);
      continue;
    }
    const int32_t scaled = MultiplyByQuantised(sums[i] + params.offset, params.multiplier, params.left, params.right);
    output[i] = static_cast<int8_t>(SaturateToByte(scaled + params.out_zero_point));
  }
}

}  // namespace kernels
}  // namespace nestling
