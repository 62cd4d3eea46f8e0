import { createSignal, For, type JSX, Show } from 'solid-js';
import { problemText } from '../service/api.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  readonly action?: { readonly title: string; readonly run: () => void };
}

/** Milliseconds that a message stands; one with something to do stands longer. */
const STAY = 6000;
const STAY_WITH_ACTION = 15_000;
const [toasts, setToasts] = createSignal<readonly Toast[]>([]);
let last = 0;

const drop = (id: number): void => {
  setToasts((all) => all.filter((one) => one.id !== id));
};

/** Says what was done, with what takes it back where that is possible. */
export function say(text: string, action?: Toast['action'], bad = false): void {
  const id = ++last;
  setToasts((all) => [...all.slice(-3), { id, text, bad, ...(action ? { action } : {}) }]);
  setTimeout(() => drop(id), action || bad ? STAY_WITH_ACTION : STAY);
}

/** Says what went wrong and what can be done. */
export function complain(error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') return;
  say(problemText(error), undefined, true);
}

/** Where messages stand; read out as they come. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      <For each={toasts()}>
        {(toast) => (
          <div class="toast" classList={{ bad: toast.bad }}>
            <span>{toast.text}</span>
            <Show when={toast.action}>
              {(action) => (
                <button
                  type="button"
                  onClick={() => {
                    drop(toast.id);
                    action().run();
                  }}
                >
                  {action().title}
                </button>
              )}
            </Show>
            <button type="button" class="quiet" aria-label="Dismiss" onClick={() => drop(toast.id)}>
              ×
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
