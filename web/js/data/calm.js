/**
 * For what follows a burst of events: called at once, then at most once in so many milliseconds, and always after the last.
 * @param {() => unknown} task
 * @param {number} ms
 * @returns {() => void}
 */
export function calm(task, ms = 1000) {
  let waits = false;
  let again = false;
  const run = () => {
    waits = true;
    again = false;
    setTimeout(() => {
      waits = false;
      if (again) run();
    }, ms);
    task();
  };
  return () => {
    if (waits) again = true;
    else run();
  };
}
