/** Hears one clip at a time: the part of it that counts. */

import { html } from '../../../../vendor/preact.js';
import { soundOf } from '../../../data/explore.js';
import { Store, useStore } from '../../../data/store.js';
import { t } from '../../i18n.js';
import { Icon } from '../icons.js';

/** @typedef {Pick<import('../../../data/explore.js').Clip, 'project' | 'id' | 'trim'>} Heard */

/** The clip that sounds, or ''. */
const sounding = new Store('');
/** @type {HTMLAudioElement | null} */
let player = null;

export function hush() {
  player?.pause();
  player = null;
  sounding.set('');
}

/** @param {Heard} clip */
export async function hear(clip) {
  hush();
  sounding.set(clip.id);
  const wav = await soundOf(clip);
  if (sounding.value !== clip.id) return; // another one is wanted by now
  const address = URL.createObjectURL(new Blob([wav], { type: 'audio/wav' }));
  const audio = new Audio(address);
  const done = () => {
    URL.revokeObjectURL(address);
    if (player === audio) hush();
  };
  player = audio;
  audio.onended = audio.onerror = audio.onpause = done;
  await audio.play();
}

/** @param {{ clip: Heard, name: string, onProblem?: (message: string) => void }} props */
export function HearButton({ clip, name, onProblem }) {
  const sounds = useStore(sounding) === clip.id;
  const play = () => hear(clip).catch((error) => { hush(); onProblem?.(error.message); });
  return html`
    <button class="button" type="button" onClick=${sounds ? hush : play} aria-label=${sounds ? t('Stop {name}', { name }) : t('Play {name}', { name })}>
      <${Icon} name=${sounds ? 'stop' : 'play'} />
    </button>`;
}
