/** The launcher's sheet. It is constructed, not written into a style element, so a strict host policy allows it. */
export const LAUNCHER_STYLE = `
:host { all: initial; }
.launcher {
  position: fixed; right: 24px; bottom: 24px; z-index: 2147483000;
  width: 56px; height: 56px; padding: 0; border: 0; border-radius: 50%;
  background: var(--launcher, #0958d9); color: #fff; cursor: pointer;
  box-shadow: 0 6px 20px rgba(0, 20, 60, .28); transition: transform .15s ease;
}
.launcher:hover { transform: translateY(-2px); filter: brightness(.92); }
.launcher:focus-visible { outline: 3px solid #fff; outline-offset: -6px; box-shadow: 0 0 0 3px var(--launcher, #0958d9); }
.launcher svg { width: 26px; height: 26px; display: block; margin: 15px; fill: currentColor; }
.launcher.open svg { fill: none; stroke: currentColor; stroke-width: 2.4; stroke-linecap: round; }
.badge {
  position: absolute; top: -4px; right: -4px; min-width: 20px; height: 20px; padding: 0 5px;
  box-sizing: border-box; border-radius: 10px; background: #c41d1d; color: #fff;
  font: 600 12px/20px system-ui, sans-serif; text-align: center;
}
.badge[hidden] { display: none; }
.panel {
  position: fixed; right: 24px; bottom: 92px; z-index: 2147483000;
  width: 384px; height: min(640px, calc(100vh - 116px)); border: 0; border-radius: 14px;
  background: transparent; box-shadow: 0 12px 40px rgba(0, 20, 60, .26);
  visibility: hidden; opacity: 0; transform: translateY(8px); transition: opacity .15s ease, transform .15s ease;
}
.panel.open { visibility: visible; opacity: 1; transform: none; }
@media (max-width: 480px) {
  .launcher { right: 16px; bottom: 16px; }
  .launcher.open { display: none; }
  .panel { inset: 0; width: 100%; height: 100%; border-radius: 0; box-shadow: none; }
}
@media (prefers-reduced-motion: reduce) {
  .launcher, .panel { transition: none; }
}
@media print {
  .launcher, .panel { display: none; }
}
`;
