/** What cannot be chosen here, and why. */

import { html } from '../../../../vendor/preact.js';
import { t } from '../../i18n.js';

/** @returns {{ name: string, why: string }[]} */
const conventions = () => [
  { name: t('Sample rate: 16,000 Hz'), why: t('Clips are stored so, and boards record so. It holds frequencies up to 8,000 Hz: all of speech that matters.') },
  { name: t('Window: Hann, periodic'), why: t('The symmetric one of other programs moves coefficients by up to 0.33, and the model would see other numbers than it learned from.') },
  { name: t('Spectrum: power'), why: t('The square of the magnitude. On a logarithmic scale the two differ by about a factor of two.') },
  { name: t('Mel scale: HTK, triangles as high as 1'), why: t('Others bend at 1,000 Hz or make every triangle equal in area. Either is as good; three languages must agree on one.') },
  { name: t('Logarithm: natural'), why: t('Decibels would be 4.34 times as large, and nothing else.') },
  { name: t('Cosine transform: DCT-II, orthonormal'), why: t('Without the norm of its first row, coefficient 0 would be off by as much as 35.') },
];

export const Fixed = () => html`
  <section class="card stack" aria-labelledby="fixed">
    <h2 id="fixed">${t('What is fixed')}</h2>
    <p>${t('Python trains, the browser listens and the board listens with the same numbers. What all three do in one way is a convention, and cannot be moved.')}</p>
    <details><summary>${t('The conventions, and why')}</summary>
      <dl class="stack">${conventions().map(({ name, why }) => html`<div><dt><strong>${name}</strong></dt><dd>${why}</dd></div>`)}</dl></details>
    <details><summary>${t('Normalisation and noise reduction: not here')}</summary>
      <p>${t('The first layer of the network scales each coefficient to the same spread, with what it has measured on the training clips: exact in int8, and nothing that a board lacks. Scaling each clip by itself would have to wait until the clip has ended, and a stream has no end.')}</p>
      <p>${t('Noise reduction would have to give the same numbers in Python, in the browser and on the board, and it takes away what training with noise makes use of. So training mixes noise into the clips instead.')}</p></details>
  </section>`;
