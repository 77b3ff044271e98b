/** A worker, as a page asks it: each question has a number, and the answer comes back as a promise. */

export class WorkerClient {
  #worker;
  #lastId = 0;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (reason: unknown) => void}>} */
  #pending = new Map();
  /** @type {string | null} */ #closed = null;
  /** @type {(name: string, detail: any) => void} */
  onEvent = () => undefined;

  /**
   * @param {Worker} worker - answers `{id, result}` or `{id, error}`, and tells `{event, detail}`
   * @param {string} name - what sentences call it
   */
  constructor(worker, name) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => (data.event ? this.onEvent(data.event, data.detail) : this.#settle(data));
    worker.onerror = (event) => {
      const message = `${name} stopped: ${event.message || 'it could not be loaded'}. Reload the page.`;
      this.rejectAll(message);
      this.onEvent('error', { message });
    };
  }

  /**
   * @param {string} command
   * @param {Record<string, unknown>} values
   * @param {AbortSignal} [signal]
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  ask(command, values, signal, transfer = []) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Error(this.#closed);
      signal?.throwIfAborted();
      const abort = () => {
        this.#pending.delete(id);
        this.#worker.postMessage({ command: 'cancel', id });
        reject(signal?.reason);
      };
      /** @type {<T>(settle: (value: T) => void) => (value: T) => void} */
      const done = (settle) => (value) => {
        signal?.removeEventListener('abort', abort);
        settle(value);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, { resolve: done(resolve), reject: done(reject) });
      this.#worker.postMessage({ command, id, ...values }, transfer);
    });
  }

  /** @param {string} message */
  rejectAll(message) {
    for (const { reject } of this.#pending.values()) reject(new Error(message));
    this.#pending.clear();
  }

  /** @param {string} message - what pending calls hear */
  close(message) {
    this.#closed = message;
    this.rejectAll(message);
    this.#worker.terminate();
  }

  /** @param {{id: number, result?: unknown, error?: string}} reply */
  #settle({ id, result, error }) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new Error(error));
  }
}
