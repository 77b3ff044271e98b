/** The Thing Translator: point the phone at a thing, see and hear its name in another language. */

import { html, useEffect, useMemo, useState } from '../../../vendor/preact.js';
import * as finds from '../../data/found.js';
import { remember } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { hush } from '../../data/voice.js';
import { t, tn, tx } from '../i18n.js';
import { announce } from '../parts/announce.js';
import { ChoosePhotos } from '../parts/choose.js';
import { FoundList } from '../parts/found.js';
import { Icon } from '../parts/icons.js';
import { InsecureNotice, Problem } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { ClosedFinder, Still, Viewfinder, useCamera } from '../parts/viewfinder.js';
import { GuessList, LanguageSelect, Questions, Word, useLanguages, useVoice } from '../parts/word.js';
import { addressOf } from '../router.js';
import { Translator, UNSURE } from '../translator.js';

/** @typedef {import('../translator.js').Sight} Sight */
/** @typedef {ReturnType<typeof useCamera>} Finder */

export function CameraPage() {
  const translator = useMemo(() => new Translator(), []);
  const finder = useCamera({ atOnce: false });
  const sight = useStore(translator.state);
  useEffect(() => {
    translator.load();
    return () => {
      translator.close();
      hush();
    };
  }, []);
  useEffect(() => translator.use(finder.camera), [finder.camera]);
  useFiles((file) => translator.look(file));
  const problem = finder.problem || sight.problem;
  return html`
    <${Page} path="/camera" title=${t('Thing Translator')} state=${stateOf(sight, useStore(finds.found).length)}>
      <${InsecureNotice} kind="vision" />
      ${problem && html`<${Problem} message=${problem} onRetry=${sight.model === 'missing' ? () => translator.load() : undefined} />`}
      <div class="columns flat">
        <div class="stack desk">
          <${Picture} translator=${translator} finder=${finder} sight=${sight} />
          ${sight.note && html`<p class="small">${sight.note}</p>`}
          <${Actions} translator=${translator} finder=${finder} sight=${sight} />
        </div>
        <div class="stack">
          <${Answer} translator=${translator} sight=${sight} isOpen=${Boolean(finder.camera)} />
          <${Wishes} />
          <${FoundList} />
          <${WaysOn} />
        </div>
      </div>
    <//>`;
}

/** @param {Sight} sight @param {number} nFound */
function stateOf({ model, loaded }, nFound) {
  if (model === 'loading') return loaded < 1 ? tx('The model comes to this phone: {share}', { share: html`<strong>${Math.floor(100 * loaded)} %</strong>` }) : t('The model starts.');
  if (model === 'missing') return t('The model is not here.');
  return nFound ? tn(nFound, '{n} thing found so far', '{n} things found so far') : t('Ready, with or without the computer');
}

/** Photos that are pasted or dropped, anywhere on the page. @param {(file: File) => void} take */
function useFiles(take) {
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const takeFirst = (/** @type {Event} */ event, /** @type {FileList | undefined} */ files) => {
      if (!files?.length) return;
      event.preventDefault();
      take(files[0]);
    };
    addEventListener('dragover', (event) => event.preventDefault(), { signal });
    addEventListener('drop', (event) => takeFirst(event, event.dataTransfer?.files), { signal });
    addEventListener('paste', (event) => takeFirst(event, event.clipboardData?.files), { signal });
    return () => listening.abort();
  }, []);
}

