import { Alert, Button, Input, Segmented } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useId, useState, type ClipboardEvent, type KeyboardEvent, type Ref } from 'react';
import { AttachButton, pastedFiles, UploadList } from '../../components/files/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { CannedResponse } from './canned.ts';
import { TEXT_CHARACTERS_MAX, type Composer, type ComposerMode } from './composer-state.ts';

function CannedList(props: {
  id: string;
  responses: readonly CannedResponse[];
  activeIndex: number;
  onChoose: (response: CannedResponse) => void;
}) {
  const { t } = useI18n();
  const { id, responses, activeIndex, onChoose } = props;
  return (
    <ul className="canned-list" role="listbox" id={id} aria-label={t('canned.title')}>
      {responses.length === 0 && <li className="soft">{t('canned.empty')}</li>}
      {responses.map((response, index) => (
        <li
          key={response.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === activeIndex}
          onMouseDown={(event) => {
            // The focus stays in the text.
            event.preventDefault();
            onChoose(response);
          }}
        >
          <strong>{response.title}</strong> <span className="soft">{response.category}</span>
          <p>{response.text}</p>
        </li>
      ))}
    </ul>
  );
}

/** Keys of the open canned list; true when the key was used. */
function useCannedKeys(composer: Composer) {
  const [index, setIndex] = useState(0);
  const responses = composer.canned;
  const activeIndex = Math.min(index, Math.max(0, (responses?.length ?? 0) - 1));
  function choose(response: CannedResponse): void {
    composer.change(response.text);
    setIndex(0);
  }
  function handleKey(event: KeyboardEvent): boolean {
    if (!responses) return false;
    const count = responses.length;
    const active = responses[activeIndex];
    if (event.key === 'ArrowDown') setIndex(count === 0 ? 0 : (activeIndex + 1) % count);
    else if (event.key === 'ArrowUp') setIndex(count === 0 ? 0 : (activeIndex + count - 1) % count);
    else if (event.key === 'Escape') composer.change('');
    else if ((event.key === 'Enter' || event.key === 'Tab') && active) choose(active);
    else return false;
    event.preventDefault();
    return true;
  }
  return { activeIndex, choose, handleKey };
}

/** True for the Enter that ends a choice in an input method: it must not send a half-written Chinese sentence. */
function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229;
}

function ComposerFoot({ composer }: { composer: Composer }) {
  const { t } = useI18n();
  const isNote = composer.mode === 'note';
  return (
    <div className="composer-foot">
      {composer.attach && <AttachButton onFiles={composer.attach} />}
      <span
        className={
          composer.characterCount > TEXT_CHARACTERS_MAX ? 'composer-count is-over' : 'composer-count'
        }
      >
        {composer.characterCount > TEXT_CHARACTERS_MAX - 1000 &&
          t('composer.count', { count: composer.characterCount })}
      </span>
      <Button
        type="primary"
        disabled={!composer.canSubmit}
        loading={composer.isSaving}
        onClick={composer.submit}
      >
        {t(isNote ? 'composer.save_note' : 'composer.send')}
      </Button>
    </div>
  );
}

/** Where the agent writes: a reply or an internal note, canned responses by `/`. */
export function ComposerBox({ composer, inputRef }: { composer: Composer; inputRef: Ref<TextAreaRef> }) {
  const { t } = useI18n();
  const listId = useId();
  const { activeIndex, choose, handleKey } = useCannedKeys(composer);
  const isNote = composer.mode === 'note';
  function handleKeyDown(event: KeyboardEvent): void {
    if (isComposing(event) || handleKey(event)) return;
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    composer.submit();
  }
  function handlePaste(event: ClipboardEvent): void {
    const files = pastedFiles(event);
    if (files.length === 0 || !composer.attach) return;
    event.preventDefault();
    composer.attach(files);
  }
  const listProps = composer.canned
    ? {
        role: 'combobox',
        'aria-expanded': true,
        'aria-controls': listId,
        'aria-activedescendant': `${listId}-${activeIndex}`,
      }
    : {};
  return (
    <div className={isNote ? 'composer composer-note' : 'composer'}>
      {composer.isOffline && <Alert type="warning" showIcon title={t('composer.offline')} />}
      <Segmented<ComposerMode>
        size="small"
        value={composer.mode}
        onChange={composer.setMode}
        options={[
          { value: 'reply', label: t('composer.reply') },
          { value: 'note', label: t('composer.note') },
        ]}
      />
      {composer.canned && (
        <CannedList id={listId} responses={composer.canned} activeIndex={activeIndex} onChoose={choose} />
      )}
      <Input.TextArea
        ref={inputRef}
        {...listProps}
        aria-label={t(isNote ? 'composer.note' : 'composer.reply')}
        placeholder={t(isNote ? 'composer.note_placeholder' : 'composer.placeholder')}
        value={composer.text}
        autoSize={{ minRows: 2, maxRows: 8 }}
        onChange={(event) => composer.change(event.target.value)}
        onKeyDown={handleKeyDown}
        onPaste={handlePaste}
      />
      <UploadList uploads={composer.uploads} />
      <ComposerFoot composer={composer} />
    </div>
  );
}
