/** Convert: the same model in every form that a phone, a board or a program takes. */

import { html } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { BundlePicker, useBundle } from '../parts/bundle.js';
import { Checks } from '../parts/deploy/checks.js';
import { Forms } from '../parts/deploy/forms.js';
import { millions, size } from '../parts/deploy/sizes.js';
import { Icon } from '../parts/icons.js';
import { AccessNotice, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { useStyles } from '../parts/styles.js';
import { addressOf } from '../router.js';

export function ConvertPage() {
  useStyles('css/deploy.css');
  const chosen = useBundle();
  const { path, manifest, known } = chosen;
  return html`
    <${Page} path="/convert" title=${t('Convert')} state=${manifest && state(manifest)}>
      <${AccessNotice} />
      <${BundlePicker} ...${chosen} />
      ${known && !manifest && html`
        <${Welcome} sentence=${t('A trained model comes in six forms, for phones, boards and programs. Train one first.')}>
          <a class="button primary" href="#/train">${t('Train a model')}</a><//>`}
      ${manifest && html`
        ${manifest.kind === 'vision' && html`
          <p>${t('A model for photos comes as TF.js and Keras. No board here runs it: its network has {n} million numbers, and a board has room for some hundred thousand.', { n: millions(manifest.model.parameters) })}</p>`}
        <${Forms} path=${path} manifest=${manifest} />
        <${Checks} manifest=${manifest} />
        <div class="action"><a class="button primary" href=${addressOf('/deploy', { bundle: path })}><${Icon} name="deploy" />${t('Deploy this model')}</a></div>`}
    <//>`;
}

/** @param {Record<string, any>} manifest */
function state({ files, model }) {
  const int8 = files['model_int8.tflite'];
  const keras = files['model.keras'];
  if (int8) return t('From {float} in Keras to {int8} for the board', { float: size(keras.bytes), int8: size(int8.bytes) });
  return t('{n} million numbers in the network', { n: millions(model.parameters) });
}
