/** Collect data: choose a label, record one clip or thirty, decide on those that went wrong. */

import { html, useEffect, useMemo, useRef } from '../../../vendor/preact.js';
import { access } from '../../data/access.js';
import * as queue from '../../data/queue.js';
import { GOOD, NOISE, UNKNOWN, forgetLabel, project, refreshProject } from '../../data/project.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { announce } from '../parts/announce.js';
import { Chips } from '../parts/chips.js';
import { ClipList, HeldClip } from '../parts/clips.js';
import { Icon } from '../parts/icons.js';
import { AddLabel, LabelChips, countOf } from '../parts/labels.js';
import { LiveWaveform, Meter } from '../parts/level.js';
import { AccessNotice, InsecureNotice, Problem, QueueNotice, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { CLIP_LENGTH, Recorder, SAMPLE_RATE } from '../recorder.js';

const COUNTS = [1, 10, 30];

/** @param {string} label */
function prompt(label) {
  if (label === UNKNOWN) return 'Say any other word';
  if (label === NOISE) return 'Let the room be heard';
  return `Say "${label}"`;
}

export function RecordPage() {
  const current = useStore(project);
  const { project: name, label, labels: known } = useStore(settings);
  const { state: door } = useStore(access);
  const recorder = useRecorder();
  const { message } = useStore(recorder.state);
  const labels = known[name] ?? [];
  const chosen = labels.includes(label) ? label : labels[0] ?? '';
  // Once shown, a label stays chosen: the order of labels changes when another phone adds one.
  useEffect(() => { if (chosen !== label) remember({ label: chosen }); }, [chosen, label]);
  const canRecord = isSecureContext && (door !== 'stranger' || current !== null);

  return html`
    <${Page} path="/record" title="Record" state=${summary(name, current)}>
      <${InsecureNotice} />
      <${AccessNotice} />
      <${QueueNotice} />
      ${message && html`<${Problem} message=${message} />`}
      ${canRecord && !chosen && html`<${Welcome} sentence="Which word shall your model learn? Record it here, and a few others to tell it from."><${AddLabel} project=${name} labels=${labels} /><//>`}
      ${canRecord && chosen && html`
        <div class="columns flat">
          <${Desk} recorder=${recorder} label=${chosen} labels=${labels} />
          ${door === 'joined' && current && html`<${Stored} current=${current} label=${chosen} labels=${labels} />`}
        </div>`}
    <//>`;
}

/** The page's own recorder; the microphone is given back when the page is left. */
function useRecorder() {
  const recorder = useMemo(() => new Recorder(), []);
  useEffect(() => {
    refreshProject();
    queue.onSent.add(refreshProject);
    const stopByKey = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') recorder.stop(); };
    addEventListener('keydown', stopByKey);
    return () => {
      queue.onSent.delete(refreshProject);
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
          <${Chips} name="count" legend="How many clips" value=${count} disabled=${busy} onChange=${(/** @type {number} */ value) => remember({ count: value })}
            options=${COUNTS.map((value) => ({ value, content: `${value}` }))} />
          <span class="small quiet">${count === 1 ? 'clip' : 'clips'} of ${CLIP_LENGTH / SAMPLE_RATE} s</span>
        </div>
        <div class="action">
          ${busy
            ? html`<button class=${`button ${state.phase === 'recording' ? 'recording' : ''}`} type="button" onClick=${() => recorder.stop()}><${Icon} name="stop" />Stop</button>`
            : html`<button class="button primary" type="button" onClick=${() => record(label, count)}><${Icon} name="record" />Record ${count} × ${label}</button>`}
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

/** What the server has of the label. @param {{ current: import('../../data/api.js').Project, label: string, labels: string[] }} props */
function Stored({ current, label, labels }) {
  const n = countOf(current, label);
  return html`
    <section class="stack">
      <div class="spread"><h2>Clips of ${label}</h2>
        ${n === 0 && html`<button class="button bare" type="button" onClick=${() => forgetLabel(current.name, label)}>Remove label</button>`}</div>
      ${n === 0
        ? html`<p class="quiet">The first clip of ${label} will stand here. ${GOOD} make a good start.</p>`
        : html`<${ClipList} project=${current.name} label=${label} labels=${labels} onChange=${refreshProject} />`}
    </section>`;
}

/** @param {string} name @param {import('../../data/api.js').Project | null} current */
function summary(name, current) {
  if (!current) return html`Project <strong>${name}</strong>`;
  const clips = current.n_clips === 1 ? '1 clip' : `${current.n_clips} clips`;
  return html`Project <strong>${name}</strong>: ${clips} on the computer`;
}

/** @param {import('../recorder.js').RecorderState} state @param {string} label */
function speak({ phase, left, index, total }, label) {
  if (phase === 'countdown') announce(String(left));
  if (phase === 'recording') announce(`Recording ${index} of ${total}. ${prompt(label)}.`);
  if (phase === 'pause') announce(`${index} of ${total} ${label} is next.`);
}

/** @param {{ state: import('../recorder.js').RecorderState, listener: any, label: string }} props */
function Stage({ state, listener, label }) {
  const { phase, left, index, total } = state;
  const recording = phase === 'recording';
  return html`
    <section class=${`card tight stage ${recording ? 'recording' : ''}`} aria-label="Microphone">
      <div class="says" aria-hidden="true">
        ${phase === 'idle' && html`<span>${prompt(label)}</span>`}
        ${phase === 'opening' && html`<span>The microphone opens.</span>`}
        ${phase === 'countdown' && html`<span class="count">${left}</span><span>${prompt(label)}</span>`}
        ${recording && html`<span>${prompt(label)}</span>`}
        ${phase === 'pause' && html`<span>Breathe. Next: ${label}</span>`}
      </div>
      <${LiveWaveform} listener=${listener} recording=${recording} />
      <${Meter} listener=${listener} />
      <p class="small quiet numbers spread"><span>${total > 0 ? `${Math.max(1, index)} of ${total} ${label}` : 'Level'}</span>
        <span>${recording ? 'Recording' : listener ? 'The microphone is on' : 'Off until you record'}</span></p>
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
      <button class=${`button ${fine ? 'primary' : ''}`} type="button" onClick=${() => queue.keep(clip.id)}>Keep</button>
      <button class=${`button ${fine ? 'small' : 'primary'}`} type="button" onClick=${again}>Redo</button>
      <button class="button small" type="button" onClick=${() => queue.discard(clip)}>Throw away</button>
    </div>`;
}

/** @param {{ speaker: string, disabled: boolean }} props */
const Speaker = ({ speaker, disabled }) => html`
  <details>
    <summary>Who speaks: ${speaker || 'not told'}</summary>
    <label class="field">
      <span>A name or a number. The voice of one person then never stands in both the training and the test, so the result is honest.</span>
      <input type="text" maxlength="64" value=${speaker} disabled=${disabled} autocomplete="off" onInput=${(/** @type {any} */ event) => remember({ speaker: event.target.value })} />
    </label>
  </details>`;
