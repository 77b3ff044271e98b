/** Make inferences: with a model of words or of pictures, whichever is chosen. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { kindOf } from '../../data/project.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tx } from '../i18n.js';
import { KINDS } from '../parts/kind.js';
import { Problem, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { sizeOf } from '../parts/size.js';
import { route } from '../router.js';

/** The camera page's: a thousand rows are nothing to read from two metres. */
const THINGS = 'things';

/** @type {Record<api.Kind, { load: import('../parts/part.js').Load, invitation: string, start: string }>} */
const PARTS = {
  speech: {
    load: async () => (await import('../words/live.js')).Listening,
    invitation: t('Your first model will listen here. Record a few words, then train it.'), start: t('Record words'),
  },
  vision: {
    load: async () => (await import('../pictures/live.js')).Looking,
    invitation: t('Your first model of pictures will look here. Take photos of two things, then train it.'), start: t('Take photos'),
  },
};

/** @param {api.Bundle} bundle @returns {api.Kind} */
const kindOfBundle = ({ manifest }) => manifest.kind;

export function LivePage() {
  const { bundle: remembered, project } = useStore(settings);
  const { query } = useStore(route);
  const [bundles, setBundles] = useState(/** @type {api.Bundle[] | null} */ (null));
  const [picked, setPicked] = useState('');
  const [problem, setProblem] = useState('');

  async function list() {
    setProblem('');
    try {
      setBundles((await api.listBundles()).filter(({ path }) => path !== THINGS));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  useEffect(() => { list(); }, []);

  function choose(/** @type {string} */ path) {
    setPicked(path);
    remember({ bundle: path });
    if (location.hash !== '#/live') history.replaceState(null, '', '#/live');
    route.set({ ...route.value, query: new URLSearchParams() });
  }
  const kind = kindOf(project);
  const bundle = bundles && select(bundles, kind, query.get('bundle') || picked, remembered);
  return html`
    <${Page} path="/live" title=${t('Live')} state=${bundle && tx('Model {name}, {size}', { name: html`<strong>${bundle.path}</strong>`, size: sizeOf(bundle.manifest) })}>
      ${problem && html`<${Problem} message=${problem} onRetry=${list} />`}
      ${bundles && bundles.length > (bundle ? 1 : 0) && html`<${Chooser} bundles=${bundles} path=${bundle?.path ?? ''} onChoose=${choose} />`}
      ${bundles && !bundle && html`<${Welcome} sentence=${PARTS[kind].invitation}>
        <a class="button primary" href="#/record">${PARTS[kind].start}</a><//>`}
      ${bundle && html`<${Part} load=${PARTS[kindOfBundle(bundle)].load} bundle=${bundle} />`}
    <//>`;
}

/**
 * What is asked for, of whatever kind; else the one used last, if it is of the project's kind; else the newest of that kind.
 * @param {api.Bundle[]} bundles newest first
 * @param {api.Kind} kind
 * @param {string} asked
 * @param {string} remembered
 */
function select(bundles, kind, asked, remembered) {
  const alike = bundles.filter((bundle) => kindOfBundle(bundle) === kind);
  return bundles.find(({ path }) => path === asked) ?? alike.find(({ path }) => path === remembered) ?? alike[0];
}

/** @param {{ bundles: api.Bundle[], path: string, onChoose: (path: string) => void }} props */
const Chooser = ({ bundles, path, onChoose }) => html`
  <label class="row"><span class="spoken">${t('Model')}</span>
    <select value=${path} onChange=${(/** @type {any} */ event) => onChoose(event.target.value)}>
      ${!path && html`<option value="">${t('Choose another model')}</option>`}
      ${Object.entries(KINDS).map(([kind, { name }]) => html`<${Group} name=${name} bundles=${bundles.filter((bundle) => kindOfBundle(bundle) === kind)} />`)}
    </select>
  </label>`;

/** @param {{ name: string, bundles: api.Bundle[] }} props */
const Group = ({ name, bundles }) => bundles.length > 0 && html`
  <optgroup label=${name}>
    ${bundles.map(({ path, manifest }) => html`<option value=${path}>${path}: ${manifest.labels.join(', ')}</option>`)}
  </optgroup>`;
