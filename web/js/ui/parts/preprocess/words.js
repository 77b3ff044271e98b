/** Preprocess, for sounds: two sounds step by step, with sliders, and what a change costs. */

import { html, useEffect, useMemo, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { readDefaults, readSettings, saveParams } from '../../../data/preprocess.js';
import { project as current } from '../../../data/project.js';
import { useStore } from '../../../data/store.js';
import { parseParams } from '../../../dsp/params.js';
import { t, told } from '../../i18n.js';
import { announce } from '../announce.js';
import { Icon } from '../icons.js';
import { Problem } from '../notices.js';
import { Costs, shapeOf } from './costs.js';
import { Fixed } from './fixed.js';
import { Numbers } from './numbers.js';
import { SoundChoice, useSounds } from './sounds.js';
import { Steps } from './steps.js';
import { loudestFrame, stagesOf, useValid, useWork } from './work.js';

/** @typedef {import('../../../data/preprocess.js').ParamsJson} ParamsJson */
/** @typedef {import('./work.js').Sound} Sound */

/** What was not saved yet, by project: a look at another page loses nothing. @type {Map<string, ParamsJson>} */
const drafts = new Map();

/** @param {ParamsJson} a @param {ParamsJson} b */
const isSame = (a, b) => Object.keys(b).every((key) => a[key] === b[key]);

/** The saved parameters and the defaults. @param {string} project */
function useSaved(project) {
  const [saved, setSaved] = useState(/** @type {{ params: ParamsJson, defaults: ParamsJson } | null} */ (null));
  const [problem, setProblem] = useState('');
  async function load() {
    setProblem('');
    try {
      const [{ params }, defaults] = await Promise.all([readSettings(project), readDefaults()]);
      setSaved({ params, defaults });
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => { load(); }, []);
  return { saved, problem, load };
}

/** @param {{ project: string }} props */
export function Words({ project }) {
  const known = useStore(current);
  const labels = useMemo(() => (known?.name === project ? known.labels.filter(({ n_clips: n }) => n > 0).map(({ label }) => label) : null), [known, project]);
  return labels && html`<${OwnWords} project=${project} labels=${labels} />`; // a new project is made first
}

/** @param {{ project: string, labels: string[] }} props */
function OwnWords({ project, labels }) {
  const { saved, problem, load } = useSaved(project);
  if (problem) return html`<${Problem} message=${problem} onRetry=${load} />`;
  if (!saved) return null;
  return html`<${Workbench} project=${project} labels=${labels} saved=${saved.params} defaults=${saved.defaults} onSaved=${load} />`;
}

/** @param {{ project: string, labels: string[], saved: ParamsJson, defaults: ParamsJson, onSaved: () => Promise<void> }} props */
function Workbench({ project, labels, saved, defaults, onSaved }) {
  const [json, setJson] = useState(drafts.get(project) ?? saved);
  const [wrong, setWrong] = useState('');
  const chosen = useSounds(project, labels);
  const valid = useValid(json, { json: saved, params: parseParams(saved) });
  function edit(/** @type {ParamsJson} */ next, name = '') {
    drafts.set(project, next);
    setJson(next);
    setWrong(name);
  }
  const fields = { json, saved, wrong: valid.problem && wrong, onChange: (/** @type {string} */ name, /** @type {unknown} */ value) => edit({ ...json, [name]: value }, name) };
  return html`
    ${labels.length === 0 && chosen.clips && html`
      <p class="notice">${t('Nothing is recorded in this project yet, so here is a made-up sound: a tone that glides upwards.')} <a href="#/record">${t('Record words')}</a></p>`}
    <${SoundChoice} project=${project} labels=${labels} chosen=${chosen} />
    ${chosen.problem && html`<${Problem} message=${chosen.problem} onRetry=${chosen.load} />`}
    ${chosen.sounds.length === 2 && html`<${Shown} sounds=${chosen.sounds} valid=${valid} saved=${saved} fields=${fields} />`}
    <${Save} project=${project} json=${json} saved=${saved} defaults=${defaults} valid=${valid} onReset=${() => edit(saved)} onSaved=${onSaved} onEdit=${edit} />`;
}

/** @param {{ sounds: Sound[], valid: import('./work.js').Valid, saved: ParamsJson, fields: import('./steps.js').Fields }} props */
function Shown({ sounds, valid: { json, params }, saved, fields }) {
  const { front, sides, nFrames } = useWork(params, sounds);
  // In time, so that the frame stays where it is when the hop changes; null: the loudest.
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  useEffect(() => setAt(null), sounds);
  const wished = at === null ? loudestFrame(sides[0], params) : Math.round(at / params.hopLength);
  const frame = Math.max(0, Math.min(nFrames - 1, wished));
  const stages = sides.map(({ window }) => stagesOf(front, params, window, frame));
  const view = { params, front, sides, nFrames, frame, stages, fields, onFrame: (/** @type {number} */ next) => setAt(Math.max(0, next) * params.hopLength) };
  return html`
    <${Steps} view=${view} />
    <${Costs} params=${params} saved=${parseParams(saved)} />
    <${Numbers} json=${json} params=${params} front=${front} sides=${sides} frame=${frame} />
    <${Fixed} />`;
}

/**
 * @param {{ project: string, json: ParamsJson, saved: ParamsJson, defaults: ParamsJson, valid: import('./work.js').Valid & { problem: string }, onReset: () => void,
 *   onSaved: () => Promise<void>, onEdit: (json: ParamsJson) => void }} props
 */
function Save({ project, json, saved, defaults, valid, onReset, onSaved, onEdit }) {
  const [problem, setProblem] = useState('');
  const isChanged = !isSame(json, saved);
  const isDefault = isSame(json, defaults);
  async function save() {
    setProblem('');
    try {
      await saveParams(project, isDefault ? null : json);
      drafts.delete(project);
      await onSaved();
      announce(t('Saved. The next training uses it.'));
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  return html`
    <div class="action tune">
      ${valid.problem && html`<p class="warn small" role="alert" id="parameter-problem">${told(valid.problem)} ${t('The pictures stay as they were.')}</p>`}
      ${problem && html`<p class="warn small" role="alert">${told(problem)}</p>`}
      <p class="small quiet numbers" role="status">${isChanged
        ? t('{shape}, not saved in this project yet. Train anew to use it; older models keep the front end they were trained with.', { shape: shapeOf(valid.params) })
        : t('{shape}: as it is saved in this project.', { shape: shapeOf(valid.params) })}</p>
      <div class="row">
        ${isChanged
          ? html`<button class="button primary" type="button" disabled=${Boolean(valid.problem)} onClick=${save}><${Icon} name="check" />${t('Save')}</button>
            <button class="button small" type="button" onClick=${onReset}>${t('Undo')}</button>`
          : html`<a class="button primary" href="#/design"><${Icon} name="design" />${t('Design a model')}</a>`}
        ${!isDefault && html`<button class="button small" type="button" onClick=${() => onEdit(defaults)}>${t('Defaults')}</button>`}
      </div>
    </div>`;
}
