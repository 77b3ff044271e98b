/** Deploy: the model on a phone, and on a board. */

import { html } from '../../../vendor/preact.js';
import { access } from '../../data/access.js';
import { remember } from '../../data/settings.js';
import { useStore } from '../../data/store.js';
import { t, tx } from '../i18n.js';
import { BundlePicker, bundleName, useBundle } from '../parts/bundle.js';
import { OnBoard } from '../parts/deploy/board.js';
import { PhoneCode } from '../parts/deploy/code.js';
import { Icon } from '../parts/icons.js';
import { AccessNotice, Welcome } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { useStyles } from '../parts/styles.js';
import { addressOf } from '../router.js';

export function DeployPage() {
  useStyles('css/deploy.css');
  const chosen = useBundle();
  const { state: door } = useStore(access);
  const { path, manifest, known } = chosen;
  return html`
    <${Page} path="/deploy" title=${t('Deploy')} state=${manifest && tx('Model {model}', { model: html`<strong>${bundleName({ path, manifest })}</strong>` })}>
      <${AccessNotice} />
      <${BundlePicker} ...${chosen} />
      ${known && !manifest && html`
        <${Welcome} picture="board" sentence=${t('A trained model runs on phones and boards. Train one first.')}><a class="button primary" href="#/train">${t('Train a model')}</a><//>`}
      ${manifest && html`
        ${door === 'joined' && html`
          <div class="columns">
            <${PhoneCode} path=${path} kind=${manifest.kind} />
            <${OnBoard} key=${path} path=${path} manifest=${manifest} />
          </div>`}
        <div class="action"><a class="button primary" href=${addressOf('/live', { bundle: path })} onClick=${() => remember({ bundle: path })}><${Icon} name="live" />${t('Try it on this device')}</a></div>`}
    <//>`;
}
