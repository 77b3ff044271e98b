/** The tour's card above a step of the workflow: what happens here, what to try, and the way on. */

import { html } from '../../../vendor/preact.js';
import { remember } from '../../data/settings.js';
import { t } from '../i18n.js';
import { isAt, steps } from './page.js';
import { useStyles } from './styles.js';

/** What to see and to try, in the order of the steps. */
const says = () => [
  t('Every model begins with examples. Here are words by many synthetic voices, each with its picture. Play a few, and look at how they are shared out among training, validation and test.'),
  t('A network does not hear sound. See how a clip becomes a small picture of numbers, step by step, and move a slider to see what changes.'),
  t('Choose what the network is made of. Before anything is trained you see whether it fits the board, and how long it will think.'),
  t('Press Train. The curves show the loss going down; validation tells whether it learns the words or only these clips. It takes about a minute.'),
  t('How good is it, on voices that it has never heard? Tap a cell of the confusion matrix and listen to the mistakes.'),
  t('int8 makes the model four times smaller. See what that does to the weights and to the accuracy.'),
  t('The same model for the browser, for TensorFlow Lite Micro, and as plain C++. Each one is checked against the others.'),
  t('Does it fit the board? Scan the code to open this very model on a phone, or flash it.'),
  t('Open the microphone and say yes or no. Everything happens on this device.'),
];

/** @param {{ path: string }} props */
export function Tour({ path }) {
  useStyles('css/learn.css');
  const all = steps();
  const at = all.findIndex((step) => isAt(step, path));
  const end = () => remember({ tour: false });
  if (at < 0) return null;
  return html`
    <section class="tour" aria-label=${t('Tour')}>
      <p><strong>${t('Step {n} of {of}: {name}', { n: at + 1, of: all.length, name: all[at].name })}</strong></p>
      <p>${says()[at]}</p>
      <div class="row wrap">
        ${at > 0 && html`<a class="button" href=${`#${all[at - 1].path}`}>${t('Back')}</a>`}
        ${at < all.length - 1 && html`<a class="button" href=${`#${all[at + 1].path}`}>${t('Next: {title}', { title: all[at + 1].name })}</a>`}
        <button class="button bare" type="button" onClick=${end}>${at < all.length - 1 ? t('End the tour') : t('That was the tour')}</button>
      </div>
    </section>`;
}
