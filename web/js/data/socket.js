/** A WebSocket that comes back by itself. */

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10000;

/**
 * @param {() => string} path asked for at every try, so that it can name the last message that came
 * @param {(message: any) => void} hear a message, parsed
 * @param {(connected: boolean) => void} onConnection
 * @returns {() => void} stop
 */
export function follow(path, hear, onConnection) {
  let failures = 0;
  let stopped = false;
  /** @type {WebSocket | undefined} */
  let socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function connect() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(`${scheme}://${location.host}${path()}`);
    socket.onopen = () => { failures = 0; onConnection(true); };
    socket.onmessage = ({ data }) => { if (!stopped) hear(JSON.parse(data)); };
    socket.onclose = () => {
      if (stopped) return;
      onConnection(false);
      timer = setTimeout(connect, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++));
    };
  }

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
