/** A long list of cards of which only those on the screen are in the document, so that ten thousand scroll as ten do. */

import { html, useEffect, useLayoutEffect, useRef, useState } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';
import { Card } from './card.js';

/** @typedef {import('../../../data/explore.js').Clip} Clip */

const GAP = 12; // CSS pixels, as --space-3
const MIN_WIDTH = 216; // of a card
const HEIGHTS = { speech: 256, vision: 300 }; // of a card; css/collect.css holds the same
const AHEAD = 2; // rows above and below the screen

/** @typedef {{ columns: number, first: number, last: number }} Range  rows, the last not included */

/** @param {HTMLElement | null} box @param {number} n @param {number} rowHeight @returns {Range} */
function rangeOf(box, n, rowHeight) {
  if (!box) return { columns: 1, first: 0, last: 4 };
  const { top, width } = box.getBoundingClientRect();
  const columns = Math.max(1, Math.floor((width + GAP) / (MIN_WIDTH + GAP)));
  const rows = Math.ceil(n / columns);
  const first = Math.floor(-top / rowHeight) - AHEAD;
  const last = Math.ceil((innerHeight - top) / rowHeight) + AHEAD;
  return { columns, first: Math.max(0, Math.min(first, rows)), last: Math.max(0, Math.min(last, rows)) };
}

/**
 * @param {{ list: import('../../../data/collect.js').ClipList, kind: import('../../../data/api.js').Kind, chosen: (id: string) => boolean,
 *   onChoose: (clip: Clip, isChosen: boolean) => void, onOpen: (clip: Clip) => void, onProblem: (message: string) => void }} props
 */
export function Grid({ list, kind, chosen, onChoose, onOpen, onProblem }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const rowHeight = HEIGHTS[kind] + GAP;
  const n = list.n ?? 0;
  const [range, setRange] = useState(rangeOf(null, n, rowHeight));
  useLayoutEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const next = rangeOf(box.current, n, rowHeight);
      setRange((/** @type {Range} */ before) => (String(Object.values(before)) === String(Object.values(next)) ? before : next));
    };
    const later = () => { frame ||= requestAnimationFrame(look); };
    look();
    addEventListener('scroll', later, { passive: true });
    const observer = new ResizeObserver(later);
    observer.observe(/** @type {HTMLElement} */ (box.current));
    observer.observe(document.body); // what stands above may have grown
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later);
      observer.disconnect();
    };
  }, [list, n, rowHeight]);
  useEffect(() => { list.load(Math.min(n || 1, range.last * range.columns) - 1); }, [list, n, range.last, range.columns]);

  const { columns } = range;
  const indices = Array.from({ length: Math.max(0, (range.last - range.first) * columns) }, (_, i) => range.first * columns + i).filter((i) => i < n);
  return html`
    <ul class="grid" ref=${box} aria-label=${kind === 'vision' ? t('Photos') : t('Clips')} style=${{ height: `${Math.max(0, Math.ceil(n / columns) * rowHeight - GAP)}px` }}>
      ${indices.map((i) => {
        const clip = list.clips[i];
        const place = { width: `calc((100% - ${(columns - 1) * GAP}px) / ${columns})`, left: `calc((100% + ${GAP}px) / ${columns} * ${i % columns})`, top: `${Math.floor(i / columns) * rowHeight}px` };
        return html`
          <li key=${clip?.id ?? i} class=${kind} style=${place} aria-setsize=${n} aria-posinset=${i + 1}>
            ${clip && html`<${Card} clip=${clip} isChosen=${chosen(clip.id)} onChoose=${(/** @type {boolean} */ is) => onChoose(clip, is)} onOpen=${() => onOpen(clip)} onProblem=${onProblem} />`}
          </li>`;
      })}
    </ul>`;
}
