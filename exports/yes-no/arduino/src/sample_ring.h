#ifndef NESTLING_SAMPLE_RING_H_
#define NESTLING_SAMPLE_RING_H_

#include <stdint.h>

#include <atomic>

namespace nestling {

// Samples from an interrupt, which only calls Push, to the loop, which calls the rest. Nobody waits: what does not fit is
// lost and counted.
template <int kCapacity>
class SampleRing {
 public:
  void Push(const int16_t* pcm, int n) {
    const uint32_t head = head_.load(std::memory_order_relaxed);
    const int n_free = kCapacity - static_cast<int>(head - tail_.load(std::memory_order_acquire));
    const int n_kept = n < n_free ? n : n_free;
    for (int i = 0; i < n_kept; ++i) samples_[(head + static_cast<uint32_t>(i)) % kCapacity] = pcm[i];
    head_.store(head + static_cast<uint32_t>(n_kept), std::memory_order_release);
    if (n_kept < n) n_lost_.store(n_lost() + static_cast<uint32_t>(n - n_kept), std::memory_order_relaxed);
  }

  // Moves at most max_samples, oldest first; returns how many.
  int Pop(int16_t* pcm, int max_samples) {
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    const int n_waiting = static_cast<int>(head_.load(std::memory_order_acquire) - tail);
    const int n = n_waiting < max_samples ? n_waiting : max_samples;
    for (int i = 0; i < n; ++i) pcm[i] = samples_[(tail + static_cast<uint32_t>(i)) % kCapacity];
    tail_.store(tail + static_cast<uint32_t>(n), std::memory_order_release);
    return n;
  }

  // Modulo 2^32.
  uint32_t n_lost() const { return n_lost_.load(std::memory_order_relaxed); }

 private:
  static_assert(kCapacity > 0 && (kCapacity & (kCapacity - 1)) == 0, "positions wrap at 2^32, so a power of two");

  std::atomic<uint32_t> head_{0};  // samples that ever came in, modulo 2^32; the interrupt's
  std::atomic<uint32_t> tail_{0};  // and out; the loop's
  std::atomic<uint32_t> n_lost_{0};
  int16_t samples_[kCapacity];
};

}  // namespace nestling

#endif  // NESTLING_SAMPLE_RING_H_
