export { UMAP } from 'umap-js';
