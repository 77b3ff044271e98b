/** A label has one colour, the same on every page. */

import { html } from '../../../vendor/preact.js';
import { RESERVED } from '../../data/project.js';
import { settings } from '../../data/settings.js';

const N_COLOURS = 7;

/**
 * @param {string} label
 * @param {string} project
 * @param {string[]} labels of the bundle or project at hand, for a project that this phone does not know
 * @returns {string} a CSS colour
 */
export function labelColour(label, project, labels) {
  if (RESERVED.includes(label)) return 'var(--label-unknown)';
  const order = [...new Set([...(settings.value.labels[project] ?? []), ...labels])].filter((other) => !RESERVED.includes(other));
  return `var(--label-${order.indexOf(label) % N_COLOURS})`;
}

/** @param {{ label: string, project: string, labels: string[] }} props */
export const Dot = ({ label, project, labels }) => html`
  <i class="dot" style=${{ background: labelColour(label, project, labels) }}></i>`;
