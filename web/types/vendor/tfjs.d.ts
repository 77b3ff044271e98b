export { loadGraphModel } from '@tensorflow/tfjs-converter';
export { getBackend, io, memory, ready, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
