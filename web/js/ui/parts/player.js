/** Plays one clip at a time. */

import { html, useEffect, useState } from '../../../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from './icons.js';

/** @type {(() => void) | null} */
let stopCurrent = null;

/** @param {{ wav: () => BlobPart | Promise<BlobPart>, name: string }} props `wav` is asked for the bytes when they are wanted */
export function PlayButton({ wav, name }) {
  const [audio, setAudio] = useState(/** @type {HTMLAudioElement | null} */ (null));
  useEffect(() => () => audio?.pause(), [audio]);

  async function play() {
    stopCurrent?.();
    const address = URL.createObjectURL(new Blob([await wav()], { type: 'audio/wav' }));
    const player = new Audio(address);
    const done = () => {
      player.pause();
      URL.revokeObjectURL(address);
      setAudio(null);
      if (stopCurrent === done) stopCurrent = null;
    };
    stopCurrent = done;
    player.onended = done;
    player.onerror = done;
    setAudio(player);
    await player.play();
  }

  return html`
    <button class="button" type="button" onClick=${audio ? stopCurrent : play} aria-label=${audio ? t('Stop {name}', { name }) : t('Play {name}', { name })}>
      <${Icon} name=${audio ? 'stop' : 'play'} />${audio ? t('Stop') : t('Play')}
    </button>`;
}
