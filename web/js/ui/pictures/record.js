/** Collect pictures: hold the button and move around the thing, or add photos that are there already. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import { GOOD } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn } from '../i18n.js';
import { announce } from '../parts/announce.js';
import { ChoosePhotos } from '../parts/choose.js';
import { Stored } from '../parts/clips.js';
import { Icon } from '../parts/icons.js';
import { counted } from '../parts/kind.js';
import { LabelChips, countOf } from '../parts/labels.js';
import { Problem } from '../parts/notices.js';
import { ClosedFinder, Viewfinder, useCamera } from '../parts/viewfinder.js';
import { MOST, Shutter } from '../shutter.js';
import { HoldButton } from './hold.js';
import { PhotoList } from './photos.js';

/** As many as there are parts of the data: to learn from, to choose by, to judge by. */
const GOOD_BURSTS = 3;

/** @typedef {import('../../data/api.js').Project} Project */
/** @typedef {import('../shutter.js').ShutterState} ShutterState */

/** @param {{ current: Project | null, label: string, labels: string[] }} props */
export function TakePhotos({ current, label, labels }) {
  const [bursts, setBursts] = useState(0);
  const List = useMemo(() => (/** @type {any} */ props) => html`<${PhotoList} ...${props} onBursts=${setBursts} />`, []);
  const n = countOf(current, label);
  return html`
    <div class="columns flat">
      <${Desk} label=${label} labels=${labels} advice=${adviceFor(n, bursts)} />
      ${current && html`<${Stored} current=${current} label=${label} labels=${labels} List=${List} invitation=${t('{n} in {bursts} bursts make a good start.', { n: GOOD, bursts: GOOD_BURSTS })} />`}
    </div>`;
}

/** @param {number} n photos that are stored @param {number} bursts */
function adviceFor(n, bursts) {
  if (!n || !bursts) return t('Hold the button and move around the thing: from several places and angles it is learned best.');
  if (bursts < GOOD_BURSTS) return tn(bursts, '{n} burst: move to another place, then hold again.', '{n} bursts: move to another place, then hold again.');
  if (n < GOOD) return t('{photos} in {bursts} bursts; {good} are good.', { photos: counted(n, 'vision'), bursts, good: GOOD });
  return t('{photos} in {bursts} bursts: a good start.', { photos: counted(n, 'vision'), bursts });
}

/** Where photos are taken. @param {{ label: string, labels: string[], advice: string }} props */
function Desk({ label, labels, advice }) {
  const { project } = useStore(settings);
  const shutter = useMemo(() => new Shutter(), []);
  const state = useStore(shutter.state);
  const finder = useCamera();
  const { camera, problem, busy } = finder;
  useEffect(() => () => shutter.release(), []);
  useEffect(() => { if (!camera) shutter.release(); }, [camera]);
  useEffect(() => {
    if (state.phase === 'idle' && state.n) announce(t('{photos} of {label} taken.', { photos: counted(state.n, 'vision'), label }));
  }, [state.phase]);

  const idle = state.phase === 'idle';
  const messages = problem ? [problem, ...state.messages] : state.messages;
  return html`
    <div class="stack desk">
      <${LabelChips} label=${label} labels=${labels} project=${project} disabled=${!idle} />
      <section class=${`card tight stage ${state.phase === 'burst' ? 'recording' : ''}`} aria-label=${t('Camera')}>
        ${camera
          ? html`<${Viewfinder} camera=${camera} name=${t('What the camera sees')}>
              ${state.phase === 'burst' && html`<span class="counter" aria-hidden="true">${state.n}</span>`}
              ${camera.canSwitch && html`<div class="over"><button class="button" type="button" disabled=${!idle || busy} aria-label=${t('Switch camera')} title=${t('Switch camera')} onClick=${finder.turn}><${Icon} name="turn" /></button></div>`}<//>`
          : html`<${ClosedFinder} says=${busy ? t('The camera opens.') : t('Point the camera at {label}.', { label })} />`}
        <p class="small quiet numbers">${says(state, advice)}</p>
      </section>
      ${messages.map((/** @type {string} */ message, /** @type {number} */ i) => html`<${Problem} message=${message} key=${i} />`)}
      <div class="action">
        ${camera
          ? html`<${HoldButton} class=${state.phase === 'burst' ? 'recording' : 'primary'} disabled=${busy || state.phase === 'files'}
              onPress=${() => shutter.hold(camera.video, { project, label })} onRelease=${() => shutter.release()}>
              <${Icon} name="photo" />${state.phase === 'burst' ? counted(state.n, 'vision') : `Hold: ${label}`}<//>`
          : html`<button class="button primary" type="button" disabled=${busy} onClick=${finder.open}><${Icon} name="photo" />${t('Open the camera')}</button>`}
        <${ChoosePhotos} name=${t('Add photos')} short=${t('Photos')} small several disabled=${!idle} onChoose=${(/** @type {File[]} */ files) => shutter.add(files, { project, label })} />
      </div>
    </div>`;
}

/** @param {ShutterState} state @param {string} advice */
function says({ phase, n, total }, advice) {
  if (phase === 'files') return t('{n} of {photos} read.', { n, photos: counted(total, 'vision') });
  if (phase === 'burst') return t('Move around the thing while you hold.');
  if (n === MOST && !total) return t('{photos} are as many as a burst holds. Move to another place, then hold again.', { photos: counted(n, 'vision') });
  return advice;
}
