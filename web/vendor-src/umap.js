// Uniform manifold approximation and projection, for the worker behind the data explorer.
export { UMAP } from 'umap-js';
