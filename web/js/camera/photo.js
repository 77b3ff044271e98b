/**
 * Photos that a person chooses, pastes or drops: the pixels as they are meant to be seen, or a sentence that says why not.
 * `training/vision/photos.py` reads the same files on the computer.
 */

const MIN_SIDE = 32;
const MAX_SIDE = 4096; // beyond, phones run out of memory for a picture that is shown at a tenth of it
const MANY_PIXELS = 50e6;
const SAMPLE_SIDE = 64;
const JPEG_QUALITY = 0.9;

// The first bytes of what browsers know, and what a file of it may hold.
/** @type {{name: string, offset: number, starts: string[]}[]} */
const KINDS = [
  { name: 'JPEG', offset: 0, starts: ['\xff\xd8\xff'] },
  { name: 'PNG', offset: 0, starts: ['\x89PNG'] },
  { name: 'GIF', offset: 0, starts: ['GIF8'] },
  { name: 'BMP', offset: 0, starts: ['BM'] },
  { name: 'WebP', offset: 8, starts: ['WEBP'] },
  { name: 'HEIC', offset: 8, starts: ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'] },
  { name: 'AVIF', offset: 8, starts: ['avif', 'avis'] },
];

/**
 * @param {File} file - whatever its name says
 * @returns {Promise<{bitmap: ImageBitmap, note: string}>} upright, opaque; `note` is a sentence where something was done to
 *   the photo that one should know, '' otherwise
 * @throws {Error} a sentence: it is no photo, or one that cannot be used
 */
export async function readPhoto(file) {
  const name = file.name || 'The file';
  if (file.size === 0) throw new Error(`${name} is empty. Choose another photo.`);
  const kind = await kindOf(file);
  const image = await decode(file).catch(() => { throw new Error(`${name} ${refusal(kind)}`); });
  try {
    const { naturalWidth: width, naturalHeight: height } = image;
    if (Math.min(width, height) < MIN_SIDE) {
      throw new Error(`${name} has ${width} x ${height} pixels; a photo has at least ${MIN_SIDE} on each side. Choose another.`);
    }
    const { isVisible, isOpaque } = await look(image).catch(() => { throw new Error(`${name} ${width * height > MANY_PIXELS ? tooMany(width * height) : refusal(kind)}`); });
    if (!isVisible) throw new Error(`${name} shows nothing: it is transparent all over. Choose another photo.`);
    const drawn = draw(image, width, height, MAX_SIDE);
    const notes = [];
    if (drawn.width !== width) notes.push(`The photo had ${width} x ${height} pixels and was made smaller, to ${drawn.width} x ${drawn.height}.`);
    if (!isOpaque) notes.push('Transparent parts of the photo were made white.');
    return { bitmap: await createImageBitmap(drawn), note: notes.join(' ') };
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/**
 * A JPEG with nothing in it but the picture: no place, no time, no name of a phone.
 * @param {ImageBitmap | HTMLVideoElement | HTMLCanvasElement} source
 * @param {number} [maxSide] - the longer side has at most so many pixels
 * @returns {Promise<Blob>}
 */
export async function encodePhoto(source, maxSide = 640) {
  const [width, height] = source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  const drawn = draw(source, width, height, maxSide);
  return new Promise((resolve, reject) => {
    const take = (/** @type {Blob | null} */ blob) => (blob ? resolve(blob) : reject(new Error('The photo could not be stored as JPEG. Take it again.')));
    drawn.toBlob(take, 'image/jpeg', JPEG_QUALITY);
  });
}

/**
 * What the first bytes say it is, '' when they say nothing.
 * @param {Blob} file
 */
async function kindOf(file) {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 32).arrayBuffer()));
  return KINDS.find(({ offset, starts }) => starts.some((bytes) => start.startsWith(bytes, offset)))?.name ?? '';
}

/** Why a file that the browser cannot decode is not used, as the rest of a sentence. @param {string} kind */
function refusal(kind) {
  if (kind === 'HEIC') return 'is a HEIC photo, which this browser cannot read. Save it as JPEG, then choose that.';
  if (kind) return `is a damaged or cut-off ${kind} file. Choose another photo.`;
  return 'is not a photo, whatever its name says. Choose a JPEG, PNG or WebP file.';
}

/**
 * An image element and not `createImageBitmap(file)`: it knows its size before all pixels are there, and is upright in
 * every browser.
 * @param {Blob} file
 * @returns {Promise<HTMLImageElement>}
 */
function decode(file) {
  const image = new Image();
  return new Promise((resolve, reject) => {
    image.onload = () => resolve(image);
    image.onerror = () => {
      URL.revokeObjectURL(image.src);
      reject(new Error('not an image'));
    };
    image.src = URL.createObjectURL(file);
  });
}

/** Why a photo that nothing else is wrong with is not drawn. @param {number} nPixels */
const tooMany = (nPixels) => `has ${Math.round(nPixels / 1e6)} megapixels, too many for this phone. Make it smaller, then choose it again.`;

/**
 * Whether anything of a photo can be seen, and nothing through it.
 * @param {HTMLImageElement} image
 * @throws {Error} it is cut off, which an image element does not say, or too large
 */
async function look(image) {
  const sample = await createImageBitmap(image, { resizeWidth: SAMPLE_SIDE, resizeHeight: SAMPLE_SIDE });
  const canvas = canvasOf(SAMPLE_SIDE, SAMPLE_SIDE);
  const context = contextOf(canvas);
  context.drawImage(sample, 0, 0);
  sample.close();
  const { data } = context.getImageData(0, 0, SAMPLE_SIDE, SAMPLE_SIDE);
  const alphas = data.filter((_, i) => i % 4 === 3);
  return { isVisible: alphas.some((alpha) => alpha > 0), isOpaque: alphas.every((alpha) => alpha === 255) };
}

/**
 * On white, its longer side at most `maxSide` pixels.
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 * @param {number} maxSide
 */
function draw(source, width, height, maxSide) {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const canvas = canvasOf(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = contextOf(canvas);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** @param {number} width @param {number} height */
function canvasOf(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** @param {HTMLCanvasElement} canvas */
const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
