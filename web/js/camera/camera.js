/**
 * The phone's camera, as a page uses it: open it in a click, show its `video`, switch it, light its torch, close it.
 * What it sees stays in this page.
 */

/** @typedef {'insecure' | 'unsupported' | 'denied' | 'no-camera' | 'busy' | 'failed'} CameraErrorCode */
/** @typedef {'environment' | 'user'} Facing - the rear camera, or the one that looks at the person */

/** @type {Record<CameraErrorCode, string>} */
const SENTENCES = {
  insecure: 'The browser gives the camera to secure pages only. Open this page with https:// and trust the computer\'s certificate.',
  unsupported: 'This browser gives pages no camera. Use a current Chrome, Edge, Firefox or Safari, or choose a photo.',
  denied: 'The camera is blocked for this page. Allow it in the browser\'s site settings, then try again.',
  'no-camera': 'No camera was found. Connect one, then try again, or choose a photo.',
  busy: 'The camera is in use. Close the other app that is using it, then try again.',
  failed: 'The camera did not start. Try again; if it fails again, reload the page.',
};

/** @type {Record<string, CameraErrorCode>} */
const CODES = {
  NotAllowedError: 'denied',
  SecurityError: 'insecure',
  NotFoundError: 'no-camera',
  OverconstrainedError: 'no-camera',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

// A network looks at 224 pixels: more would be read and thrown away on every frame.
const SIZE = { width: { ideal: 640 }, height: { ideal: 480 } };
const MUTE_GRACE_MS = 3000; // phones mute a camera for a moment when they turn or wake up

export class CameraError extends Error {
  /**
   * @param {CameraErrorCode} code
   * @param {unknown} [cause]
   */
  constructor(code, cause) {
    super(SENTENCES[code], { cause });
    this.name = 'CameraError';
    this.code = code;
  }
}

/** An open camera. Event: 'ended' ({message}: the camera is gone; close, then open again). */
export class Camera extends EventTarget {
  /** What it sees, playing; a page puts it where it likes. */
  video = document.createElement('video');
  /** @type {MediaStream} */ #stream;
  #deviceIds;
  #closed = false;

  /**
   * Call `Camera.open()` instead.
   * @param {MediaStream} stream
   * @param {string[]} deviceIds - all cameras
   */
  constructor(stream, deviceIds) {
    super();
    this.#stream = stream;
    this.#deviceIds = deviceIds;
    this.video.muted = true;
    this.video.playsInline = true; // without, an iPhone shows it full screen
    this.video.disablePictureInPicture = true;
  }

  /**
   * Open a camera and wait until it shows something. Call it from a click.
   * @param {{facing?: Facing}} [options] - which one to prefer
   * @returns {Promise<Camera>}
   * @throws {CameraError} `message` says what to do
   */
  static async open({ facing = 'environment' } = {}) {
    if (!globalThis.isSecureContext) throw new CameraError('insecure');
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('unsupported');
    const stream = await openStream({ facingMode: { ideal: facing } });
    const devices = await navigator.mediaDevices.enumerateDevices();
    const camera = new Camera(stream, devices.filter(({ kind }) => kind === 'videoinput').map(({ deviceId }) => deviceId));
    await camera.#show();
    return camera;
  }

  /** Which way it looks; null where the browser does not tell, as for a webcam. @returns {Facing | null} */
  get facing() {
    const { facingMode } = this.#track.getSettings();
    return facingMode === 'user' || facingMode === 'environment' ? facingMode : null;
  }

  /** Whether there is another camera. */
  get canSwitch() {
    return this.#deviceIds.length > 1;
  }

  /** Whether there is a lamp to light. */
  get hasTorch() {
    const capabilities = /** @type {{torch?: boolean}} */ (this.#track.getCapabilities?.() ?? {});
    return Boolean(capabilities.torch);
  }

  /** @param {boolean} on */
  async torch(on) {
    await this.#track.applyConstraints({ advanced: [/** @type {any} */ ({ torch: on })] });
  }

  /**
   * Change to the other camera: from the rear to the front and back; where none says which it is, to the next one.
   * @throws {CameraError} neither the other nor this one could be opened
   */
  async switch() {
    const before = this.#track.getSettings();
    const { facing } = this;
    stop(this.#stream); // most phones open one camera at a time
    try {
      this.#stream = await openStream(facing ? { facingMode: { ideal: facing === 'user' ? 'environment' : 'user' } } : this.#next(before));
    } catch {
      this.#stream = await openStream(only(before));
    }
    await this.#show();
  }

  /**
   * What it sees now.
   * @returns {Promise<ImageBitmap>}
   */
  frame() {
    return createImageBitmap(this.video);
  }

  /** Give the camera back. */
  close() {
    this.#closed = true;
    stop(this.#stream);
    this.video.srcObject = null;
    this.video.remove();
  }

  get #track() {
    return this.#stream.getVideoTracks()[0];
  }

  /** @param {MediaTrackSettings} before */
  #next({ deviceId = '' }) {
    const index = this.#deviceIds.indexOf(deviceId);
    return only({ deviceId: this.#deviceIds[(index + 1) % this.#deviceIds.length] });
  }

  async #show() {
    this.#watch();
    this.video.srcObject = this.#stream;
    try {
      await this.video.play();
    } catch (error) {
      this.close();
      throw new CameraError('failed', error);
    }
  }

  #watch() {
    const track = this.#track;
    track.addEventListener('ended', () => this.#end(track, 'The camera was disconnected or taken away. Open it again.'));
    track.addEventListener('mute', () => {
      setTimeout(() => {
        if (track.muted && !document.hidden) this.#end(track, 'The phone took the camera away, perhaps for another app. Open it again.');
      }, MUTE_GRACE_MS);
    });
  }

  /** @param {MediaStreamTrack} track @param {string} message */
  #end(track, message) {
    if (!this.#closed && track === this.#track) this.dispatchEvent(new CustomEvent('ended', { detail: { message } }));
  }
}

/**
 * @param {MediaTrackConstraints} which
 * @returns {Promise<MediaStream>}
 */
async function openStream(which) {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...SIZE, ...which } });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw new CameraError(CODES[name] ?? 'failed', error);
  }
}

/** @param {MediaTrackSettings} settings @returns {MediaTrackConstraints} */
const only = ({ deviceId }) => (deviceId ? { deviceId: { exact: deviceId } } : {});

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}
