/** The words of what the server calls by a name. */

import { t } from '../../i18n.js';

/** @returns {Record<string, string>} */
export const splitNames = () => ({ train: t('training'), validation: t('validation'), test: t('test') });

/** @returns {Record<string, string>} */
export const verdictNames = () => ({ fine: t('fine'), silent: t('silent'), clipped: t('too loud'), 'cut off': t('cut off') });

/** @returns {Record<string, string>} */
export const sourceNames = () => ({ microphone: t('phone\'s microphone'), board: t('board'), import: t('imported'), file: t('imported'), camera: t('camera'), live: t('corrected on Live'), upload: t('uploaded') });

/** What clips are split by, as in "split by speaker". @returns {Record<string, string>} */
export const splitByNames = () => ({
  speaker: t('All clips of a person are in the same split.'),
  session: t('All clips of one recording session are in the same split.'),
  clip: t('Clips are split one by one: there are too few people or sessions to keep them apart.'),
  burst: t('All photos of a burst are in the same split.'),
});
