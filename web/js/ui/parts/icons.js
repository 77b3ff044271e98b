/** Our own line drawings, 24 by 24. */

import { html } from '../../../vendor/preact.js';

/** @type {Record<string, string>} */
const PATHS = {
  record: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11v1a7 7 0 0 0 14 0v-1M12 19v3',
  train: 'M4 20V4M4 20h16M7 8c3 0 3 8 6 8 3 0 3-1 7-1',
  live: 'M3 12h3l2-6 3 12 3-9 2 5 1-2h4',
  board: 'M7 4h10v16H7zM10 4V2h4v2M10 10h4v4h-4zM4 8h3M4 12h3M4 16h3M17 8h3M17 12h3M17 16h3',
  more: 'M4 7h16M4 12h16M4 17h16',
  check: 'M4 13l5 5L20 6',
  join: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 20h2',
  projects: 'M3 6h7l2 3h9v10H3z',
  about: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5v.1',
  play: 'M7 4l13 8-13 8z',
  stop: 'M6 6h12v12H6z',
  add: 'M12 5v14M5 12h14',
  photo: 'M4 7h4l2-3h4l2 3h4v12H4zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  gallery: 'M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 6M15.5 8.5v.1',
  turn: 'M4 11a8 8 0 0 1 14-5l2 2M20 3v5h-5M20 13a8 8 0 0 1-14 5l-2-2M4 21v-5h5',
  translate: 'M3 4h12v9H8l-4 3v-3H3zM7 7h4M15 10h6v8h-1v3l-4-3h-5v-2',
  speak: 'M4 9h3l5-4v14l-5-4H4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  torch: 'M8 2h8v4l-2 4v12h-4V10L8 6zM8 6h8M12 13v2',
  hold: 'M8 5v14M16 5v14',
  remove: 'M6 6l12 12M18 6L6 18',
  collect: 'M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 16h7M16.5 12.5v7',
  explore: 'M5 18v.1M8 12v.1M12 16v.1M11 7v.1M15 11v.1M18 6v.1M19 15v.1M15 18v.1M6 6v.1',
  preprocess: 'M4 20V10M8 20V5M12 20v-8M16 20V8M20 20v-4',
  design: 'M5 5v14M12 4v16M19 8v8M5 8l7-2M5 16l7 2M12 8l7 2M12 16l7-2',
  evaluate: 'M4 4h16v16H4zM4 12h16M12 4v16M7 8h2M15 16h2',
  optimize: 'M4 8h4v8M8 16H4M12 20h8V4h-8zM12 9h8M12 14h8',
  convert: 'M4 8h14l-3-3M20 16H6l3 3',
  deploy: 'M12 3v10M8 9l4 4 4-4M5 13v7h14v-7',
  search: 'M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM14.5 14.5L20 20',
  learn: 'M12 5L2 9l10 4 10-4zM6 11v5c3 3 9 3 12 0v-5M22 9v6',
  kernel: 'M4 4h16v16H4zM4 9.33h16M4 14.67h16M9.33 4v16M14.67 4v16',
};

/** @param {{ name: string }} props */
export const Icon = ({ name }) => html`
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;
