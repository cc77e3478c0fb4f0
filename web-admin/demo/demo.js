// Runs before the page is drawn and before the launcher: both take the language from the root element.
(function () {
  const asked = new URLSearchParams(location.search).get('lang');
  const language = /^zh/i.test(asked || navigator.language) ? 'zh-CN' : 'en';
  document.documentElement.lang = language;
  document.addEventListener('DOMContentLoaded', () => {
    for (const link of document.querySelectorAll('.languages a')) {
      if (link.lang === language) link.setAttribute('aria-current', 'true');
    }
    for (const button of document.querySelectorAll('[data-open-chat]')) {
      button.addEventListener('click', () => document.dispatchEvent(new Event('vaultdesk:open')));
    }
  });
})();
