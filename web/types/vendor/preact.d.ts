export { html } from 'htm/preact';
export { Component, createContext, h, render } from 'preact';
export * from 'preact/hooks';
