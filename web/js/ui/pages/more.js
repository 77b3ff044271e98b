import { html } from '../../../vendor/preact.js';
import { doors } from '../app.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { QueueNotice } from '../parts/notices.js';
import { Page } from '../parts/page.js';

export const MorePage = () => html`
  <${Page} path="/more" title=${t('More')}>
    <${QueueNotice} />
    <ul class="card doors">
      ${doors().map((door) => html`<li><a href=${`#${door.path}`}><${Icon} name=${door.icon} /><strong>${door.name}</strong><span class="small quiet">${door.says}</span></a></li>`)}
    </ul>
  <//>`;
