/** Clips: the one to decide on, and the list of those that the server has. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { learnFrom } from '../../data/access.js';
import { onSent } from '../../data/queue.js';
import { locateWord } from '../../dsp/locate.js';
import { decodeWav } from '../../dsp/wav.js';
import { announce } from './announce.js';
import { Problem } from './notices.js';
import { PlayButton } from './player.js';
import { Waveform } from './waveform.js';

const WINDOW = 16000; // one second at 16 kHz: what a model looks at
const PAGE = 20;

/** @type {Record<string, { says: string, tone: string }>} */
const VERDICTS = {
  fine: { says: 'Fine.', tone: 'good' },
  silent: { says: 'Silent. Speak closer to the phone.', tone: 'warn' },
  clipped: { says: 'Too loud. Hold the phone further away.', tone: 'warn' },
  'cut off': { says: 'The word is cut off. Speak in the middle of the two seconds.', tone: 'warn' },
};

/** @param {Int16Array} pcm */
const shadeOf = (pcm) => (pcm.length > WINDOW ? { start: locateWord(pcm, WINDOW), length: WINDOW } : null);

/** @param {{ clip: import('../../data/queue.js').QueuedClip, left: number }} props */
export function HeldClip({ clip, left }) {
  const pcm = useMemo(() => decodeWav(clip.wav).pcm, [clip.id]);
  const { says, tone } = VERDICTS[clip.verdict];
  useEffect(() => announce(`${clip.label}. ${says}`), []);
  return html`
    <section class="card tight clip" aria-label="The clip to decide on">
      <div class="spread"><h2>${clip.label}</h2>${left > 1 && html`<span class="quiet numbers">1 of ${left} to decide</span>`}</div>
      <p class=${`verdict ${tone}`}>${says}</p>
      <${Waveform} pcm=${pcm} shade=${shadeOf(pcm)} />
      <div class="spread">
        <span class="small quiet">Shaded: the second that a model will look at.</span>
        <${PlayButton} wav=${() => clip.wav} name=${`the clip of ${clip.label}`} />
      </div>
    </section>`;
}

/** The clips of one label that the server has, newest first.
 *  @param {{ project: string, label: string, labels: string[], onChange: () => void }} props */
export function ClipList({ project, label, labels, onChange }) {
  const [clips, setClips] = useState(/** @type {api.Clip[]} */ ([]));
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const [problem, setProblem] = useState('');

  async function load(/** @type {string | null} */ after) {
    try {
      const page = await api.listClips(project, { label, limit: PAGE, after });
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
    load(null);
    const again = () => { load(null); };
    onSent.add(again);
    return () => { onSent.delete(again); };
  }, [project, label]);

  const changed = () => { load(null); onChange(); };
  if (problem) return html`<${Problem} message=${problem} onRetry=${() => load(null)} />`;
  return html`
    <ul class="clips" aria-label=${`Clips of ${label}`}>
      ${clips.map((/** @type {api.Clip} */ clip) => html`<${ClipRow} key=${clip.id} clip=${clip} labels=${labels} onChange=${changed} />`)}
    </ul>
    ${next && html`<button class="button" type="button" onClick=${() => load(next)}>Show more clips</button>`}`;
}

/** @param {string} time */
const shown = (time) => new Date(time).toLocaleString(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** @param {{ clip: api.Clip, labels: string[], onChange: () => void }} props */
function ClipRow({ clip, labels, onChange }) {
  const [open, setOpen] = useState(false);
  const name = `${clip.label}, ${shown(clip.recorded_at ?? clip.stored_at)}`;
  return html`
    <li>
      <div class="spread">
        <span class="what numbers">${shown(clip.recorded_at ?? clip.stored_at)}${clip.speaker && html` <span class="quiet">${clip.speaker}</span>`}${clip.source === 'board' && html` <span class="quiet">board</span>`}</span>
        <button class="button bare" type="button" aria-expanded=${open} onClick=${() => setOpen(!open)} aria-label=${`${open ? 'Close' : 'Open'} ${name}`}>${open ? 'Close' : 'Open'}</button>
      </div>
      ${open && html`<${OpenClip} clip=${clip} name=${name} labels=${labels} onChange=${onChange} />`}
    </li>`;
}

/** @param {{ clip: api.Clip, name: string, labels: string[], onChange: () => void }} props */
function OpenClip({ clip, name, labels, onChange }) {
  const [wav, setWav] = useState(/** @type {ArrayBuffer | null} */ (null));
  const [sure, setSure] = useState(false);
  const [problem, setProblem] = useState('');
  const pcm = useMemo(() => wav && decodeWav(new Uint8Array(wav)).pcm, [wav]);

  async function attempt(/** @type {() => Promise<unknown>} */ task) {
    try {
      await task();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => { attempt(async () => setWav(await api.clipAudio(clip.project, clip.id))); }, []);
  const relabel = (/** @type {any} */ event) => attempt(async () => {
    await api.relabelClip(clip.project, clip.id, event.target.value);
    onChange();
  });
  const remove = () => attempt(async () => {
    await api.deleteClip(clip.project, clip.id);
    onChange();
  });

  return html`
    <div class="clip">
      ${pcm && html`<${Waveform} pcm=${pcm} shade=${shadeOf(pcm)} />`}
      <div class="row">
        ${wav && html`<${PlayButton} wav=${() => wav} name=${name} />`}
        <select class="fit" aria-label="Label" value=${clip.label} onChange=${relabel}>${labels.map((label) => html`<option value=${label}>${label}</option>`)}</select>
        <button class="button" type="button" onClick=${sure ? remove : () => setSure(true)}>${sure ? 'Delete for good' : 'Delete'}</button>
      </div>
      ${problem && html`<${Problem} message=${problem} />`}
    </div>`;
}
