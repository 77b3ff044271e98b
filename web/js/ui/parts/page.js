/** The head of every page: where am I in the workflow, what is the state of my data. What to do next is its `.action`. */

import { html } from '../../../vendor/preact.js';

/** The steps of the workflow that have a page. */
export const STEPS = [
  { path: '/record', name: 'Collect data', short: 'Record', icon: 'record' },
  { path: '/train', name: 'Train and evaluate', crumb: 'Train', short: 'Train', icon: 'train' },
  { path: '/live', name: 'Make inferences', short: 'Live', icon: 'live' },
];

/** @param {{ path: string, title: any, state?: any, children?: any }} props */
export function Page({ path, title, state, children }) {
  return html`
    <${STEPS.some((step) => step.path === path) ? Steps : Crumbs} path=${path} title=${title} />
    <div class="head">
      <h1 tabindex="-1">${title}</h1>
      ${state && html`<p class="state numbers">${state}</p>`}
    </div>
    ${children}`;
}

/** @param {{ path: string }} props */
const Steps = ({ path }) => html`
  <nav aria-label="Steps of the workflow">
    <ol class="steps">
      ${STEPS.map((step) => html`<li><a href=${`#${step.path}`} aria-current=${step.path === path ? 'step' : null}>${step.crumb ?? step.name}</a></li>`)}
    </ol>
  </nav>`;

/** @param {{ path: string, title: string }} props */
const Crumbs = ({ path, title }) => html`
  <nav aria-label="Where you are">
    <ol class="steps">
      ${path !== '/more' && html`<li><a href="#/more">More</a></li>`}
      <li aria-current="page">${title}</li>
    </ol>
  </nav>`;
