/** @jsxImportSource preact */
import { useContext } from 'preact/hooks';
import { LanguageContext } from './context.ts';
import { Icon } from './icon.tsx';
import type { Actions, View } from './store.ts';

/** Title of the site, the way to a person, and the way out. */
export function Header({ view, title, actions }: { view: View; title: string; actions: Actions }) {
  const { t } = useContext(LanguageContext);
  const { protocol } = view;
  const isAsked = protocol.outbox.some((item) => item.kind === 'handover' && item.phase !== 'failed');
  return (
    <header class="header">
      <h1>{title}</h1>
      {protocol.conversation === 'robot' && protocol.link !== 'refused' && (
        <button type="button" class="person" disabled={isAsked} onClick={actions.askPerson}>
          <Icon name="person" />
          {t('person')}
        </button>
      )}
      {view.isFramed && (
        <button type="button" class="icon" aria-label={t('minimise')} onClick={actions.minimise}>
          <Icon name="minimise" />
        </button>
      )}
    </header>
  );
}
