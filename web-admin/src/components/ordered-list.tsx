import { DownOutlined, UpOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useI18n } from '../i18n/index.ts';

/** One row of a list people put in order. */
export interface OrderedItem {
  key: string;
  /** What screen readers and buttons call it. */
  name: string;
  content?: ReactNode;
  tools?: ReactNode;
}

/** The list with one row moved by one place; the same list where it can't go further. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items];
  if (to < 0 || to >= items.length) return next;
  const [item] = next.splice(from, 1);
  next.splice(to, 0, item as T);
  return next;
}

/** Rows with buttons for up and down; Alt with an arrow key does the same from anywhere in a row. */
export function OrderedList(props: {
  label: string;
  items: readonly OrderedItem[];
  isReadOnly?: boolean;
  onMove: (from: number, to: number) => void;
}) {
  const { items, onMove, isReadOnly = false } = props;
  const { t } = useI18n();
  const list = useRef<HTMLOListElement>(null);
  function move(from: number, to: number): void {
    if (isReadOnly || to < 0 || to >= items.length) return;
    onMove(from, to);
    // The focus goes with the row, so that the key can be pressed again.
    const button = to < from ? 'up' : 'down';
    requestAnimationFrame(() => {
      const row = list.current?.children[to];
      const target = row?.querySelector<HTMLButtonElement>(`[data-move="${button}"]:not(:disabled)`);
      (target ?? row?.querySelector<HTMLButtonElement>('[data-move]:not(:disabled)'))?.focus();
    });
  }
  function handleKey(event: KeyboardEvent, index: number): void {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    move(index, event.key === 'ArrowUp' ? index - 1 : index + 1);
  }
  return (
    <ol className="ordered-list" aria-label={props.label} ref={list}>
      {items.map(({ key, name, content, tools }, index) => (
        <li key={key} onKeyDown={(event) => handleKey(event, index)}>
          <span className="ordered-name">{content ?? name}</span>
          {tools}
          {!isReadOnly && (
            <>
              <Button
                size="small"
                type="text"
                data-move="up"
                icon={<UpOutlined />}
                disabled={index === 0}
                aria-label={t('list.move_up', { name })}
                onClick={() => move(index, index - 1)}
              />
              <Button
                size="small"
                type="text"
                data-move="down"
                icon={<DownOutlined />}
                disabled={index === items.length - 1}
                aria-label={t('list.move_down', { name })}
                onClick={() => move(index, index + 1)}
              />
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
