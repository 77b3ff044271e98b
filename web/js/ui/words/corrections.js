/** "That was wrong" and "I said ...": two seconds that the model has misheard, for its next training. */

import { html, useRef, useState } from '../../../vendor/preact.js';
import { UNKNOWN } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tx } from '../i18n.js';
import { useListener } from '../parts/level.js';
import { Problem } from '../parts/notices.js';
import { Part } from '../parts/part.js';

const CLIP_LENGTH = 32000; // samples: two seconds, as all clips are
const TAIL = 4000; // a word may go on when the model has already heard it

/** @typedef {import('../../audio/listener.js').Listener} Listener */
/** @typedef {import('../../data/corrections.js').Sound & { heard: string, label: string }} Misheard
 *  `heard`: what the model took it for, or ''; `label`: what it was, or '' where the person is to be asked */

const PANEL = async () => (await import('./correction.js')).Correction;

/** @param {{ bundle: import('../../data/api.js').Bundle, listener: Listener | null }} props */
export function Corrections({ bundle, listener }) {
  const { corrects } = useStore(settings);
  const { last, record, forget, problem } = useSounds(listener);
  const [open, setOpen] = useState(/** @type {Misheard | null} */ (null));
  const said = useRef(/** @type {HTMLElement | null} */ (null));
  const correctSaid = async () => {
    const sound = await record();
    if (sound) setOpen(sound);
  };
  const correctLast = () => {
    setOpen(last);
    forget();
  };
  const close = () => {
    setOpen(null);
    said.current?.focus();
  };
  if (corrects === false) {
    return html`<p class="small quiet">${tx('Corrections are off. {about} turns them on.', { about: html`<a href="#/about">${t('About and privacy')}</a>` })}</p>`;
  }
  return html`
    ${(listener || last) && html`
      <div class="row">
        ${listener && html`<button class="button" type="button" ref=${said} onClick=${correctSaid}>${t('I said ...')}</button>`}
        ${last && html`<button class="button" type="button" onClick=${correctLast}>${t('That was wrong')}</button>`}
      </div>`}
    ${problem && html`<${Problem} message=${problem} />`}
    ${open && html`<${Part} load=${PANEL} key=${open.time} bundle=${bundle} sound=${open} onClose=${close} />`}`;
}

/** The sound of the last detection, and of the last two seconds where it is asked for. Both stay in the page's memory.
 *  @param {Listener | null} listener */
function useSounds(listener) {
  const [last, setLast] = useState(/** @type {Misheard | null} */ (null));
  const [problem, setProblem] = useState('');
  const now = useRef(0);
  useListener(listener, 'level', ({ at }) => { now.current = at; });
  useListener(listener, 'detection', async ({ label: heard, at }) => {
    const time = new Date();
    const from = at + TAIL - CLIP_LENGTH;
    const pcm = await listener?.record(CLIP_LENGTH, { from }).catch(() => null); // where it is not whole there is nothing to correct
    setLast(pcm ? { pcm, time, isOwn: false, heard, label: UNKNOWN } : null);
  });
  async function record() {
    setProblem('');
    try {
      const pcm = await listener?.record(CLIP_LENGTH, { from: now.current - CLIP_LENGTH });
      return pcm ? { pcm, time: new Date(), isOwn: true, heard: '', label: '' } : null;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
  return { last, record, forget: () => setLast(null), problem };
}
