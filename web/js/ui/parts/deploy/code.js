/** A code that opens this very model on a phone. */

import { html, useEffect, useState } from '../../../../vendor/preact.js';
import { learnFrom } from '../../../data/access.js';
import { invitationTo } from '../../../data/deploy.js';
import { t, tx } from '../../i18n.js';
import { Qr } from '../qr.js';

/** @param {{ path: string, kind: string }} props */
export function PhoneCode({ path, kind }) {
  const [invitation, setInvitation] = useState(/** @type {import('../../../data/deploy.js').Invitation | null} */ (null));
  useEffect(() => { invitationTo(path).then(setInvitation, learnFrom); }, [path]);
  if (!invitation) return null;
  const { url, qr_svg, trust_url } = invitation;
  return html`
    <section class="card stack" aria-label=${t('On a phone')}>
      <h2>${t('On a phone')}</h2>
      <${Qr} svg=${qr_svg} alt=${t('QR code that opens this model on a phone at {address}', { address: new URL(url).origin })} />
      <p>${kind === 'vision'
        ? t('Scan it with the phone\'s camera. The phone opens this model, looks through its camera and shows each label with its score.')
        : t('Scan it with the phone\'s camera. The phone opens this model, listens, and shows each label with its score; the word that was heard turns bold.')}</p>
      <p class="small quiet">${t('The phone keeps the model: afterwards it works without this computer. The code carries the key to this room, so do not post it.')}</p>
      <details><summary>${t('If the phone warns about the certificate')}</summary>
        <p>${tx('Let the phone trust this computer once: open {address} on it and follow the steps.', { address: html`<a href=${trust_url}>${trust_url}</a>` })}</p></details>
    </section>`;
}
