import { useEffect, useRef } from 'react';
import type { MessageKey } from '../../i18n/index.ts';

/** What a key of the workbench does. */
export type ShortcutAction =
  | 'next'
  | 'previous'
  | 'accept'
  | 'handover'
  | 'close'
  | 'ticket'
  | 'note'
  | 'composer'
  | 'help'
  | 'suggest1'
  | 'suggest2'
  | 'suggest3';

interface Shortcut {
  action: ShortcutAction;
  /** Physical key, so that layouts and input methods make no difference. */
  code: string;
  keys: string;
  /** Absent where another row describes it too. */
  label?: MessageKey;
}

/**
 * All with Alt: single letters would fire while speech input or a screen reader is used (WCAG 2.2, 2.1.4), and the
 * browser keeps most Ctrl keys for itself.
 */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: 'next', code: 'ArrowDown', keys: 'Alt+↓', label: 'shortcuts.next' },
  { action: 'previous', code: 'ArrowUp', keys: 'Alt+↑', label: 'shortcuts.previous' },
  { action: 'composer', code: 'KeyR', keys: 'Alt+R', label: 'shortcuts.composer' },
  { action: 'note', code: 'KeyN', keys: 'Alt+N', label: 'shortcuts.note' },
  { action: 'suggest1', code: 'Digit1', keys: 'Alt+1 … 3', label: 'shortcuts.suggest' },
  { action: 'suggest2', code: 'Digit2', keys: 'Alt+2' },
  { action: 'suggest3', code: 'Digit3', keys: 'Alt+3' },
  { action: 'accept', code: 'KeyA', keys: 'Alt+A', label: 'shortcuts.accept' },
  { action: 'handover', code: 'KeyH', keys: 'Alt+H', label: 'shortcuts.handover' },
  { action: 'ticket', code: 'KeyT', keys: 'Alt+T', label: 'shortcuts.ticket' },
  { action: 'close', code: 'KeyX', keys: 'Alt+X', label: 'shortcuts.close' },
  { action: 'help', code: 'KeyK', keys: 'Alt+K', label: 'shortcuts.help' },
];

/** The part of a keyboard event that decides. */
type KeyPress = Pick<KeyboardEvent, 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'code'>;

/** The action of a key press; undefined for every other key, and while Ctrl, Meta, or Shift is held too. */
export function shortcutOf(press: KeyPress): ShortcutAction | undefined {
  if (!press.altKey || press.ctrlKey || press.metaKey || press.shiftKey) return undefined;
  return SHORTCUTS.find((shortcut) => shortcut.code === press.code)?.action;
}

/** Listens for shortcuts while the caller is shown; actions without a handler do nothing. */
export function useShortcuts(handlers: Partial<Record<ShortcutAction, () => void>>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    function handleKeyDown(event: KeyboardEvent): void {
      const action = shortcutOf(event);
      const handler = action && latest.current[action];
      if (!handler) return;
      event.preventDefault();
      handler();
    }
    window.addEventListener('keydown', handleKeyDown);
    return () => window.removeEventListener('keydown', handleKeyDown);
  }, []);
}
