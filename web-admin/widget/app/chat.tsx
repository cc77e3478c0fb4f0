/** @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Banner } from './banner.tsx';
import { Composer } from './composer.tsx';
import { LanguageContext } from './context.ts';
import { Ending } from './ending.tsx';
import { Header } from './header.tsx';
import { textIn } from './look.ts';
import { Log } from './log.tsx';
import { pickSiteText, type Actions, type View } from './store.ts';
import { createTranslate } from './texts.ts';

/** Files that are dragged over the chat and let go. */
function useDropping(actions: Actions, isOpen: boolean) {
  const [isOver, setIsOver] = useState(false);
  const holdsFiles = (event: DragEvent) => isOpen && (event.dataTransfer?.types ?? []).includes('Files');
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      if (!(event.currentTarget as Node).contains(event.relatedTarget as Node | null)) setIsOver(false);
    },
    onDrop: (event: DragEvent) => {
      setIsOver(false);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      actions.attach([...(event.dataTransfer?.files ?? [])]);
    },
  };
  return { isOver, handlers };
}

/** The whole chat: header, notices, conversation, and what the customer can do next. */
export function Chat({ view, actions }: { view: View; actions: Actions }) {
  const { language, protocol, site } = view;
  const machine = textIn(site?.look?.machineLabel, language);
  const disclaimer = textIn(site?.look?.disclaimer, language);
  const catalogue = useMemo(
    () => ({ language, t: createTranslate(language, machine ? { machine } : {}) }),
    [language, machine],
  );
  const input = useRef<HTMLTextAreaElement>(null);

  // The keyboard goes where the customer writes, each time the chat is opened.
  useEffect(() => {
    if (view.isOpen) input.current?.focus();
  }, [view.isOpen]);

  const title = site?.title || catalogue.t('title');
  useEffect(() => {
    document.title = title;
  }, [title]);

  const dropping = useDropping(actions, protocol.conversation !== 'closed');
  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && view.isFramed && !event.isComposing) actions.minimise();
  };

  return (
    <LanguageContext.Provider value={catalogue}>
      <div class="chat" onKeyDown={handleKeyDown} {...dropping.handlers}>
        {dropping.isOver && <p class="drop">{catalogue.t('drop')}</p>}
        <Header view={view} title={title} actions={actions} />
        <Banner protocol={protocol} offlineText={pickSiteText(view, 'offline')} />
        {disclaimer && <p class="disclaimer">{disclaimer}</p>}
        <Log view={view} actions={actions} />
        {protocol.conversation === 'closed' ? (
          <Ending
            key={protocol.conversationId}
            isRated={view.isRated}
            isAsked={site?.look?.isRatingOn !== false}
            actions={actions}
          />
        ) : (
          <Composer draft={view.draft} protocol={protocol} actions={actions} inputRef={input} />
        )}
      </div>
    </LanguageContext.Provider>
  );
}
