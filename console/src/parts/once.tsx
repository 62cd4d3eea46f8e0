import { createSignal, type JSX, Show } from 'solid-js';
import { complain } from '../shell/toasts.tsx';
import { Dialog } from './confirm.tsx';

/** A secret that is told this once. */
export function ShownOnce(props: {
  readonly title: string;
  readonly note: string;
  readonly secret: string;
  readonly onClose: () => void;
}): JSX.Element {
  const [copied, setCopied] = createSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(props.secret);
    setCopied(true);
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <p>{props.note}</p>
      <pre class="secret">{props.secret}</pre>
      <div class="bar ends">
        <Show when={'clipboard' in navigator}>
          <button type="button" onClick={() => void copy().catch(complain)}>
            {copied() ? 'Copied' : 'Copy'}
          </button>
        </Show>
        <button type="button" class="main" onClick={() => props.onClose()}>
          I have kept it
        </button>
      </div>
    </Dialog>
  );
}
