/** The styles of one page, fetched with it: the shell stays light. */

/** @param {string} path below web/, as in 'css/collect.css' */
export function useStyles(path) {
  if (document.head.querySelector(`link[href="${path}"]`)) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = path;
  document.head.append(link);
}
