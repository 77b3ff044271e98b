/** Names what the camera or a photo shows. Knows nothing of the screen; pages watch `state`. */

import { Classifier } from '../camera/classifier.js';
import { readPhoto } from '../camera/photo.js';
import * as api from '../data/api.js';
import { Store } from '../data/store.js';
import { fetchThings } from '../data/things.js';
import { keepOffline } from '../data/update.js';
import { Names, Smoother } from '../dsp/guesses.js';

const THINGS = '/bundles/things/';
const N_GUESSES = 3;
const N_SMOOTHED = 5; // frames, about half a second
const LEAST_MS = 100; // from one frame to the next: ten looks a second are enough, and spare the battery
const STEADY_MS = 1000; // seen for so long, a thing counts as found
const QUESTIONS_MS = 2000; // questions stand still for long enough to be read and tapped
export const UNSURE = 0.2;
const SURE = 0.5; // what passes before a moving camera counts as found only when it is clear

/** @typedef {import('../camera/camera.js').Camera} Camera */
/** @typedef {import('../dsp/guesses.js').Guess} Guess */
/** @typedef {import('../data/things.js').Row} Row */

/**
 * @typedef {object} Sight
 * @property {'loading' | 'ready' | 'missing'} model
 * @property {number} loaded how much of the model is here, 0 to 1
 * @property {string} problem a sentence, or ''
 * @property {string} note what was done to a chosen photo, or ''
 * @property {ImageBitmap | null} picture what is looked at when it stands still: a frozen frame or a photo
 * @property {Guess[]} guesses the best ones, the best first; none while nothing was looked at
 * @property {Guess[]} questions the guesses to ask about, where none is sure
 * @property {Guess | null} chosen what the person said that it is
 * @property {Guess | null} found the thing that was found last: another object each time
 * @property {{ resize_ms: number, inference_ms: number, backend: string } | null} time that the last look took
 */

