/** A button that works as long as it is held: by a finger, by the mouse, by Space or Enter. */

import { html, useEffect, useRef } from '../../../vendor/preact.js';

const KEYS = [' ', 'Enter'];

/** @param {{ class: string, disabled: boolean, onPress: () => void, onRelease: () => void, children?: any }} props */
export function HoldButton({ class: name, disabled, onPress, onRelease, children }) {
  const held = useRef(false);
  const press = () => {
    if (held.current) return;
    held.current = true;
    onPress();
  };
  const release = () => {
    if (held.current) onRelease();
    held.current = false;
  };
  useEffect(() => {
    document.addEventListener('visibilitychange', release);
    return () => {
      document.removeEventListener('visibilitychange', release);
      release();
    };
  }, []);

  const onPointerDown = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId); // a finger may slip off
    press();
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (!KEYS.includes(event.key)) return;
    event.preventDefault(); // no click follows
    if (event.type === 'keyup') release();
    else if (!event.repeat) press();
  };
  // Only a screen reader clicks without pointer and key: one press.
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.detail > 0) return;
    press();
    release();
  };
  const prevent = (/** @type {Event} */ event) => event.preventDefault(); // the menu of a long press
  return html`
    <button class=${`button hold ${name}`} type="button" disabled=${disabled} onPointerDown=${onPointerDown} onPointerUp=${release} onPointerCancel=${release}
      onLostPointerCapture=${release} onKeyDown=${onKey} onKeyUp=${onKey} onBlur=${release} onClick=${onClick} onContextMenu=${prevent}>${children}</button>`;
}
