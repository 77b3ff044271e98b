// What the worker and the training pipeline need of TF.js; `build.mjs` bundles it into vendor/tfjs.js.
import { env } from '@tensorflow/tfjs-core';

// Threads would need blob workers, which the page's content security policy forbids; tiny models do not gain by them.
env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

export { loadGraphModel } from '@tensorflow/tfjs-converter';
export { getBackend, io, memory, ready, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
