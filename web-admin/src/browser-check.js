// Plain script, no module, old syntax on purpose: it runs before everything else and shows the page
// "this browser is too old" instead of an empty one. Chromium from 90, Firefox from ESR 115.
(function () {
  var isCurrent = true;
  try {
    var agent = navigator.userAgent;
    var chromium = /Chrom(?:e|ium)\/(\d+)/.exec(agent);
    var firefox = /Firefox\/(\d+)/.exec(agent);
    if (chromium && Number(chromium[1]) < 90) isCurrent = false;
    if (firefox && Number(firefox[1]) < 115) isCurrent = false;
    new CSSStyleSheet().replaceSync('');
    if (!('adoptedStyleSheets' in document)) isCurrent = false;
    if (!('noModule' in document.createElement('script'))) isCurrent = false;
    if (!Element.prototype.replaceChildren || !window.crypto || !window.WebSocket) isCurrent = false;
    if (!CSS.supports('inset', '0')) isCurrent = false;
  } catch (_) {
    isCurrent = false;
  }
  if (isCurrent) return;
  document.documentElement.className += ' browser-too-old';
})();
