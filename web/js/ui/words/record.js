/** Collect words: record one clip or thirty, decide on those that went wrong. */

import { html, useEffect, useMemo, useRef } from '../../../vendor/preact.js';
import * as queue from '../../data/queue.js';
import { GOOD, NOISE, UNKNOWN } from '../../data/project.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn } from '../i18n.js';
import { announce } from '../parts/announce.js';
import { Chips } from '../parts/chips.js';
import { ClipList, HeldClip, Stored } from '../parts/clips.js';
import { Icon } from '../parts/icons.js';
import { LabelChips } from '../parts/labels.js';
import { LiveWaveform, Meter } from '../parts/level.js';
import { Problem } from '../parts/notices.js';
import { CLIP_LENGTH, Recorder, SAMPLE_RATE } from '../recorder.js';

const COUNTS = [1, 10, 30];

/** @param {string} label */
function prompt(label) {
  if (label === UNKNOWN) return t('Say any other word');
  if (label === NOISE) return t('Let the room be heard');
  return t('Say "{label}"', { label });
}

/** @param {{ current: import('../../data/api.js').Project | null, label: string, labels: string[] }} props */
export function RecordWords({ current, label, labels }) {
  const recorder = useRecorder();
  const { message } = useStore(recorder.state);
  return html`
    ${message && html`<${Problem} message=${message} />`}
    <div class="columns flat">
      <${Desk} recorder=${recorder} label=${label} labels=${labels} />
      ${current && html`<${Stored} current=${current} label=${label} labels=${labels} List=${ClipList} invitation=${t('{n} make a good start.', { n: GOOD })} />`}
    </div>`;
}

/** The page's own recorder; the microphone is given back when the page is left. */
function useRecorder() {
  const recorder = useMemo(() => new Recorder(), []);
  useEffect(() => {
    const stopByKey = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') recorder.stop(); };
    addEventListener('keydown', stopByKey);
    return () => {
      removeEventListener('keydown', stopByKey);
      recorder.close();
    };
  }, []);
  return recorder;
}

/** Where recording happens. @param {{ recorder: Recorder, label: string, labels: string[] }} props */
function Desk({ recorder, label, labels }) {
  const { project: name, count, speaker } = useStore(settings);
  const { held } = useStore(queue.queue);
  const state = useStore(recorder.state);
  const listener = useStore(recorder.listener);
  useEffect(() => speak(state, label), [state]);

  const busy = state.phase !== 'idle';
  const undecided = held.filter((/** @type {queue.QueuedClip} */ clip) => clip.project === name);
  const desk = useFocusOnNext(undecided.length > 0 && !busy);
  const record = (/** @type {string} */ what, /** @type {number} */ n) => recorder.run({ project: name, label: what, count: n, speaker: speaker.trim() });
  return html`
    <div class="stack desk" ref=${desk}>
      <${LabelChips} label=${label} labels=${labels} project=${name} disabled=${busy} />
      ${undecided.length && !busy ? html`
        <${HeldClip} clip=${undecided[0]} left=${undecided.length} key=${undecided[0].id} />
        <${Decide} clip=${undecided[0]} redo=${(/** @type {queue.QueuedClip} */ clip) => record(clip.label, 1)} />` : html`
        <${Stage} state=${state} listener=${listener} label=${label} />
        <div class="row">
          <${Chips} name="count" legend=${t('How many clips')} value=${count} disabled=${busy} onChange=${(/** @type {number} */ value) => remember({ count: value })}
            options=${COUNTS.map((value) => ({ value, content: `${value}` }))} />
          <span class="small quiet">${tn(count, 'clip of {seconds} s', 'clips of {seconds} s', { seconds: CLIP_LENGTH / SAMPLE_RATE })}</span>
        </div>
        <div class="action">
          ${busy
            ? html`<button class=${`button ${state.phase === 'recording' ? 'recording' : ''}`} type="button" onClick=${() => recorder.stop()}><${Icon} name="stop" />${t('Stop')}</button>`
            : html`<button class="button primary" type="button" onClick=${() => record(label, count)}><${Icon} name="record" />${t('Record {n} × {label}', { n: count, label })}</button>`}
        </div>`}
      <${Speaker} speaker=${speaker} disabled=${busy} />
    </div>`;
}

