/** Collect data: every clip of the project, heard and seen; put right one by one or many at once; files in and out. */

import { html, useEffect, useRef, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import { calm } from '../../data/calm.js';
import { ClipList, readCounts } from '../../data/collect.js';
import { project, refreshProject } from '../../data/project.js';
import { onSent } from '../../data/queue.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tn } from '../i18n.js';
import { Balance } from '../parts/collect/balance.js';
import { useChanges } from '../parts/collect/changes.js';
import { DropZone, FilesBar, useFiles } from '../parts/collect/files.js';
import { FilterBar } from '../parts/collect/filters.js';
import { Grid } from '../parts/collect/grid.js';
import { Opened } from '../parts/collect/opened.js';
import { Selection, isIn, nothing, withOne } from '../parts/collect/selection.js';
import { hush } from '../parts/explore/hear.js';
import { Findings } from '../parts/findings.js';
import { Icon } from '../parts/icons.js';
import { counted } from '../parts/kind.js';
import { AccessNotice, Problem, QueueNotice, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { useStyles } from '../parts/styles.js';

/** @typedef {import('../../data/api.js').Project} Project */
/** @typedef {import('../../data/explore.js').Clip} Clip */

const SAMPLE = async () => (await import('../parts/sample.js')).SampleOffer;

export function CollectPage() {
  useStyles('css/collect.css');
  const { project: name } = useStore(settings);
  const current = useStore(project);
  useEffect(() => {
    refreshProject();
    return hush;
  }, [name]);
  return html`
    <${Page} path="/collect" title=${t('Collect data')} state=${current && summary(current)}>
      <${AccessNotice} />
      <${QueueNotice} />
      ${current?.name === name && html`<${Collection} key=${name} current=${current} />`}
    <//>`;
}

/** @param {Project} current */
function summary({ name, kind, n_clips: n, labels }) {
  return html`${t('Project')} <strong>${name}</strong>: ${counted(n, kind)}${labels.length > 0 && ` · ${tn(labels.length, '{n} label', '{n} labels')}`}`;
}

/** @param {{ current: Project }} props */
function Collection({ current }) {
  const [version, setVersion] = useState(0);
  const again = () => setVersion((/** @type {number} */ n) => n + 1);
  const renew = async () => {
    again();
    await refreshProject();
  };
  const files = useFiles(current, renew);
  useEffect(() => {
    const sent = calm(renew, 3000);
    onSent.add(sent);
    return () => { onSent.delete(sent); };
  }, []);
  // First, or a keyboard would have to pass all the clips before it.
  const action = html`<div class="action first reach"><a class="button primary" href="#/record"><${Icon} name=${current.kind === 'vision' ? 'photo' : 'record'} />${current.kind === 'vision' ? t('Take photos') : t('Record')}</a></div>`;
  return html`
    ${action}
    <${DropZone} onDrop=${files.take} />
    ${current.n_clips === 0
      ? html`
        <${Welcome} sentence=${current.kind === 'vision' ? t('Every photo will stand here. Take the first ones, or bring in files.') : t('Every clip will stand here, with its picture and its sound. Record the first ones, or bring in files.')}>
          ${current.kind === 'speech' && html`<${Part} load=${SAMPLE} />`}<//>
        <${FilesBar} current=${current} files=${files} isOpen />`
      : html`<${Stocked} current=${current} version=${version} again=${again} files=${files} />`}`;
}

/** @param {{ current: Project, version: number, again: () => void, files: ReturnType<typeof useFiles> }} props `version`: another one after each change from elsewhere */
function Stocked({ current, version, again, files }) {
  const { counts, problem, count } = useCounts(current.name, version);
  const [filters, setFilters] = useState(/** @type {import('../../data/collect.js').Filters} */ ({ sort: 'newest' }));
  const [chosen, setChosen] = useState(nothing());
  const [openId, setOpenId] = useState('');
  const [trouble, setTrouble] = useState('');
  const list = useList(current.name, filters, version);
  useEffect(() => setChosen(nothing()), [filters]);
  const changes = useChanges(current.name, list, again, async () => {
    count();
    await refreshProject();
  });
  const open = list.clips.find(({ id }) => id === openId);
  const labels = current.labels.map(({ label }) => label);
  if (problem) return html`<${Problem} message=${problem} onRetry=${count} />`;
  if (!counts) return null;
  return html`
    <div class="columns overview">
      <${Balance} counts=${counts} current=${current} />
      <div class="stack">
        ${current.kind === 'speech' && html`<${Findings} current=${current} onChange=${again} />`}
        <${FilesBar} current=${current} files=${files} />
      </div>
    </div>
    <section class="stack" aria-labelledby="clips">
      <div class="spread"><h2 id="clips" tabindex="-1">${current.kind === 'vision' ? t('Photos') : t('Clips')}</h2>
        <span class="quiet numbers" role="status">${list.n === null ? '' : shown(list.n, current)}</span></div>
      <${FilterBar} filters=${filters} counts=${counts} kind=${current.kind} onChange=${setFilters} />
      <${Selection} chosen=${chosen} list=${list} kind=${current.kind} labels=${labels} changes=${changes} onChosen=${setChosen} />
      ${list.problem && html`<${Problem} message=${list.problem} onRetry=${() => list.load(0)} />`}
      ${trouble && html`<${Problem} message=${trouble} />`}
      ${list.n === 0 && html`<p class="quiet">${t('None match. Choose other filters above.')}</p>`}
      <${Grid} list=${list} kind=${current.kind} chosen=${(/** @type {string} */ id) => isIn(chosen, id)} onProblem=${setTrouble}
        onChoose=${(/** @type {Clip} */ clip, /** @type {boolean} */ is) => setChosen(withOne(chosen, clip, is))} onOpen=${(/** @type {Clip} */ { id }) => setOpenId(id)} />
    </section>
    ${!open && changes.toast}
    ${open && html`<${Opened} clip=${open} labels=${labels} changes=${changes} onClose=${() => setOpenId('')} />`}`;
}

/** @param {number} n @param {Project} current */
const shown = (n, { n_clips: of, kind }) => (n === of ? counted(n, kind) : t('{n} of {what}', { n, what: counted(of, kind) }));

/** The list; another one takes its place when it has come as far as the one before, so that nothing jumps.
 *  @param {string} name @param {import('../../data/collect.js').Filters} filters @param {number} version */
function useList(name, filters, version) {
  const [list, setList] = useState(() => new ClipList(name, filters));
  const begun = useRef(false);
  useStore(list);
  useEffect(() => {
    if (!begun.current) {
      begun.current = true;
      return undefined;
    }
    let wanted = true;
    const next = new ClipList(name, filters);
    next.load(list.filters === filters ? list.wanted - 1 : 0).then(() => { if (wanted) setList(next); });
    return () => { wanted = false; };
  }, [filters, version]);
  return list;
}

/** @param {string} name @param {number} version */
function useCounts(name, version) {
  const [counts, setCounts] = useState(/** @type {import('../../data/collect.js').Counts | null} */ (null));
  const [problem, setProblem] = useState('');
  async function count() {
    try {
      setCounts(await readCounts(name));
      setProblem('');
    } catch (error) {
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => { count(); }, [name, version]);
  return { counts, problem, count };
}
