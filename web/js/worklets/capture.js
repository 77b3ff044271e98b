/**
 * Takes what the microphone gives, mixes it down to mono and hands it in blocks to the worker, past the page's own thread.
 *
 * A block is `{frame, samples}`: the context's frame count at the first sample, and Float32Array(BLOCK) in a buffer that is
 * transferred. The worker notices lost sound by a jump in `frame`.
 */

const BLOCK = 1024; // 21 ms at 48 kHz: eight render quanta a message

class Capture extends AudioWorkletProcessor {
  /** @type {MessagePort | null} */
  #out = null;
  #block = new Float32Array(BLOCK);
  #filled = 0;
  #nextFrame = 0;
  #stopped = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data === 'stop') this.#stopped = true;
      else this.#out = data;
    };
  }

  /**
   * @param {Float32Array[][]} inputs
   * @returns {boolean} false once it is told to stop, so that it can be collected
   */
  process([channels]) {
    if (this.#stopped) {
      this.#out?.close();
      return false;
    }
    if (this.#out && channels.length > 0) this.#append(this.#out, channels);
    return true;
  }

  /**
   * @param {MessagePort} out
   * @param {Float32Array[]} channels
   */
  #append(out, channels) {
    if (currentFrame !== this.#nextFrame) this.#filled = 0; // after a gap, a new block: one block never spans two times
    const length = channels[0].length;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let channel = 0; channel < channels.length; channel++) sum += channels[channel][i];
      this.#block[this.#filled++] = sum / channels.length;
      if (this.#filled === BLOCK) this.#send(out, currentFrame + i + 1 - BLOCK);
    }
    this.#nextFrame = currentFrame + length;
  }

  /**
   * @param {MessagePort} out
   * @param {number} frame
   */
  #send(out, frame) {
    out.postMessage({ frame, samples: this.#block }, [this.#block.buffer]);
    this.#block = new Float32Array(BLOCK);
    this.#filled = 0;
  }
}

registerProcessor('capture', Capture);
