/** Loss and accuracy while it trains. The plotting library is fetched when there is something to plot. */

import { html, useEffect, useRef } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { colour } from './canvas.js';

const HEIGHT = 168;

/** @typedef {{ epoch: number, loss: number, accuracy: number, val_loss: number, val_accuracy: number }} Epoch */

/** @type {Promise<any> | undefined} */
let library;
function loadLibrary() {
  library ??= Promise.all([import('../../../vendor/uplot.js'), loadStyle('vendor/uplot.css')]).then(([module]) => module.default);
  return library;
}

/** @param {string} href @returns {Promise<void>} */
function loadStyle(href) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`${href} could not be loaded`));
    document.head.append(link);
  });
}

/** @param {{ epochs: Epoch[], best?: number }} props `best`: the epoch whose weights were kept */
export function Curves({ epochs, best }) {
  if (!epochs.length) return null;
  const x = epochs.map(({ epoch }) => epoch);
  return html`
    <div class="curves">
      <${Curve} title=${t('Accuracy')} range=${[0, 1]} best=${best} data=${[x, epochs.map((e) => e.accuracy), epochs.map((e) => e.val_accuracy)]} />
      <${Curve} title=${t('Loss')} range=${[0, null]} best=${best} data=${[x, epochs.map((e) => e.loss), epochs.map((e) => e.val_loss)]} />
    </div>`;
}

/** @param {{ title: string, range: (number | null)[], data: number[][], best?: number }} props */
function Curve({ title, range, data, best }) {
  const holder = useRef(/** @type {HTMLElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const latest = useRef(data);
  latest.current = data;
  const mark = useRef(best);
  mark.current = best;
  useEffect(() => {
    let gone = false;
    /** @type {ResizeObserver | undefined} */
    let observer;
    loadLibrary().then((UPlot) => {
      const element = holder.current;
      if (gone || !element) return;
      plot.current = new UPlot(options(title, range, element.clientWidth, mark), latest.current, element);
      observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
      observer.observe(element);
    });
    return () => {
      gone = true;
      observer?.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => { plot.current?.setData(data); }, [data, best]);
  const last = (/** @type {number[]} */ values) => values[values.length - 1]?.toFixed(2) ?? '–';
  return html`
    <figure>
      <figcaption class="spread small wrap"><strong>${title}</strong>
        <span class="numbers quiet"><i class="line"></i>${t('training')} ${last(data[1])} <i class="line dashed"></i>${t('validation')} ${last(data[2])}</span></figcaption>
      <div ref=${holder} role="img" aria-label=${t('{title}: training {training}, validation {validation}', { title, training: last(data[1]), validation: last(data[2]) })}></div>
    </figure>`;
}

/** A line through the epoch that was kept. @param {any} plot @param {number | undefined} epoch */
function drawMark({ ctx, bbox, valToPos }, epoch) {
  if (!epoch) return;
  const x = valToPos(epoch, 'x', true);
  ctx.save();
  ctx.strokeStyle = colour('--quiet');
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** @param {string} title @param {(number | null)[]} range @param {number} width @param {{ current: number | undefined }} mark */
function options(title, range, width, mark) {
  const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--sunk'), width: 1 }, ticks: { show: false }, font: '14px system-ui' };
  return {
    width, height: HEIGHT,
    legend: { show: false },
    hooks: { draw: [(/** @type {any} */ plot) => drawMark(plot, mark.current)] },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ max) => [range[0], range[1] ?? (max || 1)] } },
    axes: [{ ...axis, size: 32, incrs: [1, 2, 5, 10, 20, 50, 100] }, { ...axis, size: 48 }],
    series: [{}, { label: 'training', stroke: colour('--accent'), width: 2, points: { show: false } }, { label: 'validation', stroke: colour('--ink'), width: 2, dash: [6, 4], points: { show: false } }],
  };
}
