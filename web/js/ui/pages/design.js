/** Design a model: layers, and what they cost on the board before anything is trained. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import { readDesign, saveDesign } from '../../data/design.js';
import { kindOf, refreshProject } from '../../data/project.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn, tx } from '../i18n.js';
import { announce } from '../parts/announce.js';
import { useCost } from '../parts/design/cost.js';
import { begin, designOf, layersOf, presetOf, renamed, replaced, undone, withExpert } from '../parts/design/draft.js';
import { Drawing } from '../parts/design/drawing.js';
import { Layers } from '../parts/design/layers.js';
import { AboutExpert, Presets } from '../parts/design/presets.js';
import { Totals } from '../parts/design/totals.js';
import { Icon } from '../parts/icons.js';
import { AccessNotice, Problem, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { useStyles } from '../parts/styles.js';

/** @typedef {import('../../data/design.js').Design} Design */
/** @typedef {import('../../data/design.js').Overview} Overview */
/** @typedef {import('../../data/design.js').Cost} Cost */
/** @typedef {import('../parts/design/cost.js').Answer} Answer */
/** @typedef {import('../parts/design/draft.js').Draft} Draft */

/** What was not saved yet, by project: a look at another page loses nothing. @type {Map<string, Draft>} */
const drafts = new Map();

export function DesignPage() {
  useStyles('css/design.css');
  const { project } = useStore(settings);
  if (kindOf(project) !== 'vision') return html`<${Designer} project=${project} key=${project} />`;
  return html`
    <${Framed} state=${tx('Project {name}', { name: html`<strong>${project}</strong>` })}>
      <${Welcome} sentence=${t('For photos there is one network, which knows the world already; training gives it a new last layer.')}><a class="button primary" href="#/train">${t('Train')}</a><//>
    <//>`;
}

/** @param {{ state: any, children?: any }} props */
const Framed = ({ state, children }) => html`
  <${Page} path="/design" title=${t('Design a model')} state=${state}><${AccessNotice} />${children}<//>`;

