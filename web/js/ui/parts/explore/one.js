/** The dot at hand: what it sounds like, what it is, and what can be done about it. */

import { html, useEffect, useMemo, useState } from '../../../../vendor/preact.js';
import * as api from '../../../data/api.js';
import { soundOf } from '../../../data/explore.js';
import { locateWord } from '../../../dsp/locate.js';
import { decodeWav } from '../../../dsp/wav.js';
import { t } from '../../i18n.js';
import { takenAt } from '../clips.js';
import { Dot } from '../label.js';
import { Problem } from '../notices.js';
import { Waveform } from '../waveform.js';
import { splitNames } from './colours.js';
import { LeaveOut, Relabel, Remove } from './fixes.js';
import { HearButton } from './hear.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */

const WINDOW = 16000; // one second at 16 kHz: what a model looks at

/** @returns {Record<string, string>} */
export const verdictNames = () => ({ fine: t('fine'), silent: t('silent'), clipped: t('too loud'), 'cut off': t('cut off') });

/**
 * @param {{ project: api.Project, id: string, version: unknown, labels: string[], fixes: import('./fixes.js').Fixes, isChosen: boolean, answer?: string, onToggle: () => void, onAround: () => void }} props
 *   `version`: another one after each change; `answer`: what the model took it for
 */
export function One({ project, id, version, labels, fixes, isChosen, answer, onToggle, onAround }) {
  const { clip, problem, setProblem } = useClip(project.name, id, version);
  if (!clip) return html`<section class="card tight stack one" aria-label=${t('The clip at hand')}>${problem && html`<${Problem} message=${problem} />`}</section>`;
  const name = t('{label}, {when}', { label: clip.label, when: takenAt(clip) });
  const facts = [clip.split && splitNames()[clip.split], clip.disabled && t('disabled'), clip.verdict && verdictNames()[clip.verdict], clip.speaker, answer];
  return html`
    <section class="card tight stack one" aria-label=${t('The clip at hand')}>
      <h2 class="row"><${Dot} label=${clip.label} project=${project.name} labels=${labels} />${clip.label}</h2>
      <p class="small quiet numbers">${[takenAt(clip), ...facts.filter(Boolean)].join(' · ')}</p>
      ${project.kind === 'speech' ? html`<${Sound} clip=${clip} />` : html`<img src=${api.photoUrl(project.name, id)} alt=${t('Photo of {label}', { label: clip.label })} width=${clip.width} height=${clip.height} />`}
      <div class="row">
        ${project.kind === 'speech' && html`<${HearButton} clip=${clip} name=${name} onProblem=${setProblem} />`}
        <${Relabel} clips=${[clip]} labels=${labels} fixes=${fixes} name=${name} />
        <${LeaveOut} clips=${[clip]} fixes=${fixes} name=${name} />
        <${Remove} clips=${[clip]} fixes=${fixes} name=${name} />
      </div>
      <div class="row">
        <button class="button" type="button" aria-pressed=${isChosen} onClick=${onToggle}>${isChosen ? t('In the selection') : t('Select')}</button>
        <button class="button bare" type="button" onClick=${onAround}>${t('Select it and the ten nearest')}</button>
      </div>
      ${problem && html`<${Problem} message=${problem} />`}
    </section>`;
}

/** @param {string} project @param {string} id @param {unknown} version */
function useClip(project, id, version) {
  const [clip, setClip] = useState(/** @type {Clip | null} */ (null));
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let wanted = true;
    setProblem('');
    api.readClip(project, id).then((found) => { if (wanted) setClip(found); }, (error) => { if (wanted) setProblem(error.message); });
    return () => { wanted = false; };
  }, [project, id, version]);
  return { clip: clip?.id === id ? clip : null, problem, setProblem };
}

/** @param {Int16Array} pcm */
const shadeOf = (pcm) => (pcm.length > WINDOW ? { start: locateWord(pcm, WINDOW), length: WINDOW } : null);

/** @param {{ clip: Clip }} props */
function Sound({ clip }) {
  const [wav, setWav] = useState(/** @type {Uint8Array | null} */ (null));
  const pcm = useMemo(() => wav && decodeWav(wav).pcm, [wav]);
  useEffect(() => {
    let wanted = true;
    soundOf(clip).then((found) => { if (wanted) setWav(found); }, () => {}); // the play button tells why
    return () => { wanted = false; };
  }, [clip.id, String(clip.trim)]);
  return html`<div class="sound">${pcm && html`<${Waveform} pcm=${pcm} shade=${shadeOf(pcm)} />`}</div>`;
}
