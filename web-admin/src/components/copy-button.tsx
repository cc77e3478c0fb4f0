import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useI18n } from '../i18n/index.ts';

/** Copies a text that is meant to be copied (a script tag, a token, a hash), never customer data. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useI18n();
  const [isCopied, setCopied] = useState(false);
  async function handleClick(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  }
  return (
    <Button
      size="small"
      icon={isCopied ? <CheckOutlined /> : <CopyOutlined />}
      onClick={() => void handleClick()}
    >
      {isCopied ? t('action.copied') : (label ?? t('action.copy'))}
    </Button>
  );
}
