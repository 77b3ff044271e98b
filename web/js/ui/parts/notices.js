/** Sentences that a page shows above its content: not joined, not secure, clips that wait, a new version. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { access } from '../../data/access.js';
import * as queue from '../../data/queue.js';
import { asLabel, labelProblem } from '../../data/project.js';
import { useStore } from '../../data/store.js';
import { applyUpdate, updateReady } from '../../data/update.js';
import { t, tn, told, tx } from '../i18n.js';
import { Icon } from './icons.js';
import { counted } from './kind.js';

const A_WHILE_MS = 2000;

/** Why the microphone, or the camera, cannot work on this page at all, and the way out. @param {{ kind?: import('./kind.js').Kind }} props */
export function InsecureNotice({ kind = 'speech' }) {
  if (isSecureContext) return null;
  const { hostname, port } = location;
  const address = `https://${hostname}${port ? `:${port}` : ''}/`;
  return html`
    <div class="notice warning">
      <p>${tx(kind === 'vision' ? 'The browser gives the camera to secure pages only, and this one is not. First {trust}, then open {address}.' : 'The browser gives the microphone to secure pages only, and this one is not. First {trust}, then open {address}.', {
        trust: html`<a href="/trust">${t('trust this computer\'s certificate')}</a>`, address: html`<a href=${address}>${address}</a>` })}</p>
    </div>`;
}

/** What a page that needs the server says when it may not ask it. `null` when it may. */
export function AccessNotice() {
  const { state, detail } = useStore(access);
  if (state === 'stranger') {
    return html`
      <div class="notice warning">
        <p>${t('This phone has not joined yet. On the computer that runs Nestling, open "Join other phones" and scan the code there with this phone\'s camera.')}</p>
        <p class="small">${told(detail)}</p>
      </div>`;
  }
  if (state === 'offline') return html`<div class="notice"><p>${told(detail)}</p></div>`;
  return null;
}

/** As in "2 clips and 1 photo". @param {number} clips @param {number} photos */
const mixed = (clips, photos) => (clips && photos ? t('{clips} and {photos}', { clips: counted(clips, 'speech'), photos: counted(photos, 'vision') }) : counted(clips || photos, clips ? 'speech' : 'vision'));

/** Clips and photos that are not on the computer yet; nothing when all are, or will be in a moment. */
export function QueueNotice() {
  const { waiting, photos, refused, problem } = useStore(queue.queue);
  const lasts = useLasting(waiting > 0);
  return html`
    ${waiting > 0 && (lasts || problem) && html`
      <div class="notice plain" role="status">
        <p>${tn(waiting, '{what} waits for the server. Nothing is lost: they are kept on this phone.', '{what} wait for the server. Nothing is lost: they are kept on this phone.', { what: mixed(waiting - photos, photos) })}${problem && html` <span class="small quiet">${told(problem)}</span>`}</p>
        ${problem && html`<button class="button" type="button" onClick=${queue.send}>${t('Try now')}</button>`}
      </div>`}
    ${alike(refused).map((clips) => html`<${Refused} clips=${clips} key=${clips[0].id} />`)}`;
}

/** Whether something has been so for a while: what comes and goes with every photo would make the page jump.
 *  @param {boolean} is */
function useLasting(is) {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    const timer = is && setTimeout(() => setLasts(true), A_WHILE_MS);
    return () => {
      clearTimeout(timer || undefined);
      setLasts(false);
    };
  }, [is]);
  return lasts;
}

/** Clips that were refused for the same reason: a burst of thirty is one question. @param {queue.QueuedClip[]} refused */
function alike(refused) {
  /** @type {Map<string, queue.QueuedClip[]>} */
  const groups = new Map();
  for (const clip of refused) {
    const { project, label, type, detail } = clip;
    const reason = JSON.stringify([project, label, type, detail]);
    groups.set(reason, [...groups.get(reason) ?? [], clip]);
  }
  return [...groups.values()];
}

/** @param {{ clips: queue.QueuedClip[] }} props */
function Refused({ clips }) {
  const [{ label: before, detail }] = clips;
  const [label, setLabel] = useState(before);
  const problem = labelProblem(asLabel(label));
  const sendAgain = () => Promise.all(clips.map(({ id }) => queue.keep(id, asLabel(label))));
  return html`
    <div class="notice warning">
      <p>${t('The server did not take {clips} of "{label}": {detail}', { clips: counted(clips.length, queue.kindOf(clips[0])), label: before, detail: told(detail ?? '') })}</p>
      <div class="row">
        <label class="field"><span>${t('Label')}</span><input type="text" value=${label} autocapitalize="none" onInput=${(/** @type {any} */ event) => setLabel(event.target.value)} /></label>
        <button class="button" type="button" disabled=${Boolean(problem)} onClick=${sendAgain}>${t('Send again')}</button>
        <button class="button" type="button" onClick=${() => Promise.all(clips.map(queue.discard))}>${t('Throw away')}</button>
      </div>
      ${problem && html`<p class="small">${told(problem)}</p>`}
    </div>`;
}

export function UpdateNotice() {
  if (!useStore(updateReady)) return null;
  return html`
    <div class="notice plain" role="status">
      <p class="small">${t('A new version of Nestling is ready. It takes over when the page is loaded again.')}</p>
      <button class="button bare" type="button" onClick=${applyUpdate}>${t('Load it now')}</button>
    </div>`;
}

/** An empty page invites. @param {{ sentence: any, picture?: string, children?: any }} props */
export const Welcome = ({ sentence, picture = 'nestling', children }) => html`
  <div class="welcome">
    <img src=${`icons/${picture}.svg`} alt="" width="128" height="128" />
    <p>${sentence}</p>
    ${children}
  </div>`;

/** @param {{ message: string, onRetry?: () => void }} props */
export const Problem = ({ message, onRetry }) => html`
  <div class="notice warning" role="alert">
    <p>${told(message)}</p>
    ${onRetry && html`<button class="button" type="button" onClick=${onRetry}><${Icon} name="check" />${t('Try again')}</button>`}
  </div>`;
