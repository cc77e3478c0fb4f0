/** @jsxImportSource preact */
import type { RefObject } from 'preact';
import { useContext, useLayoutEffect } from 'preact/hooks';
import { TEXT_CHARACTERS_MAX, TIMING, type ProtocolState } from '../protocol/index.ts';
import { LanguageContext } from './context.ts';
import { Icon } from './icon.tsx';
import type { Actions } from './store.ts';

/** The count of what is left is shown from here on. */
const SHOW_LEFT_CHARACTERS = 500;
const INPUT_HEIGHT_MAX_PX = 120;

interface ComposerProps {
  draft: string;
  protocol: ProtocolState;
  actions: Actions;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

/** Opens the browser's choice of files. */
function Attach({ isOff, actions }: { isOff: boolean; actions: Actions }) {
  const { t } = useContext(LanguageContext);
  return (
    <label class="attach">
      <input
        type="file"
        multiple
        class="spoken"
        disabled={isOff}
        onChange={({ currentTarget }) => {
          actions.attach([...(currentTarget.files ?? [])]);
          currentTarget.value = '';
        }}
      />
      <Icon name="clip" />
      <span class="spoken">{t('attach')}</span>
    </label>
  );
}

/** Where the customer writes. Enter sends, except while an input method composes Chinese characters. */
export function Composer({ draft, protocol, actions, inputRef }: ComposerProps) {
  const { t } = useContext(LanguageContext);
  const charactersLeft = TEXT_CHARACTERS_MAX - draft.length;
  const isFull = protocol.outbox.length >= TIMING.outboxMax;
  const canSend = draft.trim() !== '' && charactersLeft >= 0 && !isFull && protocol.link !== 'refused';

  useLayoutEffect(() => {
    const input = inputRef.current;
    if (!input) return;
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, INPUT_HEIGHT_MAX_PX)}px`;
  }, [draft, inputRef]);

  const send = () => {
    if (canSend) actions.send(draft);
    inputRef.current?.focus();
  };
  const handleKeyDown = (event: KeyboardEvent) => {
    // Key code 229 is how browsers report a key that an input method took.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    send();
  };
  const handlePaste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    actions.attach(files);
  };
  const handleSubmit = (event: Event) => {
    event.preventDefault();
    send();
  };

  return (
    <form class="composer" aria-label={t('input')} onSubmit={handleSubmit}>
      <Attach isOff={protocol.link === 'refused'} actions={actions} />
      <textarea
        ref={inputRef}
        rows={1}
        value={draft}
        aria-label={t('input')}
        aria-describedby="composer-keys"
        aria-invalid={charactersLeft < 0}
        placeholder={t('input')}
        disabled={protocol.link === 'refused'}
        onInput={(event) => actions.typed(event.currentTarget.value)}
        onKeyDown={handleKeyDown}
        onPaste={handlePaste}
      />
      <button type="submit" class="send" aria-label={t('send')} aria-disabled={!canSend}>
        <Icon name="send" />
      </button>
      <p id="composer-keys" class="spoken">
        {t('keys')}
      </p>
      {charactersLeft <= SHOW_LEFT_CHARACTERS && (
        <p class={charactersLeft < 0 ? 'left over' : 'left'} role="status">
          {t('charactersLeft', charactersLeft)}
        </p>
      )}
    </form>
  );
}
