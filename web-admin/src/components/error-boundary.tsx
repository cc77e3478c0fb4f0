import { Component, type ReactNode } from 'react';
import { Button } from 'antd';
import { useI18n } from '../i18n/index.ts';

interface Props {
  children: ReactNode;
  /** A change of it (the address) clears the failure. */
  resetKey: string;
}

interface State {
  hasFailed: boolean;
  resetKey: string;
}

/** Keeps a failing page from taking the whole console down. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { hasFailed: false, resetKey: this.props.resetKey };

  static getDerivedStateFromError(): Partial<State> {
    return { hasFailed: true };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { hasFailed: false, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? <CrashFace /> : this.props.children;
  }
}

function CrashFace() {
  const { t } = useI18n();
  return (
    <div className="face" role="alert">
      <h1>{t('face.crash_title')}</h1>
      <p>{t('face.crash_text')}</p>
      <Button onClick={() => window.location.reload()}>{t('face.reload')}</Button>
    </div>
  );
}
