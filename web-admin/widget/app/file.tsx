/** @jsxImportSource preact */
import { useContext, useEffect, useState } from 'preact/hooks';
import type { ChatFile } from '../protocol/index.ts';
import { LanguageContext } from './context.ts';
import { Icon } from './icon.tsx';
import type { Actions } from './store.ts';
import { translateCode } from './texts.ts';
import type { Upload } from './uploads.ts';

/** A size as people read it. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** A file of a message: its picture where there is one, and a button that saves it. */
export function FileBubble({ file, actions }: { file: ChatFile; actions: Actions }) {
  const { t } = useContext(LanguageContext);
  const [url, setUrl] = useState<string>();
  const [hasFailed, setHasFailed] = useState(false);
  const isReady = file.state === 'ready';
  const isPicture = isReady && file.hasThumbnail;

  useEffect(() => {
    let isGone = false;
    let made: string | undefined;
    if (isPicture) {
      void actions.loadFile(file.id, true).then((blob) => {
        if (!blob || isGone) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      });
    }
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [file.id, isPicture, actions]);

  const save = () => {
    setHasFailed(false);
    void actions.saveFile(file).then((isSaved) => setHasFailed(!isSaved));
  };
  return (
    <div class="bubble file">
      {url && <img src={url} alt={file.name} />}
      <button type="button" disabled={!isReady} onClick={save} title={isReady ? t('save') : undefined}>
        <Icon name="file" />
        <span>
          {file.name || t('file')} <small>{formatSize(file.size)}</small>
        </span>
      </button>
      {!isReady && <small class="state">{t(`file.${file.state}`)}</small>}
      {hasFailed && <small class="state">{t('saveFailed')}</small>}
    </div>
  );
}

/** A file on its way, with its progress, or the reason why the server does not want it. */
export function UploadBubble({ upload, actions }: { upload: Upload; actions: Actions }) {
  const { t } = useContext(LanguageContext);
  const { id, name, size, sent, code } = upload;
  return (
    <div class="row mine">
      <div class={code ? 'bubble file failed' : 'bubble file pending'}>
        <p>
          {name} <small>{formatSize(size)}</small>
        </p>
        {!code && <progress max={size} value={sent} aria-label={t('uploading')} />}
      </div>
      <p class="failure">
        {code && `${t('failed')}: ${translateCode(t, code)} `}
        {code && !FINAL.includes(code) && (
          <button type="button" onClick={() => actions.retryFile(id)}>
            {t('retry')}
          </button>
        )}{' '}
        <button type="button" onClick={() => actions.discardFile(id)}>
          {t(code ? 'discard' : 'cancel')}
        </button>
      </p>
    </div>
  );
}

/** Trying the same file again cannot help. */
const FINAL: readonly string[] = [
  'file.empty',
  'file.too_large',
  'file.type_refused',
  'file.type_mismatch',
  'file.image_too_large',
  'file.archive_refused',
  'file.damaged',
];
