/** WAV files of 16-bit mono PCM, as the server stores them. */

const HEADER = 44; // RIFF, fmt and the data chunk's own head

/**
 * @param {Int16Array} pcm
 * @param {number} sampleRate
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeWav(pcm, sampleRate) {
  const bytes = new Uint8Array(HEADER + 2 * pcm.length);
  const view = new DataView(bytes.buffer);
  writeText(bytes, 0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  writeText(bytes, 8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  writeText(bytes, 36, 'data');
  view.setUint32(40, 2 * pcm.length, true);
  for (let i = 0; i < pcm.length; i++) view.setInt16(HEADER + 2 * i, pcm[i], true);
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @returns {{pcm: Int16Array<ArrayBuffer>, sampleRate: number}}
 * @throws {Error} not a WAV file of 16-bit mono PCM, or cut short
 */
export function decodeWav(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || readText(bytes, 0) !== 'RIFF' || readText(bytes, 8) !== 'WAVE') throw new Error('not a WAV file');
  const chunks = readChunks(bytes, view);
  const format = chunks.get('fmt ');
  const data = chunks.get('data');
  if (!format || format.length < 16 || !data) throw new Error('the WAV file lacks its format or its samples');
  const [encoding, nChannels, bits] = [0, 2, 14].map((offset) => view.getUint16(format.start + offset, true));
  if (encoding !== 1 || nChannels !== 1 || bits !== 16) {
    throw new Error(`the WAV file must be 16-bit mono PCM, got ${bits} bits, ${nChannels} channels, encoding ${encoding}`);
  }
  const pcm = Int16Array.from({ length: data.length >> 1 }, (_, i) => view.getInt16(data.start + 2 * i, true));
  return { pcm, sampleRate: view.getUint32(format.start + 4, true) };
}

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view
 */
function readChunks(bytes, view) {
  /** @type {Map<string, {start: number, length: number}>} */
  const chunks = new Map();
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) throw new Error('the WAV file is cut short');
    chunks.set(readText(bytes, at), { start: at + 8, length });
    at += 8 + length + (length & 1); // chunks begin at even offsets
  }
  return chunks;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {string} text
 */
function writeText(bytes, at, text) {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function readText(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
