import { A } from '@solidjs/router';
import { type JSX, Show } from 'solid-js';
import type { AlertDetail } from '../../../src/serve/wire.ts';
import { say } from '../shell/toasts.tsx';

/** Copies text; without the right to, says so. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say('Copied.');
  } catch {
    say(
      'The browser did not let the page copy; mark the text and copy it yourself.',
      undefined,
      true,
    );
  }
}

/** How to see the alert again, away from the service. */
export function Replay(props: {
  readonly command: string;
  readonly file: AlertDetail['file'];
}): JSX.Element {
  return (
    <section class="panel" aria-labelledby="replay-title">
      <h2 id="replay-title">See it again</h2>
      <p class="faint">The command raises the same alert from the file.</p>
      <pre tabindex="0">{props.command}</pre>
      <div class="bar">
        <button type="button" onClick={() => void copy(props.command)}>
          Copy the command
        </button>
        <Show when={props.file} fallback={<span class="faint">It came from live traffic.</span>}>
          {(file) => (
            <span>
              from <A href={`/files?file=${encodeURIComponent(file().id)}`}>{file().name}</A>
              <Show when={!file().kept}>
                <span class="faint"> (deleted)</span>
              </Show>
            </span>
          )}
        </Show>
      </div>
    </section>
  );
}