/** When the buttons change under a keyboard's hands, the focus goes on to the next thing to do.
 *  @param {boolean} deciding whether they ask about a clip */
function useFocusOnNext(deciding) {
  const desk = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(deciding);
  useEffect(() => {
    const isLost = before.current !== deciding && document.activeElement === document.body;
    if (isLost) /** @type {HTMLElement | null | undefined} */ (desk.current?.querySelector('.action .primary'))?.focus({ preventScroll: true });
    before.current = deciding;
  }, [deciding]);
  return desk;
}

/** @param {import('../recorder.js').RecorderState} state @param {string} label */
function speak({ phase, left, index, total }, label) {
  if (phase === 'countdown') announce(String(left));
  if (phase === 'recording') announce(t('Recording {i} of {n}. {prompt}.', { i: index, n: total, prompt: prompt(label) }));
  if (phase === 'pause') announce(t('{i} of {n} {label} is next.', { i: index, n: total, label }));
}

/** @param {{ state: import('../recorder.js').RecorderState, listener: any, label: string }} props */
function Stage({ state, listener, label }) {
  const { phase, left, index, total } = state;
  const recording = phase === 'recording';
  return html`
    <section class=${`card tight stage ${recording ? 'recording' : ''}`} aria-label=${t('Microphone')}>
      <div class="says" aria-hidden="true">
        ${phase === 'idle' && html`<span>${prompt(label)}</span>`}
        ${phase === 'opening' && html`<span>${t('The microphone opens.')}</span>`}
        ${phase === 'countdown' && html`<span class="count">${left}</span><span>${prompt(label)}</span>`}
        ${recording && html`<span>${prompt(label)}</span>`}
        ${phase === 'pause' && html`<span>${t('Breathe. Next: {label}', { label })}</span>`}
      </div>
      <${LiveWaveform} listener=${listener} recording=${recording} />
      <${Meter} listener=${listener} />
      <p class="small quiet numbers spread"><span>${total > 0 ? t('{i} of {n} {label}', { i: Math.max(1, index), n: total, label }) : t('Level')}</span>
        <span>${recording ? t('Recording') : listener ? t('The microphone is on') : t('Off until you record')}</span></p>
    </section>`;
}

/** @param {{ clip: queue.QueuedClip, redo: (clip: queue.QueuedClip) => void }} props */
function Decide({ clip, redo }) {
  const again = async () => {
    await queue.discard(clip);
    redo(clip);
  };
  const fine = clip.verdict === 'fine';
  return html`
    <div class="action">
      <button class=${`button ${fine ? 'primary' : ''}`} type="button" onClick=${() => queue.keep(clip.id)}>${t('Keep')}</button>
      <button class=${`button ${fine ? 'small' : 'primary'}`} type="button" onClick=${again}>${t('Redo')}</button>
      <button class="button small" type="button" onClick=${() => queue.discard(clip)}>${t('Throw away')}</button>
    </div>`;
}

/** @param {{ speaker: string, disabled: boolean }} props */
const Speaker = ({ speaker, disabled }) => html`
  <details>
    <summary>${t('Who speaks: {speaker}', { speaker: speaker || t('not told') })}</summary>
    <label class="field">
      <span>${t('A name or a number. The voice of one person then never stands in both the training and the test, so the result is honest.')}</span>
      <input type="text" maxlength="64" value=${speaker} disabled=${disabled} autocomplete="off" onInput=${(/** @type {any} */ event) => remember({ speaker: event.target.value })} />
    </label>
  </details>`;
