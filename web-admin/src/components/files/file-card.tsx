import { DownloadOutlined, PaperClipOutlined } from '@ant-design/icons';
import { Button, Progress } from 'antd';
import { useEffect, useState, type ChangeEvent } from 'react';
import { useApi } from '../../api/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { SharedFile } from '../../realtime/index.ts';
import { useProblemToast } from '../problem-toast.tsx';
import type { Uploads } from './use-uploads.ts';
import './files.css';

/** The browser has begun to save a file by then. */
const SAVE_MS = 60_000;

/** A size as people read it. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function useThumbnail({ id, state, hasThumbnail }: SharedFile): string | undefined {
  const api = useApi();
  const [url, setUrl] = useState<string>();
  const isThere = state === 'ready' && hasThumbnail;
  useEffect(() => {
    if (!isThere) return undefined;
    const ended = new AbortController();
    let made: string | undefined;
    api
      .get<Blob>(`/files/${id}/thumbnail`, { isBlob: true, signal: ended.signal })
      .then((blob) => {
        if (ended.signal.aborted) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      })
      // Without its picture the file still has its name and its button.
      .catch(() => undefined);
    return () => {
      ended.abort();
      if (made) URL.revokeObjectURL(made);
      setUrl(undefined);
    };
  }, [api, id, isThere]);
  return url;
}

/** A file of a message, ticket, or comment: its picture where there is one, and a button that saves it. */
export function FileCard({ file }: { file: SharedFile }) {
  const { t, tMaybe } = useI18n();
  const api = useApi();
  const showProblem = useProblemToast();
  const url = useThumbnail(file);
  const [isSaving, setSaving] = useState(false);
  const isReady = file.state === 'ready';
  async function handleSave(): Promise<void> {
    setSaving(true);
    try {
      const blob = await api.get<Blob>(`/files/${file.id}`, { isBlob: true });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), SAVE_MS);
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setSaving(false);
    }
  }
  return (
    <div className="file-card">
      {url && <img src={url} alt={file.name} />}
      <div className="file-line">
        <PaperClipOutlined />
        <span className="file-name">{file.name}</span>
        <span className="soft">{formatSize(file.size)}</span>
        {isReady ? (
          <Button
            type="text"
            size="small"
            icon={<DownloadOutlined />}
            loading={isSaving}
            aria-label={t('file.save', { name: file.name })}
            title={t('file.save', { name: file.name })}
            onClick={() => void handleSave()}
          />
        ) : (
          <span className="soft" role="status">
            {tMaybe(`file.state.${file.state}`)}
          </span>
        )}
      </div>
    </div>
  );
}

/** Trying the same file again cannot help. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'file.empty',
  'file.too_large',
  'file.type_refused',
  'file.type_mismatch',
  'file.image_too_large',
  'file.archive_refused',
  'file.damaged',
]);

/** Files on their way, each with its progress, and what the server did not want, with the reason. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const { t, tMaybe } = useI18n();
  if (uploads.uploads.length === 0) return null;
  return (
    <ul className="upload-list">
      {uploads.uploads.map((upload) => {
        const { id, file, sent, code } = upload;
        return (
          <li key={id}>
            <span className="file-name">{file.name}</span>
            <span className="soft">{formatSize(file.size)}</span>
            {code === undefined ? (
              <Progress
                percent={Math.floor((sent / Math.max(1, file.size)) * 100)}
                size="small"
                aria-label={t('file.uploading', { name: file.name })}
              />
            ) : (
              <span className="upload-refused" role="alert">
                {tMaybe(`error.${code}`) ?? t('error.unknown')}
              </span>
            )}
            {code !== undefined && !FINAL_CODES.has(code) && (
              <Button size="small" onClick={() => uploads.retry(upload)}>
                {t('file.retry')}
              </Button>
            )}
            <Button size="small" type="text" onClick={() => uploads.drop(id)}>
              {t(code === undefined ? 'file.cancel' : 'file.discard')}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

/** Opens the browser's choice of files. */
export function AttachButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const { t } = useI18n();
  function handleChange({ target }: ChangeEvent<HTMLInputElement>): void {
    onFiles([...(target.files ?? [])]);
    target.value = '';
  }
  return (
    <label className="attach-button" title={t('file.attach_hint')}>
      <input type="file" multiple onChange={handleChange} />
      <PaperClipOutlined /> {t('file.attach')}
    </label>
  );
}

/** Files of a paste; empty when it holds text only. */
export function pastedFiles(event: { clipboardData: DataTransfer }): File[] {
  return [...event.clipboardData.files];
}
