import { useNavigate } from '@solidjs/router';
import { createSignal, For, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { PAGES } from './pages.ts';

/** Milliseconds in which a key must follow `g`. */
const PATIENCE = 1500;

interface Shortcut {
  readonly key: string;
  readonly meaning: string;
  readonly run: (event: KeyboardEvent) => void;
}

const [shortcuts, setShortcuts] = createSignal<readonly Shortcut[]>([]);

/** Fields that take no letters. */
const SILENT = /^(checkbox|radio|button|submit|range|file)$/;

/** Whether a key belongs to what has the focus: a field that is typed into, a button that Enter presses. */
const typing = ({ target, key }: KeyboardEvent): boolean => {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && SILENT.test(target.type)) return key === 'Enter';
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return key === 'Enter' && target.closest('a, button, summary') !== null;
};

/** Keys that work as long as the component stands; `?` lists them. */
export function useShortcuts(list: readonly Shortcut[]): void {
  onMount(() => {
    setShortcuts((all) => [...all, ...list]);
    onCleanup(() => setShortcuts((all) => all.filter((one) => !list.includes(one))));
  });
}

/** Listens for keys; shows what they do when asked with `?`. */
export function Keys(): JSX.Element {
  const navigate = useNavigate();
  let dialog!: HTMLDialogElement;
  let waiting = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event) || document.querySelector('dialog[open]')) return;
    if (event.timeStamp < waiting) {
      waiting = 0;
      const page = PAGES.find(({ key }) => key === event.key);
      if (page) {
        event.preventDefault();
        navigate(page.path);
        return;
      }
    }
    if (event.key === 'g') waiting = event.timeStamp + PATIENCE;
    else if (event.key === '?') dialog.showModal();
    else {
      const found = shortcuts().findLast(({ key }) => key === event.key);
      if (!found) return;
      event.preventDefault();
      found.run(event);
    }
  };
  onMount(() => {
    document.addEventListener('keydown', onKey);
    onCleanup(() => document.removeEventListener('keydown', onKey));
  });
  return (
    <dialog ref={dialog} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        <For each={PAGES}>
          {({ key, title }) => (
            <div>
              <dt>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{title}</dd>
            </div>
          )}
        </For>
        <For each={shortcuts()}>
          {({ key, meaning }) => (
            <div>
              <dt>
                <kbd>{key === 'Enter' ? '↵' : key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          )}
        </For>
      </dl>
      <Show when={shortcuts().length === 0}>
        <p class="faint">This page has no keys of its own.</p>
      </Show>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
