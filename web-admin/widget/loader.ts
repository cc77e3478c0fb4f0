import { isBridgeMessage, type ToFrame } from './bridge.ts';
import { LAUNCHER_STYLE } from './loader-style.ts';

/** Texts of the launcher; the chat has a catalogue of its own. */
const TEXTS = {
  'zh-CN': { open: '打开在线客服', close: '收起在线客服', unread: '条未读消息', frame: '在线客服' },
  en: { open: 'Open chat', close: 'Close chat', unread: 'unread messages', frame: 'Customer service chat' },
};

const SVG = 'http://www.w3.org/2000/svg';
const CHAT_ICON = 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z';
const CLOSE_ICON = 'M6 6l12 12M18 6L6 18';
/** A larger count is shown as "99+". */
const BADGE_COUNT_MAX = 99;

interface Setup {
  site: string;
  /** Address of the server with a slash at its end, taken from where this script came from. */
  server: URL;
  lang: 'zh-CN' | 'en';
  identity: string | undefined;
  /** `#rrggbb` from the tag. */
  colour: string | undefined;
}

/** Reads the script tag. Undefined when it lacks `data-site` or was loaded in a way that hides the tag. */
function readSetup(): Setup | undefined {
  const script = document.currentScript as HTMLScriptElement | null;
  const site = script?.dataset.site;
  if (!script || !site) return undefined;
  const lang = script.dataset.lang || document.documentElement.lang || navigator.language;
  return {
    site,
    server: new URL('.', script.src),
    lang: /^zh/i.test(lang) ? 'zh-CN' : 'en',
    identity: script.dataset.identity,
    colour: /^#[0-9a-f]{6}$/i.exec(script.dataset.colour ?? '')?.[0],
  };
}

function drawIcon(button: HTMLElement): SVGPathElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  svg.append(path);
  button.append(svg);
  return path;
}

/** Makes the element of the launcher with a shadow root, where the page's styles and ours do not meet. */
function makeRoot({ site, colour }: Setup): ShadowRoot {
  const host = document.createElement('div');
  host.dataset.vaultdesk = site;
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(colour ? `${LAUNCHER_STYLE}.launcher{--launcher:${colour}}` : LAUNCHER_STYLE);
  root.adoptedStyleSheets = [sheet];
  document.body.append(host);
  return root;
}

function makeButton(root: ShadowRoot) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'launcher';
  const icon = drawIcon(button);
  const badge = document.createElement('span');
  badge.className = 'badge';
  badge.hidden = true;
  button.append(badge);
  root.append(button);
  return { button, icon, badge };
}

/** Draws the launcher and connects it with the chat it opens. */
function launch(setup: Setup): void {
  const { site, server, lang, identity } = setup;
  const texts = TEXTS[lang];
  const root = makeRoot(setup);
  const { button, icon, badge } = makeButton(root);
  let frame: HTMLIFrameElement | undefined;
  let isOpen = false;
  let unreadCount = 0;

  function tell(message: ToFrame): void {
    frame?.contentWindow?.postMessage(message, server.origin);
  }

  function draw(): void {
    const unread = unreadCount > 0 ? ` (${unreadCount} ${texts.unread})` : '';
    button.setAttribute('aria-label', isOpen ? texts.close : texts.open + unread);
    button.setAttribute('aria-expanded', String(isOpen));
    icon.setAttribute('d', isOpen ? CLOSE_ICON : CHAT_ICON);
    badge.textContent = unreadCount > BADGE_COUNT_MAX ? `${BADGE_COUNT_MAX}+` : String(unreadCount);
    badge.hidden = unreadCount === 0 || isOpen;
    button.classList.toggle('open', isOpen);
    frame?.classList.toggle('open', isOpen);
  }

  /** The chat is loaded at the first opening, so that a page where nobody asks costs one small script. */
  function load(): void {
    frame = document.createElement('iframe');
    frame.className = 'panel';
    frame.title = texts.frame;
    frame.src = new URL(`widget/${encodeURIComponent(site)}?lang=${lang}`, server).href;
    root.insertBefore(frame, button);
  }

  function show(next: boolean): void {
    if (next && !frame) load();
    if (next === isOpen) return;
    isOpen = next;
    draw();
    tell({ vaultdesk: 'visibility', isOpen });
    if (isOpen) frame?.focus();
    else button.focus();
  }

  window.addEventListener('message', (event) => {
    if (event.origin !== server.origin || !frame || event.source !== frame.contentWindow) return;
    if (!isBridgeMessage(event.data)) return;
    const message = event.data;
    if (message.vaultdesk === 'ready') {
      tell(identity ? { vaultdesk: 'hello', isOpen, identity } : { vaultdesk: 'hello', isOpen });
    } else if (message.vaultdesk === 'unread') {
      unreadCount = Math.max(0, Math.trunc(Number(message.count)) || 0);
      draw();
    } else if (message.vaultdesk === 'minimise') {
      show(false);
    }
  });
  button.addEventListener('click', () => show(!isOpen));
  // A link or button of the page may open the chat: `document.dispatchEvent(new Event('vaultdesk:open'))`.
  document.addEventListener('vaultdesk:open', () => show(true));
  draw();
}

const setup = readSetup();
const isThere = setup && document.querySelector(`[data-vaultdesk="${CSS.escape(setup.site)}"]`);
if (setup && !isThere) {
  if (document.body) launch(setup);
  else document.addEventListener('DOMContentLoaded', () => launch(setup));
}
