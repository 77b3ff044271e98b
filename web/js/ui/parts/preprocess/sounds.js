/** Two sounds side by side: which they are, and how another two are chosen. */

import { html, useEffect, useMemo, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { clipsToLookAt, loudAndSoft, samplesOf } from '../../../data/preprocess.js';
import { RESERVED } from '../../../data/project.js';
import { chirp } from '../../../dsp/stages.js';
import { encodeWav } from '../../../dsp/wav.js';
import { spoken, t } from '../../i18n.js';
import { Dot } from '../label.js';
import { PlayButton } from '../player.js';

/** @typedef {import('../../../data/preprocess.js').Clip} Clip */
/** @typedef {import('./work.js').Sound} Sound */

const RATE = 16000;
const LOUD = 0.6; // of full scale
const SOFT = 0.06;
export const CHIRP = 'made-up chirp';
export const SOFT_CHIRP = 'made-up soft chirp';

/** @param {Clip} clip */
function nameOf({ label, speaker, recorded_at: at }) {
  const when = new Date(at).toLocaleString(spoken(), { dateStyle: 'short', timeStyle: 'short' });
  return [label, speaker, when].filter(Boolean).join(', ');
}

/** Sounds that need no microphone, by id: their names and how loud they are. */
const madeUp = () => /** @type {Record<string, [string, number]>} */ ({
  [CHIRP]: [t('Chirp'), LOUD],
  [SOFT_CHIRP]: [t('Chirp, ten times softer'), SOFT],
});

/** Two words where there are two, else two clips, else the made-up ones. @param {Clip[]} clips @returns {[string, string]} */
export function sensible(clips) {
  if (!clips.length) return [CHIRP, SOFT_CHIRP];
  const [first] = clips;
  const other = clips.find(({ label }) => label !== first.label && !RESERVED.includes(label)) ?? clips.find(({ label }) => label !== first.label) ?? clips[1];
  return [first.id, other?.id ?? CHIRP];
}

/** @typedef {{ clips: Clip[] | null, chosen: [string, string], sounds: Sound[], problem: string, load: () => void, choose: (ids: [string, string], more?: Clip[]) => void }} Sounds
 *  `clips` is null while nobody has answered; `sounds` are those that have come, both or none */

/** @param {string} project @param {string[]} labels @returns {Sounds} */
export function useSounds(project, labels) {
  const [clips, setClips] = useState(/** @type {Clip[] | null} */ (null));
  const [chosen, setChosen] = useState(/** @type {[string, string]} */ ([CHIRP, SOFT_CHIRP]));
  const [sounds, setSounds] = useState(/** @type {Sound[]} */ ([]));
  const [problem, setProblem] = useState('');
  const told = (/** @type {any} */ error) => {
    learnFrom(error);
    setProblem(error.message);
  };
  async function load() {
    setProblem('');
    const found = await clipsToLookAt(project, labels);
    setClips(found);
    setChosen(sensible(found));
  }
  useEffect(() => { load().catch(told); }, [project, String(labels)]);
  useEffect(() => {
    if (!clips) return undefined;
    let isWanted = true;
    setProblem('');
    Promise.all(chosen.map((id) => soundOf(id, clips))).then((found) => isWanted && setSounds(found), told);
    return () => { isWanted = false; };
  }, [clips, ...chosen]);
  const choose = (/** @type {[string, string]} */ ids, /** @type {Clip[]} */ more = []) => {
    const known = clips ?? [];
    const fresh = more.filter(({ id }) => !known.some((clip) => clip.id === id));
    if (fresh.length) setClips([...known, ...fresh]);
    setChosen(ids);
  };
  return { clips, chosen, sounds, problem, load: () => { load().catch(told); }, choose };
}

/** @param {string} id @param {Clip[]} clips @returns {Promise<Sound>} */
async function soundOf(id, clips) {
  const clip = clips.find((other) => other.id === id);
  if (!clip) {
    const [name, amplitude] = madeUp()[id];
    return { name, label: null, pcm: chirp(RATE, amplitude) };
  }
  return { name: nameOf(clip), label: clip.label, pcm: await samplesOf(clip) };
}

/** @param {{ project: string, labels: string[], chosen: Sounds }} props */
export function SoundChoice({ project, labels, chosen: { clips, chosen, sounds, choose } }) {
  const [remark, setRemark] = useState('');
  const words = labels.filter((label) => clips?.some((clip) => clip.label === label));
  async function compareLoudness() {
    const label = clips?.find(({ id }) => id === chosen[0])?.label ?? words[0];
    const pair = await loudAndSoft(project, label).catch(() => null);
    setRemark(pair ? '' : t('The computer has not measured two clips of {label} yet. Try again in a moment.', { label }));
    if (pair) choose([pair[0].id, pair[1].id], pair);
  }
  return html`
    <section class="stack" aria-label=${t('The sounds that are compared')}>
      <div class="pair">
        ${[t('First sound'), t('Second sound')].map((title, i) => html`
          <${OneSound} title=${title} id=${chosen[i]} clips=${clips ?? []} words=${words} sound=${sounds[i]} project=${project} labels=${labels}
            onChange=${(/** @type {string} */ id) => choose(i ? [chosen[0], id] : [id, chosen[1]])} />`)}
      </div>
      ${words.length > 0 && html`
        <div class="row">
          ${words.length > 1 && html`<button class="button" type="button" onClick=${() => choose(sensible(clips ?? []))}>${t('Two words')}</button>`}
          <button class="button" type="button" onClick=${compareLoudness}>${t('Loud and soft')}</button>
        </div>`}
      ${remark && html`<p role="status">${remark}</p>`}
    </section>`;
}

/** @param {{ title: string, id: string, clips: Clip[], words: string[], sound: Sound | undefined, project: string, labels: string[], onChange: (id: string) => void }} props */
function OneSound({ title, id, clips, words, sound, project, labels, onChange }) {
  // Kept as they are while a slider moves: to write hundreds of dates takes longer than all the pictures.
  const options = useMemo(() => words.map((label) => html`
    <optgroup label=${label}>${clips.filter((clip) => clip.label === label).map((clip) => html`<option value=${clip.id}>${nameOf(clip)}</option>`)}</optgroup>`), [clips, String(words)]);
  return html`
    <div class="stack close">
      <label class="field"><span>${title}</span>
        <select value=${id} onChange=${(/** @type {any} */ event) => onChange(event.target.value)}>
          ${options}
          <optgroup label=${t('Made-up sounds')}>
            ${Object.entries(madeUp()).map(([value, [name]]) => html`<option value=${value}>${name}</option>`)}
          </optgroup>
        </select></label>
      ${sound && html`<div class="row"><${PlayButton} wav=${() => encodeWav(sound.pcm, RATE)} name=${sound.name} />
        ${sound.label && html`<span><${Dot} label=${sound.label} project=${project} labels=${labels} /> ${sound.label}</span>`}</div>`}
    </div>`;
}
