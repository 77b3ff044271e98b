import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['vendor/'] },
  js.configs.recommended,
  {
    rules: {
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines-per-function': ['error', { max: 50, skipComments: true, skipBlankLines: true, IIFEs: true }],
    },
  },
  { files: ['js/**/*.js'], ignores: ['js/workers/**', 'js/worklets/**'], languageOptions: { globals: globals.browser } },
  { files: ['js/workers/**/*.js'], languageOptions: { globals: globals.worker } },
  { files: ['js/worklets/**/*.js'], languageOptions: { globals: globals.audioWorklet } },
  { files: ['sw.js'], languageOptions: { globals: globals.serviceworker } },
  // Pure: what stands in every engine, and nothing of the page.
  { files: ['js/dsp/**/*.js'], languageOptions: { globals: { ...globals.builtin, TextEncoder: 'readonly' } }, rules: { 'no-restricted-globals': ['error', 'window', 'document', 'fetch'] } },
  { files: ['*.mjs', '*.config.js', 'vendor-src/*.js'], languageOptions: { globals: globals.node } },
];