/** @type {Sight} */
const NOTHING = { model: 'loading', loaded: 0, problem: '', note: '', picture: null, guesses: [], questions: [], chosen: null, found: null, time: null };
const UNSEEN = { note: '', picture: null, guesses: [], questions: [], chosen: null };

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));
/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Translator {
  /** @type {Store<Sight>} */
  state = new Store(NOTHING);
  /** The table of names, one row a class. @type {Row[]} */
  rows = [];
  /** @type {Classifier | null} */ #classifier = null;
  /** @type {Names | null} */ #names = null;
  /** @type {Smoother | null} */ #smoother = null;
  /** @type {Camera | null} */ #camera = null;
  #closed = false;
  #steady = { name: '', since: 0, told: false };
  #askedAt = 0;

  /** @param {Partial<Sight>} changes */
  #show(changes) {
    this.state.set({ ...this.state.value, ...changes });
  }

  /** Fetch the model and the names; both stay on the phone. */
  async load() {
    this.#show({ model: 'loading', loaded: 0, problem: '' });
    try {
      const onProgress = (/** @type {number} */ loaded) => this.#show({ loaded });
      const [classifier, rows] = await Promise.all([Classifier.load(THINGS, { onProgress }), fetchThings()]);
      if (this.#closed) {
        classifier.close();
        return;
      }
      this.#take(classifier, rows);
    } catch (error) {
      this.#show({ model: 'missing', problem: await reasonFor(error) });
      return;
    }
    // A newer model of the computer's replaces the kept one at the next visit.
    api.listBundles().catch(() => undefined).finally(() => keepOffline(THINGS));
  }

  /** @param {Classifier} classifier @param {Row[]} rows */
  #take(classifier, rows) {
    const { labels } = classifier.manifest;
    if (labels.some((label, i) => label !== rows[i]?.class)) throw new Error('The names of things are not those of the model. Run make setup on the computer, then load this page again.');
    this.rows = rows;
    this.#names = new Names(rows.map(({ en }) => en));
    this.#smoother = new Smoother(labels.length, N_SMOOTHED);
    this.#classifier = classifier;
    this.#show({ model: 'ready' });
    const { picture } = this.state.value;
    if (picture) this.#study(picture);
    else this.#watch();
  }

  /** The camera to look through, or null. @param {Camera | null} camera */
  use(camera) {
    if (camera === this.#camera) return;
    this.#camera = camera;
    if (this.state.value.picture) return;
    this.#show(UNSEEN);
    this.#watch();
  }

  /** The camera looks elsewhere: forget what it saw. */
  turned() {
    this.#smoother?.reset();
    if (!this.state.value.picture) this.#show(UNSEEN);
  }

  /** Look on, several times a second, for as long as there is something that moves. One frame at a time: others are let go. */
  async #watch() {
    const camera = this.#camera;
    const isOn = () => !this.#closed && camera === this.#camera && !this.state.value.picture;
    this.#smoother?.reset();
    this.#steady.name = '';
    while (camera && this.#classifier && isOn()) {
      const start = performance.now();
      try {
        await nextFrame(camera.video);
        if (!isOn()) return;
        const { scores, ...time } = await this.#classifier.classify(await camera.frame());
        if (!isOn()) return;
        this.#tell(this.#smoother?.push(scores) ?? scores, time);
      } catch (error) {
        if (isOn()) this.#show({ problem: sentence(error) });
        return;
      }
      await pause(Math.max(0, start + LEAST_MS - performance.now()));
    }
  }

  /** @param {ArrayLike<number>} scores @param {{ resize_ms: number, inference_ms: number }} time */
  #tell(scores, time) {
    const guesses = this.#names?.best(scores, N_GUESSES) ?? [];
    const now = performance.now();
    const isNew = now > this.#askedAt + QUESTIONS_MS || this.state.value.picture;
    if (isNew) this.#askedAt = now;
    this.#show({
      guesses, questions: isNew ? guesses : this.state.value.questions, time: { ...time, backend: this.#classifier?.backend ?? '' },
    });
    this.#settle(guesses[0], now);
  }

  /** @param {Guess} best @param {number} now */
  #settle(best, now) {
    const still = Boolean(this.state.value.picture);
    if (best.name !== this.#steady.name) this.#steady = { name: best.name, since: now, told: false };
    const isClear = still ? best.score >= UNSURE : best.score >= SURE && now >= this.#steady.since + STEADY_MS;
    if (!isClear || this.#steady.told || this.state.value.chosen) return;
    this.#steady.told = true;
    this.#show({ found: { ...best } });
  }

  /** Hold the picture that the camera shows. */
  async freeze() {
    if (!this.#camera || this.state.value.picture) return;
    const picture = await this.#camera.frame();
    this.#still(picture, '');
  }

  /** Look at a photo. @param {File} file */
  async look(file) {
    try {
      const { bitmap, note } = await readPhoto(file);
      this.#still(bitmap, note);
    } catch (error) {
      this.#show({ problem: sentence(error) });
    }
  }

  /** @param {ImageBitmap} picture @param {string} note */
  #still(picture, note) {
    this.state.value.picture?.close();
    this.#show({ ...UNSEEN, picture, note, problem: '' });
    this.#study(picture);
  }

  /** @param {ImageBitmap} picture */
  async #study(picture) {
    if (!this.#classifier) return; // it is studied when the model is there
    try {
      const { scores, ...time } = await this.#classifier.classify(await createImageBitmap(picture));
      this.#steady.name = '';
      if (picture === this.state.value.picture) this.#tell(scores, time);
    } catch (error) {
      this.#show({ problem: sentence(error) });
    }
  }

  /** Let the picture go; on with the camera, where there is one. */
  goOn() {
    this.state.value.picture?.close();
    this.#show(UNSEEN);
    this.#watch();
  }

  /** The person knows what it is. @param {Guess} guess */
  async choose(guess) {
    await this.freeze();
    this.#show({ chosen: guess, found: { ...guess } });
  }

  close() {
    this.#closed = true;
    this.state.value.picture?.close();
    this.#classifier?.close();
  }
}

/** Why the model is not here: most often nobody has made it yet. @param {unknown} error */
async function reasonFor(error) {
  const status = await fetch(`${THINGS}manifest.json`).then((response) => response.status, () => 0);
  if (status === 404) return 'The model that knows things is not on the computer. Run make setup there, then try again.';
  return sentence(error);
}

/**
 * Resolves when the camera has a new picture; at the screen's own rhythm where the browser does not tell.
 * @param {HTMLVideoElement} video
 */
function nextFrame(video) {
  return new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}
