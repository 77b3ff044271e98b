/** Clips: the one to decide on, and the list of those that the server has. */

import { html, useEffect, useMemo, useRef, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { learnFrom } from '../../data/access.js';
import { calm } from '../../data/calm.js';
import { forgetLabel, refreshProject } from '../../data/project.js';
import { onSent } from '../../data/queue.js';
import { locateWord } from '../../dsp/locate.js';
import { decodeWav } from '../../dsp/wav.js';
import { t } from '../i18n.js';
import { announce } from './announce.js';
import { KINDS } from './kind.js';
import { countOf } from './labels.js';
import { Problem } from './notices.js';
import { PlayButton } from './player.js';
import { Waveform } from './waveform.js';

const WINDOW = 16000; // one second at 16 kHz: what a model looks at
const PAGE = 20;
const LIMIT = 500; // of one question to the server

/** @type {Record<string, { says: string, tone: string }>} */
const VERDICTS = {
  fine: { says: t('Fine.'), tone: 'good' },
  silent: { says: t('Silent. Speak closer to the phone.'), tone: 'warn' },
  clipped: { says: t('Too loud. Hold the phone further away.'), tone: 'warn' },
  'cut off': { says: t('The word is cut off. Speak in the middle of the two seconds.'), tone: 'warn' },
};

/** @param {Int16Array} pcm */
const shadeOf = (pcm) => (pcm.length > WINDOW ? { start: locateWord(pcm, WINDOW), length: WINDOW } : null);

/** @param {{ clip: import('../../data/queue.js').QueuedClip, left: number }} props */
export function HeldClip({ clip, left }) {
  const pcm = useMemo(() => decodeWav(clip.body).pcm, [clip.id]);
  const { says, tone } = VERDICTS[clip.verdict ?? 'fine'];
  useEffect(() => announce(`${clip.label}. ${says}`), []);
  return html`
    <section class="card tight clip" aria-label=${t('The clip to decide on')}>
      <div class="spread"><h2>${clip.label}</h2>${left > 1 && html`<span class="quiet numbers">${t('1 of {n} to decide', { n: left })}</span>`}</div>
      <p class=${`verdict ${tone}`}>${says}</p>
      <${Waveform} pcm=${pcm} shade=${shadeOf(pcm)} />
      <div class="spread">
        <span class="small quiet">${t('Shaded: the second that a model will look at.')}</span>
        <${PlayButton} wav=${() => clip.body} name=${t('the clip of {label}', { label: clip.label })} />
      </div>
    </section>`;
}

/** The clips of one label that the server has, newest first, a page at a time; those that arrive meanwhile come by themselves.
 *  @param {string} project @param {string} label @param {number} size of a page */
export function useClips(project, label, size) {
  const [clips, setClips] = useState(/** @type {api.Clip[]} */ ([]));
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const [problem, setProblem] = useState('');
  const shown = useRef(size);
  shown.current = Math.min(LIMIT, Math.max(size, clips.length));

  async function load(/** @type {string | null} */ after) {
    try {
      const page = await api.listClips(project, { label, limit: after ? size : shown.current, after });
      setClips((/** @type {api.Clip[]} */ before) => (after ? [...before, ...page.clips] : page.clips));
      setNext(page.next);
      setProblem('');
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => {
    setClips([]);
    shown.current = size;
    load(null);
    const again = calm(() => load(null));
    onSent.add(again);
    return () => { onSent.delete(again); };
  }, [project, label]);
  return { clips, more: next && (() => load(next)), problem, reload: () => load(null) };
}

/** What the server has of a label.
 *  @param {{ current: api.Project, label: string, labels: string[], List: (props: any) => any, invitation: string }} props */
export function Stored({ current, label, labels, List, invitation }) {
  const n = countOf(current, label);
  const { Things } = KINDS[current.kind];
  return html`
    <section class="stack">
      <div class="spread"><h2>${Things} of ${label}</h2>
        ${n === 0 && html`<button class="button bare" type="button" onClick=${() => forgetLabel(current.name, label)}>${t('Remove label')}</button>`}</div>
      ${n === 0
        ? html`<p class="quiet">${current.kind === 'vision' ? t('The first photo of {label} will stand here.', { label }) : t('The first clip of {label} will stand here.', { label })} ${invitation}</p>`
        : html`<${List} project=${current.name} label=${label} labels=${labels} onChange=${refreshProject} />`}
    </section>`;
}

/** @param {{ project: string, label: string, labels: string[], onChange: () => void }} props */
export function ClipList({ project, label, labels, onChange }) {
  const { clips, more, problem, reload } = useClips(project, label, PAGE);
  const changed = () => { reload(); onChange(); };
  if (problem) return html`<${Problem} message=${problem} onRetry=${reload} />`;
  return html`
    <ul class="clips" aria-label=${t('Clips of {label}', { label })}>
      ${clips.map((/** @type {api.Clip} */ clip) => html`<${ClipRow} key=${clip.id} clip=${clip} labels=${labels} onChange=${changed} />`)}
    </ul>
    ${more && html`<button class="button" type="button" onClick=${more}>${t('Show more clips')}</button>`}`;
}

/** @param {api.Clip} clip */
export const takenAt = ({ recorded_at, stored_at }) => new Date(recorded_at ?? stored_at).toLocaleString(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** @param {{ clip: api.Clip, labels: string[], onChange: () => void }} props */
function ClipRow({ clip, labels, onChange }) {
  const [open, setOpen] = useState(false);
  const name = `${clip.label}, ${takenAt(clip)}`;
  return html`
    <li>
      <div class="spread">
        <span class="what numbers">${takenAt(clip)}${clip.speaker && html` <span class="quiet">${clip.speaker}</span>`}${clip.source === 'board' && html` <span class="quiet">${t('board')}</span>`}</span>
        <button class="button bare" type="button" aria-expanded=${open} onClick=${() => setOpen(!open)} aria-label=${`${open ? t('Close') : t('Open')} ${name}`}>${open ? t('Close') : t('Open')}</button>
      </div>
      ${open && html`<${OpenClip} clip=${clip} name=${name} labels=${labels} onChange=${onChange} />`}
    </li>`;
}

/** @param {{ clip: api.Clip, name: string, labels: string[], onChange: () => void }} props */
function OpenClip({ clip, name, labels, onChange }) {
  const [wav, setWav] = useState(/** @type {ArrayBuffer | null} */ (null));
  const [problem, setProblem] = useState('');
  const pcm = useMemo(() => wav && decodeWav(new Uint8Array(wav)).pcm, [wav]);
  useEffect(() => { api.clipAudio(clip.project, clip.id).then(setWav, (error) => setProblem(error.message)); }, []);
  return html`
    <div class="clip">
      ${pcm && html`<${Waveform} pcm=${pcm} shade=${shadeOf(pcm)} />`}
      <${ClipActions} clip=${clip} labels=${labels} onChange=${onChange}>${wav && html`<${PlayButton} wav=${() => wav} name=${name} />`}<//>
      ${problem && html`<${Problem} message=${problem} />`}
    </div>`;
}

/** Another label, or away with it: asked twice, for it is for good.
 *  @param {{ clip: Pick<api.Clip, 'project' | 'id' | 'label'>, labels: string[], onChange: (changed: api.Clip | null) => void, children?: any }} props
 *    `onChange` hears what it has become; null: it is deleted */
export function ClipActions({ clip: { project, id, label }, labels, onChange, children }) {
  const [sure, setSure] = useState(false);
  const [problem, setProblem] = useState('');
  const options = labels.includes(label) ? labels : [label, ...labels];

  async function attempt(/** @type {() => Promise<api.Clip | null>} */ task) {
    try {
      onChange(await task());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  const relabel = (/** @type {any} */ event) => attempt(() => api.relabelClip(project, id, event.target.value));
  const remove = () => attempt(async () => {
    await api.deleteClip(project, id);
    return null;
  });
  return html`
    <div class="row">
      ${children}
      <select class="fit" aria-label=${t('Label')} value=${label} onChange=${relabel}>${options.map((option) => html`<option value=${option}>${option}</option>`)}</select>
      <button class="button" type="button" onClick=${sure ? remove : () => setSure(true)}>${sure ? t('Delete for good') : t('Delete')}</button>
    </div>
    ${problem && html`<${Problem} message=${problem} />`}`;
}
