/** @jsxImportSource preact */
import { render } from 'preact';
import { Chat } from './chat.tsx';
import { createStore } from './store.ts';

const root = document.getElementById('chat')!;
const store = createStore(new URL(window.location.href));

function draw(): void {
  const view = store.view();
  document.documentElement.lang = view.language;
  render(<Chat view={view} actions={store.actions} />, root);
}

store.subscribe(draw);
store.start();
draw();
