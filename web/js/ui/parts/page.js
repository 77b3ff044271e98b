/** The head of every page: where am I in the workflow, what is the state of my data. What to do next is its `.action`. */

import { html, useEffect, useRef } from '../../../vendor/preact.js';
import { t } from '../i18n.js';

/** The workflow in its order. `also`: pages that belong to a step. `bar`: its name in the bar of a phone, where it is there. */
export const steps = () => [
  { path: '/collect', also: ['/record', '/explore'], name: t('Collect data'), icon: 'collect' },
  { path: '/preprocess', name: t('Preprocess'), icon: 'preprocess' },
  { path: '/design', also: ['/search'], name: t('Design a model'), icon: 'design' },
  { path: '/train', bar: t('Train'), name: t('Train'), icon: 'train' },
  { path: '/evaluate', name: t('Evaluate'), icon: 'evaluate' },
  { path: '/optimize', name: t('Optimize'), icon: 'optimize' },
  { path: '/convert', name: t('Convert'), icon: 'convert' },
  { path: '/deploy', name: t('Deploy'), icon: 'deploy' },
  { path: '/live', bar: t('Live'), name: t('Make inferences'), icon: 'live' },
];

/** @typedef {ReturnType<typeof steps>[number]} Step */

/** Whether a page is a step or belongs to it. @param {Step} step @param {string} path */
export const isAt = (step, path) => step.path === path || Boolean(step.also?.includes(path));

/** @param {{ path: string, title: any, state?: any, children?: any }} props */
export function Page({ path, title, state, children }) {
  return html`
    <${steps().some((step) => isAt(step, path)) ? Steps : Crumbs} path=${path} title=${title} />
    <div class="head">
      <h1 tabindex="-1">${title}</h1>
      ${state && html`<p class="state numbers">${state}</p>`}
    </div>
    ${children}`;
}

/** On a phone the nine names stand in one line, and that of this page is in sight. @param {{ path: string }} props */
function Steps({ path }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const here = /** @type {HTMLElement | null | undefined} */ (list.current?.querySelector('[aria-current]'));
    if (list.current && here) list.current.scrollLeft = here.offsetLeft - (list.current.clientWidth - here.offsetWidth) / 2;
  }, [path]);
  return html`
    <nav aria-label=${t('Steps of the workflow')}>
      <ol class="steps" ref=${list}>
        ${steps().map((step) => html`<li><a href=${`#${step.path}`} aria-current=${isAt(step, path) ? 'step' : null}>${step.name}</a></li>`)}
      </ol>
    </nav>`;
}

/** @param {{ path: string, title: string }} props */
const Crumbs = ({ path, title }) => html`
  <nav aria-label=${t('Where you are')}>
    <ol class="steps">
      ${path !== '/more' && html`<li><a href="#/more">${t('More')}</a></li>`}
      <li aria-current="page">${title}</li>
    </ol>
  </nav>`;
