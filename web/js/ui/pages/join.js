/** The code that other phones scan. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import * as api from '../../data/api.js';
import { learnFrom } from '../../data/access.js';
import { t, tx } from '../i18n.js';
import { AccessNotice } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Qr } from '../parts/qr.js';

/** @typedef {{ url: string, qr_svg: string, trust_url: string, addresses: string[] }} Invitation */

export function JoinPage() {
  const [invitation, setInvitation] = useState(/** @type {Invitation | null} */ (null));
  useEffect(() => { api.invitation().then(setInvitation, learnFrom); }, []);
  return html`
    <${Page} path="/join" title=${t('Join other phones')} state=${t('Scan this code with the phone\'s camera. Phone and computer must be on the same network.')}>
      <${AccessNotice} />
      ${invitation && html`<${Invite} ...${invitation} />`}
    <//>`;
}

/** @param {Invitation} props */
function Invite({ url, qr_svg, trust_url }) {
  const [copied, setCopied] = useState(false);
  const origin = new URL(url).origin;
  const copy = async () => {
    await navigator.clipboard.writeText(url);
    setCopied(true);
  };
  return html`
    <div class="columns">
      <${Qr} svg=${qr_svg} alt=${t('QR code that opens {address} and joins', { address: origin })} />
      <div class="stack">
        <p class="address">${origin}</p>
        <p>${t('The code carries the key to this room: who scans it can record and listen to clips. Do not post it.')}</p>
        <div class="card stack">
          <h2>${t('If the phone warns about the certificate')}</h2>
          <p>${tx('The computer makes its own certificate, so that it works without the internet. Let each phone trust it once: open {address} on the phone and follow the steps. Then the page also works while the computer is off.', { address: html`<a href=${trust_url}>${trust_url}</a>` })}</p>
        </div>
        ${navigator.clipboard && html`<div class="action"><button class="button primary" type="button" onClick=${copy}>${copied ? t('Copied') : t('Copy the link')}</button></div>`}
      </div>
    </div>`;
}
