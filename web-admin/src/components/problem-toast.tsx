import { App } from 'antd';
import { useCallback } from 'react';
import { ProblemText } from './faces.tsx';

/** Shows a failed action as a toast, by code and with the request id. For faults of a whole screen use ErrorFace. */
export function useProblemToast(): (error: unknown) => void {
  const { message } = App.useApp();
  return useCallback(
    (error: unknown) => void message.error({ content: <ProblemText error={error} />, duration: 8 }),
    [message],
  );
}
