// Replaces the two places where Ant Design writes `<style>` elements (`@rc-component/util` dynamicCSS and
// `@ant-design/icons` cssUtils). Constructed style sheets are outside `style-src` and are no Trusted Types sink, so
// the console runs under `style-src 'self'` and `trusted-types 'none'`. Runs in the browser.

/** Per root (document or shadow root): key -> { sheet, css, rank, priority, order }. */
const sheetsByRoot = new Map();
let nextOrder = 0;
const warned = new Set();

/** Rank of the three ways Ant Design orders its styles: `queue` by priority, other `prepend` before, none last. */
function rankOf(prepend) {
  if (prepend === 'queue') return 1;
  return prepend ? 0 : 2;
}

function rootOf(option) {
  const root = option.attachTo?.getRootNode?.();
  return root && 'adoptedStyleSheets' in root ? root : document;
}

function sheetsOf(root) {
  const known = sheetsByRoot.get(root);
  if (known) return known;
  const created = new Map();
  sheetsByRoot.set(root, created);
  return created;
}

function publish(root, sheets) {
  // Chromium below 99 has a frozen array here: it has to be replaced, not changed.
  root.adoptedStyleSheets = [...sheets.values()]
    .sort((a, b) => a.rank - b.rank || a.priority - b.priority || a.order - b.order)
    .map((entry) => entry.sheet);
}

/** Adds or replaces the style sheet of `key`; the answer stands for the style element callers expect. */
export function updateCSS(css, key, option = {}) {
  const root = rootOf(option);
  const sheets = sheetsOf(root);
  const known = sheets.get(key);
  if (known) {
    if (known.css !== css) {
      known.css = css;
      known.sheet.replaceSync(css);
    }
    return known.handle;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const rank = rankOf(option.prepend);
  const entry = {
    sheet,
    css,
    rank,
    priority: rank === 1 ? option.priority || 0 : 0,
    order: nextOrder++,
    // cssinjs marks the element for its development tools.
    handle: { setAttribute() {} },
  };
  sheets.set(key, entry);
  publish(root, sheets);
  return entry.handle;
}

/** Adds a style sheet that nobody will replace. */
export function injectCSS(css, option = {}) {
  return updateCSS(css, `anonymous-${nextOrder}`, option);
}

/** Takes the style sheet of `key` away; unknown keys are ignored. */
export function removeCSS(key, option = {}) {
  const root = rootOf(option);
  const sheets = sheetsOf(root);
  if (sheets.delete(key)) publish(root, sheets);
}

/** Part of the replaced interface; there is no container to forget. */
export function clearContainerCache() {}

/** The shadow root an element lives in, or null. */
export function getShadowRoot(element) {
  const root = element?.getRootNode?.();
  return typeof ShadowRoot !== 'undefined' && root instanceof ShadowRoot ? root : null;
}

/** Remembers that a warning was due; a production build prints none. */
export function warningOnce(isValid, message) {
  if (!isValid) warned.add(message);
}
