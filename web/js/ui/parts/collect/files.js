/** Files in and out: dropped on the page or chosen, a folder or a zip; what was taken, what was not, and why. */

import { html, useEffect, useRef, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { exportUrl, importProject, isExport } from '../../../data/collect.js';
import { bringIn, dropped, isZip, labelOf, picked } from '../../../data/incoming.js';
import { asLabel, chooseProject, labelProblem } from '../../../data/project.js';
import { settings } from '../../../data/settings.js';
import { t, tn, told } from '../../i18n.js';
import { announce } from '../announce.js';
import { Icon } from '../icons.js';
import { counted } from '../kind.js';
import { Problem } from '../notices.js';

/** @typedef {import('../../../data/incoming.js').Incoming} Incoming */
/** @typedef {import('../../../data/incoming.js').Outcome} Outcome */
/** @typedef {import('../../../data/api.js').Project} Project */

const MAX_TOLD = 100;
const ACCEPT = { speech: 'audio/*,.wav,.flac,.ogg,.opus,.mp3,.m4a,.zip', vision: 'image/*,.zip' };

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** What happens to files, wherever they came from. @param {Project} current @param {() => unknown} onDone */
export function useFiles(current, onDone) {
  const [progress, setProgress] = useState(/** @type {{ done: number, of: number } | null} */ (null));
  const [outcome, setOutcome] = useState(/** @type {Outcome | null} */ (null));
  const [problem, setProblem] = useState('');
  /** An exported project, or files that lie in no folder: to be asked about first. */
  const [asked, setAsked] = useState(/** @type {{ whole: File | null, files: Incoming[] } | null} */ (null));

  async function run(/** @type {() => Promise<void>} */ task) {
    setAsked(null);
    setOutcome(null);
    setProblem('');
    setProgress({ done: 0, of: 1 });
    try {
      await task();
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
    setProgress(null);
    await onDone();
  }
  const bring = (/** @type {Incoming[]} */ files, /** @type {string} */ loose) => run(async () => {
    const found = await bringIn(current, files, loose, (done, of) => setProgress({ done, of }));
    setOutcome(found);
    announce(summary(found, current));
  });
  const make = (/** @type {File} */ file, /** @type {string} */ name) => run(async () => {
    const made = await importProject(name, file, (share) => setProgress({ done: share, of: 1 }));
    await chooseProject(made.name, made.kind);
    announce(t('Project {name} is made.', { name: made.name }));
  });
  const take = async (/** @type {Incoming[]} */ files) => {
    if (files.length === 0) return;
    const whole = files.length === 1 && isZip(files[0].file) && await isExport(files[0].file) ? files[0].file : null;
    if (whole || files.some(({ path, file }) => !isZip(file) && !labelOf(path))) setAsked({ whole, files });
    else await bring(files, '');
  };
  return { progress, outcome, problem, asked, take, bring, make, forget: () => { setAsked(null); setOutcome(null); setProblem(''); } };
}

/** @param {Outcome} outcome @param {Project} current */
function summary({ taken, known, leftOut }, { kind }) {
  const n = Object.values(taken).reduce((sum, many) => sum + many, 0);
  return [
    t('{what} taken.', { what: counted(n, kind) }),
    known > 0 && tn(known, '{n} file was there already.', '{n} files were there already.'),
    leftOut.length > 0 && tn(leftOut.length, '{n} file was left out.', '{n} files were left out.'),
  ].filter(Boolean).join(' ');
}

/** @param {{ current: Project, files: ReturnType<typeof useFiles>, isOpen?: boolean }} props */
export function FilesBar({ current, files, isOpen = innerWidth >= 900 }) {
  const some = useRef(/** @type {HTMLInputElement | null} */ (null));
  const folder = useRef(/** @type {HTMLInputElement | null} */ (null));
  const pick = (/** @type {any} */ { target }) => {
    files.take(picked(target.files));
    target.value = '';
  };
  return html`
    <section class="stack">
    <details open=${isOpen}>
      <summary>${t('Files in and out')}</summary>
      <div class="stack">
      <p class="quiet">${current.kind === 'vision'
        ? t('Drop photos, folders or a zip anywhere on this page; a folder\'s name is the label.')
        : t('Drop sounds, folders or a zip anywhere on this page; a folder\'s name is the label, as in Speech Commands.')}</p>
      <div class="row">
        <button class="button" type="button" disabled=${files.progress} onClick=${() => some.current?.click()}><${Icon} name="add" />${t('Add files or a zip')}</button>
        <button class="button folder" type="button" disabled=${files.progress} onClick=${() => folder.current?.click()}><${Icon} name="projects" />${t('Add a folder')}</button>
        <a class="button" href=${exportUrl(current.name)} download><${Icon} name="deploy" />${t('Export the project')}</a>
      </div>
      </div>
    </details>
      <input ref=${some} type="file" hidden multiple accept=${ACCEPT[current.kind]} onChange=${pick} />
      <input ref=${folder} type="file" hidden webkitdirectory onChange=${pick} />
      ${files.progress && html`<${Progress} ...${files.progress} />`}
      ${files.problem && html`<${Problem} message=${files.problem} />`}
      ${files.asked?.whole && html`<${WholeProject} file=${files.asked.whole} current=${current} files=${files} />`}
      ${files.asked && !files.asked.whole && html`<${LooseFiles} incoming=${files.asked.files} current=${current} files=${files} />`}
      ${files.outcome && html`<${Told} outcome=${files.outcome} current=${current} onClose=${files.forget} />`}
    </section>`;
}

/** @param {{ done: number, of: number }} props */
const Progress = ({ done, of }) => html`
  <div class="stack close">
    <p class="numbers">${of > 1 ? t('{done} of {of} files', { done: Math.floor(done), of }) : t('Sending the zip ...')}</p>
    <div class="bar" role="progressbar" aria-label=${t('Files brought in')} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round((100 * done) / of)}>
      <i style=${{ transform: `scaleX(${done / of})` }}></i></div>
  </div>`;

/** @param {{ file: File, current: Project, files: ReturnType<typeof useFiles> }} props */
function WholeProject({ file, current, files }) {
  const [name, setName] = useState(file.name.replace(/\.zip$/i, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, ''));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    files.make(file, name);
  };
  return html`
    <form class="notice" onSubmit=${submit}>
      <p>${t('This zip is an exported project.')}</p>
      <label class="field"><span>${t('Name of the new project')}</span><input type="text" value=${name} autocapitalize="none" autocomplete="off" required onInput=${(/** @type {any} */ { target }) => setName(target.value)} /></label>
      <div class="row">
        <button class="button primary" type="submit">${t('Make this project again')}</button>
        <button class="button" type="button" onClick=${() => files.bring([{ path: file.name, file }], '')}>${t('Add its clips to {project}', { project: current.name })}</button>
        <button class="button bare" type="button" onClick=${files.forget}>${t('Cancel')}</button>
      </div>
    </form>`;
}

/** @param {{ incoming: Incoming[], current: Project, files: ReturnType<typeof useFiles> }} props */
function LooseFiles({ incoming, current, files }) {
  const [text, setText] = useState(settings.value.label || current.labels[0]?.label || '');
  const label = asLabel(text);
  const problem = labelProblem(label);
  const n = incoming.filter(({ path, file }) => !isZip(file) && !labelOf(path)).length;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!problem) files.bring(incoming, label);
  };
  return html`
    <form class="notice" onSubmit=${submit}>
      <p>${tn(n, '{n} file lies in no folder. Which label has it?', '{n} files lie in no folder. Which label have they?')}</p>
      <label class="field"><span>${t('Label')}</span><input type="text" list="known-labels" value=${text} autocapitalize="none" autocomplete="off" onInput=${(/** @type {any} */ { target }) => setText(target.value)} /></label>
      <datalist id="known-labels">${current.labels.map(({ label: known }) => html`<option value=${known}></option>`)}</datalist>
      ${problem && html`<p class="small warn">${told(problem)}</p>`}
      <div class="row">
        <button class="button primary" type="submit" disabled=${Boolean(problem)}>${t('Add them')}</button>
        <button class="button bare" type="button" onClick=${files.forget}>${t('Cancel')}</button>
      </div>
    </form>`;
}

