import { Modal } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import { SHORTCUTS } from './shortcuts.ts';

/** Overview of the keyboard shortcuts. */
export function ShortcutsHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Modal open={isOpen} title={t('shortcuts.title')} footer={null} onCancel={onClose} destroyOnHidden>
      <dl className="shortcut-list">
        {SHORTCUTS.map(({ action, keys, label }) =>
          label ? (
            <div key={action}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{t(label)}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </Modal>
  );
}
