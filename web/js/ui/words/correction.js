/** One correction: heard again, given its label and kept; at the first the person is asked whether, and for which project. */

import { html, useEffect, useRef, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { findHome, homes, judge, keep } from '../../data/corrections.js';
import { UNKNOWN, asLabel } from '../../data/project.js';
import * as queue from '../../data/queue.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { locateWord } from '../../dsp/locate.js';
import { encodeWav } from '../../dsp/wav.js';
import { t, tx } from '../i18n.js';
import { Choice } from '../parts/explore/choice.js';
import { Dot } from '../parts/label.js';
import { Problem, QueueNotice } from '../parts/notices.js';
import { PlayButton } from '../parts/player.js';
import { useUndoing } from '../parts/undoing.js';
import { Waveform } from '../parts/waveform.js';

/** @typedef {import('./corrections.js').Misheard} Misheard */

const SAMPLE_RATE = 16000;

/** @param {{ bundle: api.Bundle, sound: Misheard, onClose: () => void }} props */
export function Correction({ bundle, sound, onClose }) {
  const { corrects } = useStore(settings);
  const [home, setHome] = useState(/** @type {Awaited<ReturnType<typeof findHome>> | null} */ (null));
  const card = useInSight();
  useEffect(() => { findHome(bundle).then(setHome); }, []);
  const choose = (/** @type {string} */ project) => {
    remember({ homes: { ...settings.value.homes, [bundle.path]: project } });
    setHome({ project, gone: '' });
  };
  const { heard, time } = sound;
  return html`
    <section class="card tight stack correction" ref=${card} aria-labelledby="correction" onKeyDown=${(/** @type {KeyboardEvent} */ { key }) => { if (key === 'Escape') onClose(); }}>
      <div class="spread">
        <h2 id="correction" tabindex="-1">${heard ? t('Heard as {label} at {time}', { label: heard, time: time.toLocaleTimeString() }) : t('Your last two seconds')}</h2>
        <${PlayButton} wav=${() => encodeWav(sound.pcm, SAMPLE_RATE)} name=${t('these two seconds')} />
      </div>
      <${Heard} sound=${sound} window=${bundle.manifest.window} />
      ${corrects === null && html`<${Consent} onRefuse=${onClose} />`}
      ${corrects && home && !home.project && html`<${Home} gone=${home.gone} onChoose=${choose} />`}
      ${corrects && home?.project && html`<${Keeping} bundle=${bundle} sound=${sound} project=${home.project} onClose=${onClose} />`}
    </section>`;
}

/** The card that has come up takes the focus, and as it grows all of it stays in sight. */
function useInSight() {
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const element = card.current;
    if (!element) return undefined;
    element.querySelector('h2')?.focus();
    const observer = new ResizeObserver(() => element.scrollIntoView({ block: 'nearest' }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return card;
}

/** @param {{ sound: Misheard, window: number }} props `window`: samples that the model looks at */
function Heard({ sound: { pcm, isOwn }, window }) {
  const verdict = isOwn ? judge(pcm) : 'fine';
  const start = locateWord(pcm, window);
  return html`
    <div class="clip">
      <${Waveform} pcm=${pcm} shade=${window < pcm.length ? { start, length: window } : null} />
      ${verdict === 'silent' && html`<p class="small warn">${t('Nothing is heard here. Say the word, then tap "I said ..." at once.')}</p>`}
      ${verdict === 'cut off' && html`<p class="small warn">${start === 0 ? t('The word is cut off here. Say it again, then tap "I said ..." a little sooner.') : t('The word is cut off here. Say it again, then tap "I said ..." a little later.')}</p>`}
    </div>`;
}

/** @param {{ onRefuse: () => void }} props */
function Consent({ onRefuse }) {
  const refuse = () => {
    remember({ corrects: false });
    onRefuse();
  };
  return html`
    <p>${t('What you correct is kept as a clip of two seconds for the next training, on your own computer that runs Nestling and nowhere else.')}</p>
    <p class="small quiet">${t('This is asked once. About and privacy is where you can change it.')}</p>
    <div class="row">
      <button class="button primary" type="button" onClick=${() => remember({ corrects: true })}>${t('Keep what I correct')}</button>
      <button class="button" type="button" onClick=${refuse}>${t('Keep nothing')}</button>
    </div>`;
}

/** Where corrections go of a model whose own project is not here. @param {{ gone: string, onChoose: (project: string) => void }} props */
function Home({ gone, onChoose }) {
  const [names, setNames] = useState(/** @type {string[] | null} */ (null));
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  useEffect(() => {
    homes().then((found) => {
      setNames(found);
      setName(found[0] ?? '');
    });
  }, []);
  const choose = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      onChoose(name || (await api.createProject(asLabel(text), 'speech')).name);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  if (!names) return null;
  return html`
    <form class="stack" onSubmit=${choose}>
      <p>${gone ? t('The project {project} does not learn from words here. Which one shall learn from your corrections?', { project: gone }) : t('This model comes with Nestling and has no project. Which one shall learn from your corrections?')}</p>
      <${Choice} name=${t('Project')} value=${name} options=${{ ...Object.fromEntries(names.map((one) => [one, one])), '': t('a new project') }} onChange=${setName} />
      ${!name && html`<label class="field"><span>${t('Name of a new project')}</span>
        <input type="text" value=${text} autocapitalize="none" autocomplete="off" onInput=${(/** @type {any} */ event) => setText(event.target.value)} /></label>`}
      ${problem && html`<${Problem} message=${problem} />`}
      <div class="row"><button class="button primary" type="submit" disabled=${!name && !text.trim()}>${t('Keep it there')}</button></div>
    </form>`;
}

/** @param {{ bundle: api.Bundle, sound: Misheard, project: string, onClose: () => void }} props */
function Keeping({ bundle: { manifest }, sound, project, onClose }) {
  const [clip, setClip] = useState(/** @type {queue.QueuedClip | null} */ (null));
  const { done, problem, busy, attempt } = useUndoing(() => {});
  const keepAs = (/** @type {string} */ label) => busy || label === clip?.label || attempt(async () => {
    if (clip) await queue.relabel(clip, label);
    const kept = clip ? { ...clip, label } : await keep(sound, project, label);
    setClip(kept);
    return { says: t('Kept as {label} for the next training of {project}.', { label, project }), undo: () => queue.discard(kept) };
  });
  const undo = () => attempt(async () => {
    await done?.undo();
    onClose();
    return null;
  });
  useEffect(() => { if (sound.label) keepAs(sound.label); }, []);
  const words = manifest.labels.filter((/** @type {string} */ label) => label !== UNKNOWN && label !== sound.heard);
  const choice = (/** @type {string} */ label, /** @type {string} */ name) => html`
    <button class="button" type="button" key=${label} aria-pressed=${clip?.label === label} onClick=${() => keepAs(label)}>
      <${Dot} label=${label} project=${manifest.project} labels=${manifest.labels} />${name}</button>`;
  return html`
    <p id="what">${sound.heard ? t('It was') : t('I said')}</p>
    <div class="row" role="group" aria-labelledby="what">
      ${words.map((/** @type {string} */ word) => choice(word, word))}
      ${choice(UNKNOWN, t('something else'))}
    </div>
    ${problem && html`<${Problem} message=${problem} />`}
    ${done && clip && html`<p>${tx('Kept as {label} for the next training of {project}.', { label: html`<strong>${clip.label}</strong>`, project: html`<strong>${project}</strong>` })}</p>`}
    <${QueueNotice} />
    <div class="row">
      ${clip && html`<button class="button" type="button" disabled=${busy} onClick=${undo}>${t('Undo')}</button>`}
      <button class="button" type="button" onClick=${onClose}>${clip ? t('Close') : t('Throw away')}</button>
    </div>`;
}
