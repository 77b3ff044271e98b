/** The camera on a page: opened by a click, at once where it has been allowed before, given back when the page is left. */

import { html, useEffect, useMemo, useRef, useState } from '../../../vendor/preact.js';
import { Camera } from '../../camera/camera.js';
import { Store, useStore } from '../../data/store.js';
import { t } from '../i18n.js';
import { Icon } from './icons.js';
import { useListener } from './level.js';

/** @returns {Promise<boolean>} whether opening it asks nobody anything; not every browser tells */
async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ ('camera') })).state === 'granted';
  } catch {
    return false;
  }
}

/** The page's own camera: `camera` is null until it is open, `problem` a sentence or ''.
 *  @param {{ atOnce?: boolean }} [options] whether to open it without a click where nobody has to be asked */
export function useCamera({ atOnce = true } = {}) {
  const opened = useMemo(() => new Store(/** @type {Camera | null} */ (null)), []);
  const left = useRef(false);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  /** @param {() => Promise<unknown>} task */
  async function attempt(task) {
    setProblem('');
    setBusy(true);
    try {
      await task();
    } catch (error) {
      close();
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  }
  const open = () => attempt(async () => {
    const camera = await Camera.open();
    if (left.current || opened.value) camera.close();
    else opened.set(camera);
  });
  const turn = () => attempt(async () => opened.value?.switch());
  function close() {
    opened.value?.close();
    opened.set(null);
  }
  useEffect(() => {
    if (atOnce) isAllowed().then((allowed) => { if (allowed && !left.current) open(); });
    return () => {
      left.current = true;
      close();
    };
  }, []);
  const camera = useStore(opened);
  useListener(camera, 'ended', ({ message }) => {
    close();
    setProblem(message);
  });
  return { camera, problem, busy, open, turn, close };
}

/** What a camera sees, square as what a network looks at. @param {{ camera: Camera, name: string, children?: any }} props */
export function Viewfinder({ camera, name, children }) {
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => { holder.current?.replaceChildren(camera.video); }, [camera]);
  return html`
    <div class="viewfinder">
      <div class=${`seen ${camera.facing === 'user' ? 'mirrored' : ''}`} ref=${holder} role="img" aria-label=${name}></div>
      ${children}
    </div>`;
}

/** A photo or a frozen frame in the camera's place. @param {{ photo: ImageBitmap, mirrored?: boolean }} props */
export function Still({ photo, mirrored = false }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLCanvasElement} */ (canvas.current);
    Object.assign(element, { width: photo.width, height: photo.height });
    element.getContext('2d')?.drawImage(photo, 0, 0);
  }, [photo]);
  return html`<div class=${`seen ${mirrored ? 'mirrored' : ''}`}><canvas ref=${canvas} role="img" aria-label=${t('The picture that is looked at')}></canvas></div>`;
}

/** Where the picture will be. @param {{ says: string }} props */
export const ClosedFinder = ({ says }) => html`
  <div class="viewfinder closed"><${Icon} name="photo" /><p>${says}</p></div>`;