/** @param {{ translator: Translator, finder: Finder, sight: Sight }} props a tap holds the picture, another one lets it go */
function Picture({ translator, finder: { camera, busy, turn }, sight: { picture } }) {
  const still = picture && html`<${Still} photo=${picture} mirrored=${camera?.facing === 'user'} />`;
  const tap = () => (picture ? translator.goOn() : translator.freeze());
  const change = async () => {
    await turn();
    translator.turned();
  };
  return html`
    <div class="finder">
      <div onClick=${camera ? tap : undefined}>
        ${camera && html`<${Viewfinder} camera=${camera} name=${t('What the camera sees')}>${still}<i class="looked-at"></i><//>`}
        ${!camera && picture && html`<div class="viewfinder">${still}<i class="looked-at"></i></div>`}
        ${!camera && !picture && html`<${ClosedFinder} says=${t('Point it at a thing and read its name in another language.')} />`}
      </div>
      ${camera && !picture && html`
        <div class="over">
          ${camera.hasTorch && html`<${Torch} camera=${camera} />`}
          ${camera.canSwitch && html`<button class="button" type="button" disabled=${busy} aria-label=${t('Switch camera')} title=${t('Switch camera')} onClick=${change}><${Icon} name="turn" /></button>`}
        </div>`}
    </div>`;
}

/** @param {{ camera: import('../../camera/camera.js').Camera }} props */
function Torch({ camera }) {
  const [on, setOn] = useState(false);
  const light = () => camera.torch(!on).then(() => setOn(!on), () => setOn(false));
  return html`<button class="button" type="button" aria-label=${t('Torch')} title=${t('Torch')} aria-pressed=${on} onClick=${light}><${Icon} name="torch" /></button>`;
}

/** @param {{ translator: Translator, finder: Finder, sight: Sight }} props */
function Actions({ translator, finder: { camera, busy, open }, sight: { picture } }) {
  const start = () => {
    if (picture) translator.goOn();
    return open();
  };
  return html`
    <div class="action">
      ${!camera && html`<button class="button primary" type="button" disabled=${busy || !isSecureContext} onClick=${start}><${Icon} name="photo" />${t('Open camera')}</button>`}
      ${camera && !picture && html`<button class="button primary" type="button" disabled=${busy} onClick=${() => translator.freeze()}><${Icon} name="hold" />${t('Freeze')}</button>`}
      ${camera && picture && html`<button class="button primary" type="button" onClick=${() => translator.goOn()}><${Icon} name="play" />${t('Go on')}</button>`}
      <${ChoosePhotos} name=${t('Choose a photo')} short=${t('Choose')} small onChoose=${(/** @type {File[]} */ [file]) => translator.look(file)} />
    </div>`;
}

/** @param {{ translator: Translator, sight: Sight, isOpen: boolean }} props */
function Answer({ translator, sight, isOpen }) {
  const { model, loaded, guesses, questions, chosen, picture, time } = sight;
  const { language } = useLanguages();
  const { silence, say, forget } = useVoice();
  const shown = chosen ?? (guesses[0]?.score >= UNSURE ? guesses[0] : null);
  const row = shown && translator.rows[shown.index];
  useEffect(forget, [language]);
  useFound(translator, sight, say);
  return html`
    <${Word} row=${row} silence=${silence} onSpeak=${() => row && say(row[language], language)}>
      ${guesses.length > 0
        ? html`<${Questions} guesses=${questions} rows=${translator.rows} onChoose=${(/** @type {any} */ guess) => translator.choose(guess)} />`
        : html`<p class="quiet waits">${waitsFor(model, isOpen || Boolean(picture))}</p>`}
      ${model === 'loading' && html`<div class="bar"><i style=${{ transform: `scaleX(${loaded})` }}></i></div>`}
    <//>
    ${row && guesses.length > 0 && html`<${GuessList} guesses=${guesses} rows=${translator.rows} />`}
    <div class="small quiet numbers">
      <p>${t('Nothing is uploaded: the photo stays on this phone.')}</p>
      ${time && html`<p>${t('One look takes {total} ms (resize {resize}, network {network}, {backend}).', { total: Math.round(time.resize_ms + time.inference_ms), resize: Math.round(time.resize_ms), network: Math.round(time.inference_ms), backend: time.backend })}</p>`}
    </div>`;
}

/** @param {Sight['model']} model @param {boolean} isLooking */
function waitsFor(model, isLooking) {
  if (model === 'loading') return t('The model has 5 MB and comes once; then it works without the computer.');
  if (model === 'missing') return t('Without its model, the camera only shows what it sees.');
  return isLooking ? t('Looking.') : t('The name will stand here.');
}

/** What is found is noted, told to a screen reader, and spoken where that is wished. @param {Translator} translator @param {Sight} sight @param {(text: string, language: string) => unknown} say */
function useFound(translator, { found }, say) {
  const { language, own, speaks } = useLanguages();
  useEffect(() => {
    if (!found) return;
    const row = translator.rows[found.index];
    finds.add({ word: row[language], language, name: row[own], own });
    if (speaks) say(row[language], language);
    else announce(`${row[language]}, ${row[own]}`);
  }, [found]);
}

const WaysOn = () => html`
  <ul class="card doors" aria-label=${t('Ways on')}>
    <li><a href=${addressOf('/record', { kind: 'vision' })}><${Icon} name="photo" /><strong>${t('Teach it your own things')}</strong><span class="small quiet">${t('Take photos, train, and see it live: twenty of each thing, half a minute.')}</span></a></li>
    <li><a href="#/kernels"><${Icon} name="kernel" /><strong>${t('How it sees')}</strong><span class="small quiet">${t('Kernels that you can change, and the features that the network found.')}</span></a></li>
  </ul>`;

/** How the page should behave, for good. */
function Wishes() {
  const { own, speaks } = useLanguages();
  return html`
    <details>
      <summary>${t('Your language and the voice')}</summary>
      <div class="stack">
        <${LanguageSelect} legend=${t('Your own language')} value=${own} onChange=${(/** @type {string} */ code) => remember({ own: code })} />
        <label class="row switch"><input type="checkbox" role="switch" checked=${speaks} onChange=${(/** @type {any} */ event) => remember({ speaks: event.target.checked })} />${t('Speak by itself')}</label>
      </div>
    </details>`;
}
