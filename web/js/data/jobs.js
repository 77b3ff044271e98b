/** Follow a job over a WebSocket that comes back by itself and misses nothing. */

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10000;

/**
 * @typedef {{ seq: number, job: import('./api.js').Job, event: Record<string, any> | null }} JobMessage
 * @param {string} id
 * @param {(message: JobMessage) => void} hear the last message has `event: null`
 * @param {(connected: boolean) => void} onConnection
 * @returns {() => void} stop following
 */
export function followJob(id, hear, onConnection) {
  let seq = 0;
  let failures = 0;
  let stopped = false;
  /** @type {WebSocket | undefined} */
  let socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function connect() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(`${scheme}://${location.host}/ws/jobs/${encodeURIComponent(id)}?after=${seq}`);
    socket.onopen = () => { failures = 0; onConnection(true); };
    socket.onmessage = ({ data }) => {
      /** @type {JobMessage} */
      const message = JSON.parse(data);
      if (message.event === null) stop();
      else if (message.seq <= seq) return;
      else seq = message.seq;
      hear(message);
    };
    socket.onclose = () => {
      if (stopped) return;
      onConnection(false);
      timer = setTimeout(connect, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++));
    };
  }

  function stop() {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  }

  connect();
  return stop;
}
