import { Input } from 'antd';
import { useState } from 'react';
import { linesOf } from './score-card-data.ts';

/** A list of short texts, one per line; a form field (`value`, `onChange`, `id` come from the form). */
export function LinesField(props: {
  value?: string[];
  onChange?: (lines: string[]) => void;
  id?: string;
  placeholder?: string;
  'aria-label': string;
}) {
  const { value = [], onChange } = props;
  const [text, setText] = useState(value.join('\n'));
  // The text keeps what is being typed (a new empty line); the form gets the tidy list.
  const isSame = linesOf(text).join('\n') === value.join('\n');
  return (
    <Input.TextArea
      id={props.id}
      aria-label={props['aria-label']}
      placeholder={props.placeholder}
      autoSize={{ minRows: 3, maxRows: 12 }}
      value={isSame ? text : value.join('\n')}
      onChange={(event) => {
        setText(event.target.value);
        onChange?.(linesOf(event.target.value));
      }}
    />
  );
}
