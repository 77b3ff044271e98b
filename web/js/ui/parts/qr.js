/** A QR code, as the server draws it. */

import { html } from '../../../vendor/preact.js';

/** @param {{ svg: string, alt: string }} props */
export function Qr({ svg, alt }) {
  // As a picture of its own, SVG must name its namespace; as a part of HTML, which it was made for, it need not.
  const picture = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg');
  const text = new XMLSerializer().serializeToString(/** @type {Node} */ (picture));
  return html`<img class="qr" src=${`data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`} alt=${alt} />`;
}