/** @param {{ outcome: Outcome, current: Project, onClose: () => void }} props */
function Told({ outcome, current, onClose }) {
  const { leftOut } = outcome;
  return html`
    <div class="notice">
      <div class="spread"><p>${summary(outcome, current)}</p><button class="button bare" type="button" onClick=${onClose}>${t('Close')}</button></div>
      ${leftOut.length > 0 && html`
        <details>
          <summary>${tn(leftOut.length, 'Why {n} file was left out', 'Why {n} files were left out')}</summary>
          <ul class="left-out small">
            ${leftOut.slice(0, MAX_TOLD).map(({ file, reason }) => html`<li><strong>${file}</strong> ${told(reason)}</li>`)}
            ${leftOut.length > MAX_TOLD && html`<li>${t('and {n} more', { n: leftOut.length - MAX_TOLD })}</li>`}
          </ul>
        </details>`}
    </div>`;
}

/** The whole page takes what is dropped on it. @param {{ onDrop: (files: Incoming[]) => unknown }} props */
export function DropZone({ onDrop }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes('Files'));
    const enter = (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // else the browser would open them
      setOver(true);
    };
    const leave = (/** @type {DragEvent} */ event) => { if (!event.relatedTarget) setOver(false); };
    const drop = (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      dropped(event.dataTransfer).then(onDrop);
    };
    addEventListener('dragover', enter);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onDrop]);
  return over && html`<div class="dropping" aria-hidden="true"><p>${t('Let go: the files are brought in.')}</p></div>`;
}
