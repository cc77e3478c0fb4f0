export { AttachButton, FileCard, pastedFiles, UploadList } from './file-card.tsx';
export { useUploads, type Uploads } from './use-uploads.ts';
