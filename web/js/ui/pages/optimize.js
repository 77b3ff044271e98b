/** Optimize: what int8 costs and saves, layer by layer and number by number. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { readWeights } from '../../data/evaluate.js';
import { settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tx } from '../i18n.js';
import { BundlePicker, useBundle } from '../parts/bundle.js';
import { FloatAndInt8 } from '../parts/evaluate/compare.js';
import { KnownNetworks } from '../parts/evaluate/known.js';
import { Layers } from '../parts/evaluate/layers.js';
import { OneNumber } from '../parts/evaluate/passage.js';
import { Icon } from '../parts/icons.js';
import { AccessNotice, Problem, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { sizeOf } from '../parts/size.js';
import { useStyles } from '../parts/styles.js';
import { addressOf } from '../router.js';

/** @typedef {import('../../data/evaluate.js').Weights} Weights */

export function OptimizePage() {
  useStyles('css/evaluate.css');
  const { project } = useStore(settings);
  const chosen = useBundle();
  const { manifest, path, known } = chosen;
  return html`
    <${Page} path="/optimize" title=${t('Optimize')} state=${manifest ? html`<${State} manifest=${manifest} />` : tx('Project {name}', { name: html`<strong>${project}</strong>` })}>
      <${AccessNotice} />
      ${known && !manifest && html`<${Welcome} sentence=${t('Train a model; then this page shows what its numbers become when they are rounded to 256 steps.')}><a class="button primary" href="#/train">${t('Train')}</a><//>`}
      <${BundlePicker} ...${chosen} />
      ${manifest?.kind === 'speech' && html`<${Rounded} key=${path} path=${path} manifest=${manifest} />`}
      ${manifest?.kind === 'vision' && html`<${OfPhotos} path=${path} />`}
    <//>`;
}

/** @param {{ manifest: Record<string, any> }} props */
function State({ manifest }) {
  return tx('Project {name}: a model of {n} parameters in {size}', { name: html`<strong>${manifest.project}</strong>`, n: manifest.model.parameters, size: sizeOf(manifest) });
}

/** @param {{ path: string, manifest: Record<string, any> }} props */
function Rounded({ path, manifest }) {
  const kept = 'weights.json' in manifest.files;
  const [weights, setWeights] = useState(/** @type {Weights | null} */ (null));
  const [problem, setProblem] = useState('');
  const load = () => {
    setProblem('');
    if (kept) readWeights(path).then(setWeights, (error) => setProblem(error.message));
  };
  useEffect(load, [path]);
  return html`
    <div class="columns">
      <${FloatAndInt8} manifest=${manifest} />
      <${OneNumber} manifest=${manifest} weights=${weights} />
    </div>
    ${problem && html`<${Problem} message=${problem} onRetry=${load} />`}
    ${!kept && html`<p class="notice">${t('This model was made before its weights were described, so its layers cannot be shown. Train again for them.')}</p>`}
    ${weights && weights.layers.length > 0 && html`<${Layers} layers=${weights.layers} />`}
    <${KnownNetworks} />
    <div class="action"><a class="button primary" href=${addressOf('/convert', { bundle: path })}><${Icon} name="convert" />${t('Convert')}</a></div>`;
}

/** @param {{ path: string }} props */
const OfPhotos = ({ path }) => html`
  <p class="card">${tx('No board here runs a network for photos, so there is no int8 of it: phones compute in float, and only its file holds rounded weights. {next}', { next: html`<a href=${addressOf('/live', { bundle: path })}>${t('Go on to what it sees.')}</a>` })}</p>
  <${KnownNetworks} />
  <div class="action"><a class="button primary" href=${addressOf('/live', { bundle: path })}><${Icon} name="live" />${t('Try it live')}</a></div>`;
