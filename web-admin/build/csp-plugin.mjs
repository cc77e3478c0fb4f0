// Vite plugin: makes React + Ant Design + ECharts run under a Content-Security-Policy without `unsafe-inline`, nonce,
// or any Trusted Types policy. The build fails when a file that has to be patched was not: a minor update may move it.
import { readFileSync } from 'node:fs';

const ADOPTED_STYLES = readFileSync(new URL('./adopted-styles.js', import.meta.url), 'utf8');

/**
 * The one module both replaced files hand on. Two copies would each keep their own list of sheets, and whichever
 * publishes last would take the other's styles off the page.
 */
const ADOPTED_STYLES_ID = '\0vaultdesk-adopted-styles';

/** Files that are replaced as a whole by `adopted-styles.js`. */
const REPLACED = ['@rc-component/util/es/Dom/dynamicCSS.js', '@ant-design/icons/es/cssUtils.js'];

/** Files whose text is changed: `setAttribute('style', v)` is blocked by style-src, `style.cssText = v` is not. */
const STYLE_ATTRIBUTE = [
  'antd/es/watermark/useWatermark.js',
  '@rc-component/input/es/calculateNodeHeight.js',
];

/** Files in which a cleared root must be cleared without the innerHTML sink; the painter clears it for each chart. */
const INNER_HTML_REQUIRED = ['zrender/lib/canvas/Painter.js'];
const INNER_HTML = /(zrender|echarts)\/lib\/.*\.js$/;

/** Text that only the unpatched sources contain; in a built chunk it means that a copy slipped past the plugin. */
const UNPATCHED_MARKS = ['data-rc-order'];

/** `node_modules`-relative path of a module id, without query; undefined for our own files. */
export function packagePath(id) {
  const path = id.replaceAll('\\', '/').split('?')[0];
  const at = path.lastIndexOf('/node_modules/');
  return at < 0 ? undefined : path.slice(at + '/node_modules/'.length);
}

/** Name of the package a `node_modules`-relative path belongs to. */
export function packageName(path) {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Index of the bracket that closes the one at `open`; strings and templates are skipped. */
export function closingBracket(code, open) {
  let depth = 0;
  let quote = '';
  for (let index = open; index < code.length; index++) {
    const character = code[index];
    if (quote) {
      if (character === '\\') index++;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return index;
  }
  return -1;
}

/** Turns every `el.setAttribute('style', value)` into `el.style.cssText = value`. */
export function patchStyleAttribute(code) {
  const call = ".setAttribute('style',";
  let patched = code;
  for (let at = patched.indexOf(call); at >= 0; at = patched.indexOf(call)) {
    const close = closingBracket(patched, at + '.setAttribute'.length);
    if (close < 0) return code;
    const value = patched.slice(at + call.length, close).trim();
    patched = `${patched.slice(0, at)}.style.cssText = ${value}${patched.slice(close + 1)}`;
  }
  return patched;
}

/** Turns `el.innerHTML = ''` (or null) into `el.replaceChildren()`. */
export function patchInnerHtml(code) {
  return code.replace(/\.innerHTML = (''|""|null);/g, '.replaceChildren();');
}

/** Required patches of the packages that were loaded, but which did not happen. */
export function missingPatches(loadedPaths, patchedPaths) {
  const loadedPackages = new Set([...loadedPaths].map(packageName));
  return [...REPLACED, ...STYLE_ATTRIBUTE, ...INNER_HTML_REQUIRED].filter(
    (path) => loadedPackages.has(packageName(path)) && !patchedPaths.has(path),
  );
}

/** The plugin; one instance per build. */
export function strictCspPlugin() {
  const loaded = new Set();
  const patched = new Set();

  function patchText(path, code, patch) {
    const text = patch(code);
    if (text !== code) patched.add(path);
    return text === code ? null : { code: text, map: null };
  }

  return {
    name: 'vaultdesk-strict-csp',
    enforce: 'pre',
    resolveId(id) {
      return id === ADOPTED_STYLES_ID ? id : null;
    },
    load(id) {
      if (id === ADOPTED_STYLES_ID) return { code: ADOPTED_STYLES, map: null };
      const path = packagePath(id);
      if (!path || !REPLACED.includes(path)) return null;
      loaded.add(path);
      patched.add(path);
      return { code: `export * from ${JSON.stringify(ADOPTED_STYLES_ID)};`, map: null };
    },
    transform(code, id) {
      const path = packagePath(id);
      if (!path) return null;
      loaded.add(path);
      if (STYLE_ATTRIBUTE.includes(path)) return patchText(path, code, patchStyleAttribute);
      return INNER_HTML.test(path) ? patchText(path, code, patchInnerHtml) : null;
    },
    generateBundle(_options, bundle) {
      const missing = missingPatches(loaded, patched);
      if (missing.length > 0)
        this.error(`not patched for the content security policy: ${missing.join(', ')}`);
      for (const chunk of Object.values(bundle)) {
        const mark = chunk.type === 'chunk' && UNPATCHED_MARKS.find((text) => chunk.code.includes(text));
        if (mark) this.error(`${chunk.fileName} writes style elements (${mark})`);
      }
    },
  };
}
