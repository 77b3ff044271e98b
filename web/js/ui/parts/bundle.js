/** Which trained model a page is about. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { learnFrom } from '../../data/access.js';
import * as api from '../../data/api.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { spoken, t } from '../i18n.js';
import { addressOf, route } from '../router.js';

/** @typedef {{ path: string, manifest: Record<string, any> | null, bundles: api.Bundle[], known: boolean, choose: (path: string) => void }} Chosen
 *  `known`: whether the bundles have been asked for; `manifest` is null while they have not, and where there is none */

/** The bundle of the address, else the one last chosen of this project, else the project's newest, else the shipped one.
 *  @returns {Chosen} */
export function useBundle() {
  const { path: page, query } = useStore(route);
  const { project, bundle: last } = useStore(settings);
  const [bundles, setBundles] = useState(/** @type {api.Bundle[] | null} */ (null));
  useEffect(() => {
    api.listBundles().then((all) => setBundles(all.filter(({ path }) => isOf(path, project))), (error) => {
      learnFrom(error);
      setBundles([]);
    });
  }, [project]);
  const wished = [query.get('bundle'), last].find((path) => bundles?.some((bundle) => bundle.path === path));
  const found = bundles?.find(({ path }) => path === wished) ?? bundles?.[0];
  const choose = (/** @type {string} */ path) => {
    remember({ bundle: path });
    location.hash = addressOf(page, { bundle: path });
  };
  return { path: found?.path ?? '', manifest: found?.manifest ?? null, bundles: bundles ?? [], known: bundles !== null, choose };
}

/** The project's own, and the one for sounds that is shipped. @param {string} path @param {string} project */
const isOf = (path, project) => path.startsWith(`${project}/`) || path === 'yes-no';

/** @param {Chosen} props */
export function BundlePicker({ path, bundles, choose }) {
  if (bundles.length < 2) return null;
  return html`
    <label class="field"><span>${t('Model')}</span>
      <select value=${path} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>
        ${bundles.map((bundle) => html`<option value=${bundle.path} selected=${bundle.path === path}>${bundleName(bundle)}</option>`)}
      </select>
    </label>`;
}

/** @param {api.Bundle} bundle */
export function bundleName({ path, manifest }) {
  const labels = manifest.labels.filter((/** @type {string} */ label) => label !== 'unknown').join(', ');
  if (!path.includes('/')) return t('{labels}: comes with Nestling', { labels });
  return t('{labels}: {when}', { labels, when: new Date(manifest.created_at).toLocaleString(spoken()) });
}
