/** Search: begin one, watch it, take what it has found. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import * as api from '../../data/api.js';
import { project, refreshProject } from '../../data/project.js';
import { readSearches } from '../../data/search.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { UNFINISHED } from '../../data/train.js';
import { t, tn, told, tx } from '../i18n.js';
import { AccessNotice, Problem } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Shown } from '../parts/search/shown.js';
import { Start } from '../parts/search/start.js';
import { useStyles } from '../parts/styles.js';
import { moment, percent, sentence, words } from '../parts/train/figures.js';
import { addressOf, route } from '../router.js';

/** @typedef {import('../../data/search.js').Searches} Searches */
/** @typedef {import('../../data/search.js').Summary} Summary */

export function SearchPage() {
  useStyles('css/search.css');
  const { query } = useStore(route);
  const { project: name } = useStore(settings);
  const current = useStore(project);
  const [found, setFound] = useState(/** @type {Searches | null} */ (null));
  const [jobs, setJobs] = useState(/** @type {api.Job[]} */ ([]));
  const [problem, setProblem] = useState('');
  const asked = query.get('name');

  async function refresh() {
    try {
      await refreshProject();
      const [searches, all] = await Promise.all([readSearches(name), api.listJobs()]);
      setFound(searches);
      setJobs(all.filter((job) => job.project === name && job.kind === 'search'));
      setProblem('');
    } catch (error) {
      learnFrom(error);
      setProblem(sentence(error));
    }
  }
  useEffect(() => { refresh(); }, [name, asked]);
  const running = jobs.find(({ state }) => UNFINISHED.includes(state));
  const shown = asked ?? running?.config.name;
  const job = jobs.find(({ config }) => config.name === shown);
  const summary = found?.searches.find((search) => search.name === shown);
  const state = tx('Project {name}', { name: html`<strong>${name}</strong>` });
  return html`
    <${Page} path="/search" title=${t('Search')} state=${state}>
      <${AccessNotice} />
      ${problem && html`<${Problem} message=${told(api.asSentence(problem))} />`}
      ${current?.kind === 'vision' ? html`<${Photos} />` : current && found && (shown && (job || summary)
        ? html`<${Shown} key=${shown} project=${name} name=${shown} begun=${Boolean(summary)} wanted=${Math.max(job?.config.trials ?? 0, summary?.trials ?? 0)} job=${job} onChange=${refresh} />`
        : html`
          <${Start} current=${current} defaults=${found.defaults} onStart=${(/** @type {string} */ made) => { location.hash = addressOf('/search', { name: made }); }}>
            <${Earlier} searches=${found.searches} storage=${found.storage} /><//>`)}
    <//>`;
}

const Photos = () => html`
  <div class="notice"><p>${t('There is one network for photos and nothing to search: what learns of it is its last layer.')}</p></div>
  <div class="action"><a class="button primary" href="#/train">${t('Train')}</a></div>`;

/** @param {{ searches: Summary[], storage: string }} props */
function Earlier({ searches, storage }) {
  if (!searches.length) return null;
  return html`
    <section>
      <h2>${t('Earlier searches')}</h2>
      <ul class="clips">
        ${searches.map((search) => html`
          <li class="spread" key=${search.name}>
            <span class="what"><strong>${words(search.setup.labels)}</strong> <span class="small quiet numbers">${about(search)}</span></span>
            <a class="button bare" href=${addressOf('/search', { name: search.name })} aria-label=${t('Open search {name}', { name: search.name })}>${t('Open')}</a>
          </li>`)}
      </ul>
      <p class="small quiet">${t('They are kept in {storage}.', { storage })}</p>
    </section>`;
}

/** @param {Summary} search */
function about({ name, ended, trials, accuracy, begun_at: begun }) {
  const values = { name, done: ended, when: begun ? moment(begun) : '–' };
  const best = accuracy === null ? '' : `, ${t('best {n} %', { n: percent(accuracy) })}`;
  return `${tn(trials, '{name}, {when}, {done} of {n} trial', '{name}, {when}, {done} of {n} trials', values)}${best}`;
}
