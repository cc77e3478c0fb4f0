import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useCan, type Permission } from '../../auth/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ExportDialog, type ExportSubject } from './export-dialog.tsx';
import './export.css';

/** Opens the dialog that makes a file of a list; nothing for accounts that may not. */
export function ExportButton(props: {
  permission: Permission;
  subject: ExportSubject;
  /** Without words where there is no room for them. */
  isSmall?: boolean;
}) {
  const { t } = useI18n();
  const can = useCan();
  const [isOpen, setOpen] = useState(false);
  if (!can(props.permission)) return null;
  return (
    <>
      <Button
        icon={<DownloadOutlined />}
        onClick={() => setOpen(true)}
        {...(props.isSmall ? { 'aria-label': t('export.button'), title: t('export.button') } : {})}
      >
        {props.isSmall ? undefined : t('export.button')}
      </Button>
      {isOpen && <ExportDialog subject={props.subject} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Filters as they are sent: absent and empty ones left out. */
export function exportParams(filters: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}