/** The server's overview of a project. @param {string} project */
function useOverview(project) {
  const [overview, setOverview] = useState(/** @type {Overview | null} */ (null));
  const [problem, setProblem] = useState('');
  async function load() {
    setProblem('');
    await refreshProject(); // which makes it where it is not there yet
    try {
      setOverview(await readDesign(project));
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => { load(); }, []);
  return { overview, problem, load };
}

/** @param {{ project: string }} props */
function Designer({ project }) {
  const { overview, problem, load } = useOverview(project);
  const name = html`<strong>${project}</strong>`;
  return html`
    <${Framed} state=${overview ? tx('Project {name}: {design}', { name, design: inWords(overview) }) : tx('Project {name}', { name })}>
      ${problem ? html`<${Problem} message=${problem} onRetry=${load} />` : overview && html`<${Editor} project=${project} overview=${overview} onSaved=${load} />`}
    <//>`;
}

/** The design that the project has. @param {Overview} overview */
function inWords({ design, layers, is_default: isDefault }) {
  if (isDefault) return t('{preset}, the default', { preset: 'preset' in design ? design.preset : '' });
  if ('preset' in design) return design.preset;
  if ('expert' in design) return t('an expert\'s network');
  return design.name ?? tn(layers.length, 'a network of its own, {n} layer', 'a network of its own, {n} layers');
}

/** @param {{ project: string, overview: Overview, onSaved: () => Promise<void> }} props */
function Editor({ project, overview, onSaved }) {
  const { presets } = overview;
  const [draft, setDraft] = useState(/** @returns {Draft} */ () => drafts.get(project) ?? begin(overview.layers, overview.design));
  const [problem, setProblem] = useState('');
  const design = useMemo(() => designOf(draft, presets), [draft, presets]);
  const layers = useMemo(() => (draft.expert ? null : { layers: layersOf(draft) }), [draft]); // a name costs nothing
  const answer = useCost(project, layers);
  function edit(/** @type {Draft} */ next) {
    drafts.set(project, next);
    setDraft(next);
  }
  async function save(/** @type {Design | null} */ wanted) {
    setProblem('');
    try {
      await saveDesign(project, wanted);
      drafts.delete(project);
      await onSaved();
      announce(t('Saved. The next training uses it.'));
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  function backToDefault() {
    edit(replaced(draft, presets[0].layers));
    save(null);
  }
  return html`
    <${Presets} overview=${overview} chosen=${presetOf(draft, presets)?.preset} isExpert=${draft.expert}
      onPreset=${(/** @type {import('../../data/design.js').Preset} */ { layers }) => edit(replaced(draft, layers))} onExpert=${() => edit(withExpert(draft))} />
    ${(problem || answer.problem) && html`<${Problem} message=${problem || answer.problem} />`}
    <div class="columns flat designing">
      <div class="desk stack">
        <${Actions} overview=${overview} draft=${draft} design=${design} answer=${answer} onUndo=${() => edit(undone(draft))} onSave=${() => save(design)} />
        ${!draft.expert && answer.cost && html`<${Price} cost=${answer.cost} board=${overview.board} isOld=${answer.isOld} />`}
      </div>
      <${Making} overview=${overview} draft=${draft} answer=${answer} onDraft=${edit} onDefault=${backToDefault} />
    </div>`;
}

/** @param {{ overview: Overview, draft: Draft, answer: Answer, onDraft: (draft: Draft) => void, onDefault: () => void }} props */
const Making = ({ overview, draft, answer: { cost, isOld }, onDraft, onDefault }) => html`
  <section class="stack" aria-labelledby="layers-title">
    <div class="spread wrap">
      <h2 id="layers-title">${t('Layers')}</h2>
      ${!overview.is_default && html`<button class="button bare" type="button" onClick=${onDefault}>${t('Back to the default')}</button>`}
    </div>
    ${draft.expert ? html`<${ExpertNotice} file=${overview.expert?.file} />` : html`
      <${Layers} draft=${draft} cost=${cost} isOld=${isOld} kinds=${overview.kinds} most=${overview.max_layers} onDraft=${onDraft} />
      ${!presetOf(draft, overview.presets) && html`
        <label class="field"><span>${t('Name of this design')}</span>
          <input type="text" maxlength="60" autocomplete="off" value=${draft.name} onInput=${(/** @type {any} */ event) => onDraft(renamed(draft, event.target.value))} /></label>`}`}
    <${AboutExpert} file=${overview.expert?.file} />
  </section>`;

/** @param {{ cost: Cost, board: import('../../data/design.js').Board, isOld: boolean }} props */
const Price = ({ cost, board, isOld }) => html`
  <${Totals} cost=${cost} board=${board} isOld=${isOld} />
  <${Drawing} rows=${[cost.input, ...cost.layers, cost.output]} />`;

/** @param {{ overview: Overview, draft: Draft, design: Design, answer: Answer, onUndo: () => void, onSave: () => void }} props */
function Actions({ overview, draft, design, answer: { cost, isOld }, onUndo, onSave }) {
  const isWrong = !draft.expert && Boolean(cost?.problems.length);
  const canSave = draft.expert ? Boolean(overview.expert) : Boolean(cost) && !isOld && !isWrong;
  return html`
    <div class="action first">
      <button class="button small" type="button" disabled=${!draft.past.length} onClick=${onUndo}>${t('Undo')}</button>
      ${JSON.stringify(design) === JSON.stringify(overview.design)
        ? html`<a class="button primary" href="#/train"><${Icon} name="train" />${t('Train')}</a>`
        : html`<button class="button primary" type="button" disabled=${!canSave} onClick=${onSave}><${Icon} name="check" />${isWrong ? t('Mend what is red first') : t('Save for this project')}</button>`}
    </div>`;
}

/** @param {{ file: string | undefined }} props */
const ExpertNotice = ({ file }) => (file
  ? html`<div class="notice"><p>${tx('The network is the function {build} of {file}. Training checks what it takes, what it gives and its operators, and says in a sentence what is wrong.', { build: html`<code>build</code>`, file: html`<code>${file}</code>` })}</p></div>`
  : html`<p class="notice warning">${t('This project\'s design is an expert\'s file, but this computer was started without one. Start from another design.')}</p>`);
