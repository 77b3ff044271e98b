/** How the dots are laid out: the two directions in which clips differ most, at once; or neighbours beside neighbours, when asked. */

import { html, useEffect, useMemo, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { readMap } from '../../../data/explore.js';
import { layOut } from '../../../data/layout.js';
import { t } from '../../i18n.js';
import { announce } from '../announce.js';
import { Problem } from '../notices.js';
import { Choice } from './choice.js';

/** @typedef {{ of: string, ids: string[], x: Float32Array, y: Float32Array }} Laid */

/** @param {string} project @param {import('../../../data/explore.js').ClipMap} map */
export function useLayout(project, map) {
  const [kind, setKind] = useState(/** @type {'pca' | 'umap'} */ ('pca'));
  const [laid, setLaid] = useState(/** @type {Laid | null} */ (null));
  const [share, setShare] = useState(0);
  const [problem, setProblem] = useState('');
  const isLaid = laid !== null && laid.of === map.of && String(laid.ids) === String(map.ids);

  useEffect(() => {
    if (kind !== 'umap' || isLaid) return undefined;
    const controller = new AbortController();
    setShare(0);
    setProblem('');
    lay(project, map.of, setShare, controller.signal).then((found) => {
      setLaid(found);
      announce(t('The map is laid out.'));
    }, (error) => {
      if (controller.signal.aborted) return;
      learnFrom(error);
      setProblem(error instanceof Error ? error.message : String(error));
      setKind('pca');
    });
    return () => controller.abort();
  }, [kind, isLaid, map]);
  const points = useMemo(() => (kind === 'umap' && laid ? arranged(laid, map) : map), [kind, laid, map]);
  return {
    points,
    choice: html`<${Choice} name=${t('Layout')} value=${kind} options=${{ pca: 'PCA', umap: 'UMAP' }} onChange=${setKind} />`,
    progress: html`${problem && html`<${Problem} message=${problem} />`}${kind === 'umap' && !isLaid && html`<${Working} share=${share} onCancel=${() => setKind('pca')} />`}`,
    says: kind === 'pca' ? axes(map) : t('UMAP keeps neighbours together; how far apart two groups lie says little.'),
  };
}

/** @param {import('../../../data/explore.js').ClipMap} map */
function axes({ explained: [across, up] }) {
  const share = (/** @type {number} */ value) => Math.round(100 * value);
  return t('PCA: the two directions in which the clips differ most; they show {across} % and {up} % of all differences.', { across: share(across), up: share(up) });
}

/** @param {string} project @param {string} of @param {(share: number) => void} onProgress @param {AbortSignal} signal @returns {Promise<Laid>} */
async function lay(project, of, onProgress, signal) {
  const { ids, vectors } = await readMap(project, of, true);
  signal.throwIfAborted();
  return { of, ids, ...await layOut(/** @type {{ dimensions: number, data: string }} */ (vectors), onProgress, signal) };
}

/** Its dots in the map's order; what came since lies where the map has it, in the middle. @param {Laid} laid @param {import('../../../data/explore.js').ClipMap} map */
function arranged({ ids, x, y }, map) {
  const index = new Map(ids.map((id, i) => [id, i]));
  const at = (/** @type {Float32Array} */ values) => Float32Array.from(map.ids, (id) => values[index.get(id) ?? -1] ?? 0);
  return { x: at(x), y: at(y) };
}

/** @param {{ share: number, onCancel: () => void }} props */
const Working = ({ share, onCancel }) => html`
  <div class="notice">
    <p>${t('Laying out: {share} %. Until then the dots stay where they are.', { share: Math.round(100 * share) })}</p>
    <div class="bar" role="progressbar" aria-label=${t('Laying out')} aria-valuenow=${Math.round(100 * share)} aria-valuemin="0" aria-valuemax="100"><i style=${{ transform: `scaleX(${share})` }}></i></div>
    <button class="button" type="button" onClick=${onCancel}>${t('Cancel')}</button>
  </div>`;
