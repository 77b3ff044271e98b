// What TF.js takes from Node's `util`, from what every engine has.
const { TextDecoder, TextEncoder } = globalThis;

const types = {
  isFloat32Array: (value) => value instanceof Float32Array,
  isInt32Array: (value) => value instanceof Int32Array,
  isUint8Array: (value) => value instanceof Uint8Array,
  isUint8ClampedArray: (value) => value instanceof Uint8ClampedArray,
};

export { TextDecoder, TextEncoder, types };
