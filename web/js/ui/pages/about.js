import { html } from '../../../vendor/preact.js';
import { remember, settings } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { LANGUAGES, spoken, t, tx } from '../i18n.js';
import { Chips } from '../parts/chips.js';
import { Page } from '../parts/page.js';

/** Every sentence changes, so the page begins anew. @param {string} language */
function speak(language) {
  remember({ language });
  location.reload();
}

/** Consent can be given here, and taken back. */
function Corrections() {
  const { corrects } = useStore(settings);
  return html`
    <label class="row switch"><input type="checkbox" role="switch" checked=${corrects === true} onChange=${(/** @type {any} */ event) => remember({ corrects: event.target.checked })} />
      ${t('Keep what I correct on Live')}</label>
    <p class="small quiet">${tx('Those kept before are clips like all others: {collect} shows them by their source, and deletes them.', { collect: html`<a href="#/collect">${t('Collect data')}</a>` })}</p>`;
}

export const AboutPage = () => html`
  <${Page} path="/about" title=${t('About and privacy')}>
    <${Chips} name="language" legend=${t('Language of these pages')} value=${spoken()} onChange=${speak}
      options=${Object.entries(LANGUAGES).map(([value, name]) => ({ value, content: html`<span lang=${value}>${name}</span>` }))} />
    <div class="columns">
      <section class="card stack">
        <h2>${t('What it is')}</h2>
        <p>${t('Nestling raises tiny models. Record words here, train on your own computer, and the same small model answers in this browser.')}</p>
        <p>${t('The workflow has nine steps: collect data, preprocess, design a model, train, evaluate, optimize, convert, deploy, make inferences.')}</p>
        <h2>${t('Words of the field')}</h2>
        <p>${tx('{term}: a few numbers for each hundredth of a second that say how a sound is coloured. The model sees these, not the sound.', { term: html`<strong>MFCC</strong>` })}</p>
        <p>${tx('{term}: the model with its numbers rounded to 256 steps, so that it fits on a microcontroller.', { term: html`<strong>int8</strong>` })}</p>
        <p>${tx('{term}: what was said, row by row, against what the model heard, column by column.', { term: html`<strong>${t('Confusion matrix')}</strong>` })}</p>
      </section>
      <section class="card stack">
        <h2>${t('Where your voice and your photos stay')}</h2>
        <p>${t('Clips go from this phone to the computer that runs Nestling, and nowhere else. No account, no cloud, no internet needed.')}</p>
        <p>${t('A clip waits on this phone until the computer has stored it. Then it is only there. Delete it and it is gone: at once from every page, for good after ten minutes, in which it can be had back.')}</p>
        <p>${t('Live listens on this phone alone: what the microphone hears there is not stored and not sent, but for the two seconds of each correction, where you have allowed that.')}</p>
        <${Corrections} />
        <p>${t('Camera looks on this phone alone, too. The photo is not stored; the list of things found stays here until it is deleted.')}</p>
        <h2>${t('Credits')}</h2>
        <p>${t('The model that comes with Nestling was trained on Speech Commands by Pete Warden, CC BY 4.0 (arXiv:1804.03209). The camera\'s is EfficientNet-Lite0 by Google with its ImageNet weights, Apache-2.0. Label colours: Okabe and Ito.')}</p>
      </section>
    </div>
  <//>`;
