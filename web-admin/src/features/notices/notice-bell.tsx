import { BellOutlined } from '@ant-design/icons';
import { Badge, Button } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { UNREAD_SHOWN_MAX, useNoticeSummary } from './notice-data.ts';
import { NoticeDrawer } from './notice-drawer.tsx';
import './notices.css';

/** The bell of every account: how many notices are unread, and the way to them. */
export function NoticeBell() {
  const { t } = useI18n();
  const [isOpen, setOpen] = useState(false);
  const { data } = useNoticeSummary();
  const unread = data?.unread ?? 0;
  const count = unread > UNREAD_SHOWN_MAX ? `${UNREAD_SHOWN_MAX}+` : unread;
  const label = unread === 0 ? t('notice.bell') : t('notice.bell_unread', { count });
  return (
    <>
      <Badge
        className="notice-bell"
        count={unread}
        size="small"
        offset={[-6, 6]}
        overflowCount={UNREAD_SHOWN_MAX}
      >
        <Button
          type="text"
          className="bar-button"
          icon={<BellOutlined />}
          aria-label={label}
          aria-haspopup="dialog"
          title={label}
          onClick={() => setOpen(true)}
        />
      </Badge>
      <span className="notice-heard" role="status">
        {unread === 0 ? '' : label}
      </span>
      {isOpen && <NoticeDrawer onClose={() => setOpen(false)} />}
    </>
  );
}
